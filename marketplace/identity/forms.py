"""Forms of identities and authorities."""

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.identity.authorities import Granted
from marketplace.identity.factors import Factor
from marketplace.identity.rules import LONGEST_MATTERS, AuthorityKind, Means
from marketplace.infra.uploads import Upload
from marketplace.web.forms import Form, MoneyField, RadiosField, choices

FILL = _l("Please fill this in.")
_NUMBER = (InputRequired(message=FILL), Length(max=40))


class ConsentForm(Form):
    """Separate consent to the text of the version that was shown."""

    agrees = BooleanField(_l("I consent separately to the use of my identity number as described above"))
    version = HiddenField()

    @property
    def agreed_version(self) -> str:
        """The version consented to; empty without a tick."""
        return (self.version.data or "") if self.agrees.data else ""


class DeclareForm(ConsentForm):
    """A person's own number, with that consent."""

    number = StringField(
        _l("Identity number"), validators=_NUMBER, description=_l("18 characters, as on your identity card.")
    )


class PasswordForm(Form):
    """The person's password, once more."""

    current_password = PasswordField(_l("Your password"), validators=[InputRequired(message=FILL)])


class AppCodeForm(Form):
    """The first code of an app that is set up."""

    code = StringField(_l("Code that the app shows"), validators=[InputRequired(message=FILL), Length(max=20)])


class RemovalForm(PasswordForm):
    """What the removal of an app is confirmed by, beside the password."""

    factor = RadiosField(_l("What you confirm by"), choices=choices(Factor))
    code = StringField(_l("One-time code"), validators=[InputRequired(message=FILL), Length(max=20)])

    @classmethod
    def beginning(cls, was_sent: bool) -> "RemovalForm":
        """An empty one; a code that was just sent is taken to be meant."""
        return cls(None, data={"factor": (Factor.CODE if was_sent else Factor.TOTP).value})

    @property
    def chosen(self) -> Factor:
        """Where the code is from."""
        return Factor(self.factor.data)


class CompareForm(Form):
    """The number as the official reads it, and where."""

    number = StringField(
        _l("Identity number as you read it"),
        validators=_NUMBER,
        description=_l(
            "Type it from the card or the list. The number the person gave is not shown; the two are compared."
        ),
    )
    means = RadiosField(_l("Read from"), choices=choices(Means), default=Means.CARD.value)


class AuthorityForm(Form):
    """By what somebody signs for an organisation."""

    user = SelectField(_l("Who signs"), validators=[InputRequired(message=FILL)])
    kind = RadiosField(_l("By what"), choices=choices(AuthorityKind), default=AuthorityKind.POWER.value)
    matters = TextAreaField(
        _l("Matters"),
        validators=[Length(max=LONGEST_MATTERS)],
        description=_l("What the power allows, as it is written there. Not needed for the legal representative."),
    )
    deal = SelectField(_l("Covers"), description=_l("Every contract, or the contracts of one deal alone."))
    limit = MoneyField(
        _l("Up to the amount"), description=_l("Per contract, with tax. Leave it empty where there is no limit.")
    )
    valid_from = DateField(_l("First day"), validators=[InputRequired(message=FILL)])
    valid_until = DateField(
        _l("Last day"),
        validators=[Optional()],
        description=_l("A power of attorney says until when it holds; a legal representative needs none."),
    )
    file = FileField(
        _l("Scan of the power"), description=_l("With the signature or seal of the organisation: PDF, JPEG or PNG.")
    )

    is_long_meant = BooleanField(_l("The paper does say so: the power holds for more than five years"))

    def read(self) -> Granted:
        """The validated input."""
        file = self.file.data
        return Granted(
            user_id=int(self.user.data),
            kind=AuthorityKind(self.kind.data),
            valid_from=self.valid_from.data or date.min,
            valid_until=self.valid_until.data,
            matters=self.matters.data or "",
            deal_id=int(self.deal.data) if self.deal.data else None,
            limit_fen=self.limit.fen,
            scan=Upload(file.stream, file.filename) if file and file.filename else None,
            is_long_meant=bool(self.is_long_meant.data),
        )
