"""The form of a step that has to say why."""

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import Length

from marketplace.web.forms import Form


class ReasonForm(Form):
    """One reason; whether a step needs one, its state table says."""

    reason = TextAreaField(_l("Reason"), validators=[Length(max=500)])
