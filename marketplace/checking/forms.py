"""The form by which a document is checked."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import StringField
from wtforms.validators import Length

from marketplace.web.forms import TOO_LONG, Form


class VerifyForm(Form):
    """A document's code, or the document itself."""

    code = StringField(_l("Code printed on the document"), validators=[Length(max=60, message=TOO_LONG)])
    file = FileField(_l("Or the file itself: PDF, or text"))
