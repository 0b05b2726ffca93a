"""The forms of snapshots: which figures to freeze, why to correct them, and why they are returned."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.statistics.rules import FigureCode, asked_period
from marketplace.statistics.service import LONGEST_NOTE, LONGEST_TITLE, Wanted
from marketplace.web.forms import FILL_IN, TOO_LONG, ChecksField, Form, choices

_AWARE = _l("I have looked at the shares above 100 per cent; they are frozen as they are.")


class FreezeForm(Form):
    """Figures of a period, as known at the end of a day."""

    title = StringField(_l("Title"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_TITLE, message=TOO_LONG)])
    first_on = DateField(_l("From"), validators=[InputRequired(FILL_IN)])
    last_on = DateField(_l("To"), validators=[InputRequired(FILL_IN)])
    as_of = DateField(_l("As known at the end of"), validators=[InputRequired(FILL_IN)])
    codes = ChecksField(_l("Figures"), choices=choices(FigureCode))
    note = TextAreaField(_l("Note for readers"), validators=[Length(max=LONGEST_NOTE, message=TOO_LONG)])
    aware = BooleanField(_AWARE)

    def read(self) -> Wanted:
        """What is to be frozen. Raises InvalidInput for a period that ends before it begins."""
        if self.first_on.data > self.last_on.data:
            raise InvalidInput(N_("The period must not end before it begins."), field="last_on")
        codes = [FigureCode(code) for code in self.codes.data]
        period = asked_period(self.first_on.data, self.last_on.data)
        return Wanted(self.title.data, period, self.as_of.data, codes, self.note.data or "", self.aware.data)


class CorrectionForm(Form):
    """What the figures are called, the day at whose end they are taken anew, and why."""

    title = StringField(_l("Title"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_TITLE, message=TOO_LONG)])
    as_of = DateField(_l("As known at the end of"), validators=[InputRequired(FILL_IN)])
    more = ChecksField(_l("Figures to be added"), choices=choices(FigureCode))
    note = TextAreaField(
        _l("What is corrected, and why"),
        validators=[InputRequired(FILL_IN), Length(max=LONGEST_NOTE, message=TOO_LONG)],
    )
    aware = BooleanField(_AWARE)
