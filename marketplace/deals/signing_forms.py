"""The form by which somebody signs."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from marketplace.contracts.confirming import Ways
from marketplace.contracts.rules import METHOD
from marketplace.contracts.signing_service import Confirmation
from marketplace.identity.factors import Factor
from marketplace.web.forms import FILL_IN, TOO_LONG, Form, RadiosField, choices


class SignForm(Form):
    """The hash of the text that was shown, the way of signing agreed to, a code, and the password once more."""

    sha256 = HiddenField()
    party = HiddenField()
    agrees = BooleanField(_l("I agree that my signature is made in this way and is as good as one by hand."))
    factor = RadiosField(_l("What you confirm by"), choices=choices(Factor))
    code = StringField(_l("One-time code"), validators=[InputRequired(FILL_IN), Length(max=20, message=TOO_LONG)])
    password = PasswordField(_l("Your password"), validators=[InputRequired(FILL_IN)])

    def offer_ways(self, ways: Ways, was_sent: bool) -> None:
        """Whoever has an app chooses; a code that was just sent is taken to be meant."""
        if Factor.TOTP not in ways.factors:
            del self.factor
            return
        self.factor.choices = [one for one in choices(Factor) if one.value in ways.factors]
        if self.factor.data is None:
            self.factor.data = Factor.CODE if was_sent and ways.contact else Factor.TOTP

    def read(self) -> Confirmation:
        """What the signer confirms."""
        method = METHOD if self.agrees.data else ""
        factor = Factor(self.factor.data) if self.factor else Factor.CODE
        return Confirmation(self.sha256.data, method, self.password.data, self.code.data, factor)
