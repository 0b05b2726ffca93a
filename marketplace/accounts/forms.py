"""Forms of one's own account."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length

from marketplace.accounts.service import NewUser
from marketplace.web.forms import CountyField, Form
from marketplace.web.locale import LOCALES

FILL = _l("Please fill this in.")


def needed() -> InputRequired:
    """The check that something was entered, said in our own words."""
    return InputRequired(message=FILL)


class SignInForm(Form):
    """E-mail or mobile number, and password."""

    contact = StringField(_l("E-mail or mobile number"), validators=[needed(), Length(max=254)])
    password = PasswordField(_l("Password"), validators=[needed(), Length(max=200)])
    next = HiddenField()


class RegisterForm(Form):
    """A new account."""

    name = StringField(_l("Your name"), validators=[needed(), Length(max=80)])
    email = EmailField(_l("E-mail"), validators=[Length(max=254)])
    mobile = StringField(_l("Mobile number"), validators=[Length(max=30)])
    county = CountyField(_l("County of your workplace"), empty=_l("Please choose"), validators=[needed()])
    password = PasswordField(_l("Password"), validators=[needed(), Length(max=200)])
    consent = BooleanField(_l("I have read the privacy text and consent to it"))
    next = HiddenField()

    def read(self, locale: str) -> NewUser:
        """The validated input."""
        return NewUser(
            name=self.name.data or "",
            email=self.email.data or "",
            mobile=self.mobile.data or "",
            password=self.password.data or "",
            county=self.county.data,
            consent=bool(self.consent.data),
            locale=locale,
        )


class CodeForm(Form):
    """The six digits of a code."""

    code = StringField(_l("Code from the mail"), validators=[needed(), Length(max=20)])
    next = HiddenField()


class ForgottenForm(Form):
    """The contact whose password is lost."""

    contact = StringField(_l("E-mail or mobile number"), validators=[needed(), Length(max=254)])


class ResetForm(Form):
    """A code and the new password."""

    code = StringField(_l("Code from the mail"), validators=[needed(), Length(max=20)])
    password = PasswordField(_l("New password"), validators=[needed(), Length(max=200)])


class ConsentForm(Form):
    """Consent to a new version of the privacy text."""

    consent = BooleanField(_l("I have read the privacy text and consent to it"), validators=[needed()])
    next = HiddenField()


class ProfileForm(Form):
    """Name, county, language, recommendation, and the digest that officials have."""

    name = StringField(_l("Your name"), validators=[needed(), Length(max=80)])
    county = CountyField(_l("County of your workplace"), empty=_l("None"))
    locale = SelectField(_l("Language"), choices=[SelectChoice(*item) for item in LOCALES.items()])
    recommendations = BooleanField(
        _l("Recommend results and needs to me by what I published and looked for"),
        description=_l("Searches work the same without it. You may change this at any time."),
    )
    weekly_digest = BooleanField(
        _l("Send me the weekly digest by mail"),
        description=_l(
            "For officials: each Monday at 8:00 the figures of the week, what waits, and how far targets are."
        ),
    )


class EmailForm(Form):
    """A new e-mail address."""

    email = EmailField(_l("E-mail"), validators=[needed(), Length(max=254)])
    current_password = PasswordField(_l("Your password"), validators=[needed(), Length(max=200)])


class MobileForm(Form):
    """A mobile number, or none."""

    mobile = StringField(_l("Mobile number"), validators=[Length(max=30)])
    current_password = PasswordField(_l("Your password"), validators=[needed(), Length(max=200)])


class PasswordForm(Form):
    """The old password and a new one."""

    current_password = PasswordField(_l("Your password"), validators=[needed(), Length(max=200)])
    password = PasswordField(_l("New password"), validators=[needed(), Length(max=200)])
    password_again = PasswordField(
        _l("New password once more"),
        validators=[needed(), EqualTo("password", message=_l("The two new passwords differ."))],
    )
