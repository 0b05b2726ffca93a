"""The forms of benefits: a declaration, and one that corrects another."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from marketplace.benefits.models import Declaration
from marketplace.benefits.rules import LONGEST_REASON, LONGEST_TEXT, LONGEST_UNIT, Reckoning, Repeatability
from marketplace.benefits.service import Benefit
from marketplace.web.forms import FILL_IN, TOO_LONG, Form, MoneyField, choices, upload_of

MOST_UNITS = 10**12
_TEXT = [InputRequired(FILL_IN), Length(max=LONGEST_TEXT, message=TOO_LONG)]


class BenefitForm(Form):
    """The reckoning and what goes with it."""

    basis = TextAreaField(_l("Against what it is reckoned"), validators=_TEXT)
    unit_saving = MoneyField(_l("Saving or gain per unit"), validators=[DataRequired(FILL_IN)])
    quantity = IntegerField(_l("How many units"), validators=[InputRequired(FILL_IN), NumberRange(0, MOST_UNITS)])
    quantity_of = StringField(
        _l("What is counted"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_UNIT, message=TOO_LONG)]
    )
    costs = MoneyField(_l("Costs of using it, taken off"))
    costs_for = TextAreaField(_l("What the costs were"), validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)])
    scope = TextAreaField(_l("Where it is used"), validators=_TEXT)
    repeatability = RadioField(
        _l("How easily others can do the same"), choices=choices(Repeatability), validators=[InputRequired(FILL_IN)]
    )
    file = FileField(_l("Proof"), validators=[FileRequired(_l("Add the proof: PDF, JPEG or PNG."))])

    def read(self, reason: str = "") -> Benefit:
        """What was typed, once it is valid."""
        return Benefit(
            Reckoning(self.unit_saving.fen or 0, self.quantity.data, self.costs.fen or 0),
            basis=self.basis.data,
            quantity_of=self.quantity_of.data,
            costs_for=self.costs_for.data or "",
            scope=self.scope.data,
            repeatability=Repeatability(self.repeatability.data),
            proof=upload_of(self.file.data),
            reason=reason,
        )


class DeclarationForm(BenefitForm):
    """Which result, which year, and what it brought."""

    result = SelectField(_l("Result"), validators=[InputRequired(FILL_IN)])
    year = SelectField(_l("Calendar year"), validators=[InputRequired(FILL_IN)], coerce=str)

    def offer(self, results: Any, last_year: int) -> None:
        """The results and years to choose from."""
        self.result.choices = [("", "—"), *((str(result_id), title) for result_id, title in results)]
        self.year.choices = [(str(year), str(year)) for year in range(last_year, last_year - YEARS, -1)]


YEARS = 10
"""So many years back are offered."""


class CorrectionForm(BenefitForm):
    """The benefit as it was, and why it was otherwise declared."""

    reason = TextAreaField(
        _l("What is corrected, and why"),
        validators=[InputRequired(FILL_IN), Length(max=LONGEST_REASON, message=TOO_LONG)],
    )

    def fill_from(self, old: Declaration) -> None:
        """Begin with what is corrected."""
        self.basis.data, self.quantity.data, self.quantity_of.data = old.basis, old.quantity, old.quantity_of
        self.unit_saving.process_data(old.unit_fen)
        self.costs.process_data(old.costs_fen or None)
        self.costs_for.data, self.scope.data, self.repeatability.data = old.costs_for, old.scope, old.repeatability
