"""The forms by which an official settles a suspected duplicate."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from marketplace.duplicates.rules import LONGEST_REASON
from marketplace.web.forms import TOO_LONG, Form, RadiosField


class SameForm(Form):
    """Which of the two counts."""

    standing = RadiosField(
        _l("Which of the two counts?"), validators=[InputRequired(_l("Say which of the two counts."))]
    )
    note = TextAreaField(
        _l("How you know"),
        validators=[InputRequired(_l("Please give a reason.")), Length(max=LONGEST_REASON, message=TOO_LONG)],
    )

    def offer(self, records: list[tuple[str, str]]) -> None:
        """The records that may be chosen: name, and what it is called."""
        self.standing.choices = [SelectChoice(name, title) for name, title in records]


class DifferentForm(Form):
    """Why they are two contracts."""

    reason = TextAreaField(
        _l("Why they are two contracts"),
        validators=[InputRequired(_l("Please give a reason.")), Length(max=LONGEST_REASON, message=TOO_LONG)],
    )
