"""The form of a need, on one page. Every field may stay empty: a draft may be incomplete."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FieldList, FormField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import Length, Optional

from marketplace.listings.forms import TOO_LONG, TitleForm, WhereAndHow, text
from marketplace.listings.rules import TEXT_LENGTH, Maturity
from marketplace.needs.labels import FIELDS
from marketplace.needs.models import Need
from marketplace.needs.rules import INDICATOR_LENGTH, INDICATORS
from marketplace.web.forms import CountyField, MoneyField, choices, chosen, later

SPARE_ROWS = 3


class IndicatorForm(PlainForm):  # type: ignore[misc]
    """One figure that must be reached."""

    name = StringField(_l("Indicator"), validators=[Length(max=INDICATOR_LENGTH, message=TOO_LONG)])
    value = StringField(_l("Value to be reached"), validators=[Length(max=INDICATOR_LENGTH, message=TOO_LONG)])


class ReviseForm(TitleForm, WhereAndHow):
    """What a need says; the same for a draft and for a change of a published one."""

    description = text(FIELDS["description"], TEXT_LENGTH)
    indicators = FieldList(FormField(IndicatorForm), label=later(FIELDS["indicators"]), max_entries=INDICATORS)
    budget_min_fen = MoneyField(later(FIELDS["budget_min_fen"]))
    budget_max_fen = MoneyField(later(FIELDS["budget_max_fen"]))
    deadline = DateField(later(FIELDS["deadline"]), validators=[Optional()])
    county_wanted = CountyField(later(FIELDS["county_wanted"]), empty=_l("Any county"))
    maturity_wanted = SelectField(later(FIELDS["maturity_wanted"]), choices=choices(Maturity, empty=_l("Any maturity")))
    anonymous = BooleanField(later(FIELDS["anonymous"]))

    def read(self) -> dict[str, Any]:
        """The fields of the need."""
        return {
            **self.read_where_and_how(),
            "title": self.title.data or "",
            "description": self.description.data or "",
            "indicators": [{"name": row["name"] or "", "value": row["value"] or ""} for row in self.indicators.data],
            "budget_min_fen": self.budget_min_fen.fen,
            "budget_max_fen": self.budget_max_fen.fen,
            "deadline": self.deadline.data,
            "county_wanted": self.county_wanted.data or None,
            "maturity_wanted": chosen(Maturity, self.maturity_wanted.data),
            "anonymous": bool(self.anonymous.data),
        }

    def add_rows(self) -> None:
        """Empty lines to go on with."""
        while len(self.indicators) < INDICATORS and self._empty_rows() < SPARE_ROWS:
            self.indicators.append_entry()

    def _empty_rows(self) -> int:
        return len([row for row in self.indicators if not row.form.name.data and not row.form.value.data])


class NeedForm(ReviseForm):
    """The draft, with the party that asks."""

    party_id = SelectField(_l("Who asks"), coerce=int)


def typed_values(need: Need) -> dict[str, Any]:
    """The need as its form shows it."""
    values = {name: getattr(need, name) for name in need.content_fields}
    kept = {name: "" if value is None and name != "deadline" else value for name, value in values.items()}
    for name in ("budget_min_fen", "budget_max_fen"):
        kept[name] = values[name]
    return {**kept, "seen": str(need.version), "party_id": need.party_id}
