"""Forms of the administrator: every one asks why."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length

from marketplace.kernel.permissions import Office
from marketplace.web.forms import CountyField, Form, choices


class AppointForm(Form):
    """An office, its county, and the reason."""

    office = SelectField(_l("Office"), choices=choices(Office))
    county = CountyField(_l("County"), empty=_l("The whole city"))
    reason = TextAreaField(_l("Reason"), validators=[Length(max=500)])
