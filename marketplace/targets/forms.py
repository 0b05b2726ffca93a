"""The sheet of targets: a field for the city and each county, and one reason."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from marketplace.statistics.definition import Definition
from marketplace.targets.models import Target
from marketplace.targets.rules import LONGEST_REASON
from marketplace.targets.service import Wanted, place_name
from marketplace.web.forms import Form, MoneyField, row_id
from marketplace.web.regions import county_name


class TargetsForm(Form):
    """What every sheet has; the fields of the places are added by `targets_form`."""

    seen = HiddenField()
    reason = TextAreaField(
        _l("Reason"),
        validators=[
            InputRequired(_l("Please fill this in.")),
            Length(max=LONGEST_REASON, message=_l("This text is too long: at most %(max)d characters.")),
        ],
        description=_l(
            "For instance the paper that sets the target. It is kept with each change, for all officials to read."
        ),
    )

    def fill_from(self, places: Sequence[str | None], targets: Mapping[str | None, Target], seen: int) -> None:
        """Begin with what is set now; `seen` is the last change there is."""
        self.seen.data = str(seen)
        for place in places:
            if place in targets:
                self[place_name(place)].process_data(targets[place].value)

    def read(self, places: Sequence[str | None]) -> Wanted:
        """What was typed for each place; nothing typed is no target."""
        return {place: _value(self[place_name(place)]) for place in places}

    def read_seen(self) -> int:
        """The id of the last change that was shown."""
        return row_id(self.seen.data) or 0


def targets_form(definition: Definition, places: Sequence[str | None]) -> TargetsForm:
    """The sheet of one figure, in the reader's language."""
    fields = {place_name(place): _field(definition, place) for place in places}
    made: TargetsForm = type("SheetForm", (TargetsForm,), fields)()
    return made


def _field(definition: Definition, place: str | None) -> Any:
    label = _l("The city") if place is None else county_name(place)
    if definition.is_amount:
        return MoneyField(label)
    at_least = NumberRange(min=1, message=_l("Write a whole number above zero; leave the field empty for no target."))
    return IntegerField(label, validators=[Optional(), at_least])


def _value(field: Any) -> int | None:
    value: int | None = field.fen if isinstance(field, MoneyField) else field.data
    return value
