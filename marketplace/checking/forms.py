"""The form by which a document is checked."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import StringField
from wtforms.validators import Length

from marketplace.web.forms import Form

_LONG = _l("This text is too long: at most %(max)d characters.")


class VerifyForm(Form):
    """A document's code, or the document itself."""

    code = StringField(_l("Code printed on the document"), validators=[Length(max=60, message=_LONG)])
    file = FileField(_l("Or the file itself: PDF, or text"))
