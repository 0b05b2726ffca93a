"""The form in which an administrator writes the next version of a standard text."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, StringField, TextAreaField

from marketplace.standards.service import Typed
from marketplace.web.forms import Form, row_id


class ClauseForm(Form):
    """A text, from when it is valid, and why; what may stand in it, `standards/checks.py` says."""

    heading = StringField(_l("Heading"))
    text = TextAreaField(_l("Text"))
    valid_from = DateField(_l("Valid from"))
    reason = TextAreaField(_l("Why it changes"))
    base_version = HiddenField()

    def read(self) -> Typed:
        """What was typed."""
        return Typed(
            self.heading.data or "",
            self.text.data or "",
            self.valid_from.data,
            self.reason.data or "",
            row_id(self.base_version.data) or 0,
        )
