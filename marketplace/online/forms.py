"""The form in which an organisation names its account at the processor."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from marketplace.web.forms import Form


class AccountForm(Form):
    """The number of an account."""

    account = StringField(
        _l("Number of the account at Stripe"),
        validators=[
            InputRequired(_l("Please fill this in.")),
            Length(max=64, message=_l("This text is too long: at most %(max)d characters.")),
        ],
    )
