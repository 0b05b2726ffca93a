"""The fields by which an amendment changes a royalty: share, base, and the quarter from which on."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from marketplace.contracts.models import AmendedRoyalty
from marketplace.contracts.royalties import LONGEST_BASE, Royalty, RoyaltyChange, Schedule, coming_quarters
from marketplace.deals.forms import percent_typed
from marketplace.kernel.money import percent_text
from marketplace.web.formats import day
from marketplace.web.forms import TOO_LONG, Form


class AmendedRoyaltyForm(Form):
    """What is agreed, to be changed; whoever leaves it as it is changes nothing. `royalty_form` adds the quarters."""

    royalty = StringField(_l("Royalty in per cent"))
    royalty_base = StringField(_l("The royalty is taken of"), validators=[Length(max=LONGEST_BASE, message=TOO_LONG)])
    royalty_from: SelectField

    def show_royalty(self, schedule: Schedule, written: AmendedRoyalty | None) -> None:
        """Begin with what was agreed on last, from where on it holds; or with what the text on the table makes of it."""
        last = schedule.phases[-1]
        royalty = Royalty(written.share_bp, written.base) if written else last.royalty
        self.royalty.data = percent_text(royalty.share_bp).rstrip("%")
        self.royalty_base.data = royalty.base
        first = written.from_on if written else last.from_on
        self.royalty_from.data = first.isoformat() if first else None

    def read_royalty(self) -> RoyaltyChange:
        """What was typed. Raises InvalidInput for a share that is no number."""
        offered = {one.value for one in self.royalty_from.choices}
        chosen = self.royalty_from.data
        share_bp = percent_typed(self.royalty.data, "royalty") or 0
        royalty = Royalty(share_bp, self.royalty_base.data or "")
        return RoyaltyChange(royalty, date.fromisoformat(chosen) if chosen in offered else date.min)


def royalty_form(today: date) -> type[AmendedRoyaltyForm]:
    """The form with the quarters one can choose from today on; one that has begun since the page was shown is left to the rule,
    which says why it no longer can."""
    quarters = [SelectChoice(one.isoformat(), _said(one)) for one in coming_quarters(today)]
    field = SelectField(_l("From which quarter on"), choices=quarters, validate_choice=False)
    return type("RoyaltyOfTodayForm", (AmendedRoyaltyForm,), {"royalty_from": field})


def _said(first_on: date) -> Any:
    number = (first_on.month + 2) // 3
    return _l("Quarter %(number)s of %(year)s, from %(day)s on", number=number, year=first_on.year, day=day(first_on))
