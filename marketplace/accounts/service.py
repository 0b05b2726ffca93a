"""Use cases of one's own account: register, prove a contact, sign in, profile, consent."""

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.accounts import codes, throttle
from marketplace.accounts.contacts import belongs_to, flush_contacts, known_contact, prove, require_free
from marketplace.accounts.events import Consented, ProfileChanged, UserRegistered
from marketplace.accounts.models import Consent, User, VerificationCode
from marketplace.accounts.passwords import hash_password, matches
from marketplace.accounts.queries import agreed_version
from marketplace.accounts.rules import (
    PRIVACY,
    CodePurpose,
    UserState,
    check_password,
    is_invented,
    normalise_email,
    normalise_mobile,
    normalise_name,
)
from marketplace.accounts.sign_ins import open_sign_in
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput, SignInRequired
from marketplace.kernel.messages import N_


@dataclass(frozen=True)
class NewUser:
    """What a person enters to register; `county` is the county code of the workplace, `locale` zh_CN or en.

    `password_hash` is that of the password, where many people get the same one and it was made before.
    """

    name: str
    email: str
    mobile: str
    password: str
    county: str | None
    consent: bool = False
    locale: str | None = None
    password_hash: str | None = None


@dataclass(frozen=True)
class OpenedSignIn:
    """A fresh sign-in: its secret token, the person's language, and whether the privacy text has changed since."""

    token: str
    user_id: int
    locale: str | None
    must_consent: bool


def register(uow: UnitOfWork, data: NewUser, ip: str = "") -> User:
    """Open an account and send a code to its contact. Emits UserRegistered, Consented, CodeIssued.

    Raises InvalidInput for what cannot be taken, without consent (个人信息保护法 art. 13, 14), and for a contact that is
    registered already; TooManyAttempts. The own party is made by whoever needs it first.
    """
    if not data.consent:
        raise InvalidInput(
            N_("Without your consent we may not keep your data, so there can be no account."), field="consent"
        )
    user = add_user(uow, data)
    consent(uow, user)
    codes.issue(uow, user, user.email or user.mobile or "", CodePurpose.VERIFY, ip)
    return user


def add_user(uow: UnitOfWork, data: NewUser) -> User:
    """Write the account itself, its contacts unproved. Raises InvalidInput; emits UserRegistered."""
    name = normalise_name(data.name)
    email = normalise_email(data.email) if data.email.strip() else None
    mobile = normalise_mobile(data.mobile) if data.mobile.strip() else None
    if email is None:
        if mobile is None:
            raise InvalidInput(N_("Please give an e-mail address or a mobile number."), field="email")
        codes.require_channel(uow, mobile)
    check_password(data.password, name, email or "", mobile or "")
    user = User(
        name=name,
        email=email,
        mobile=mobile,
        password_hash=data.password_hash or hash_password(data.password),
        county=data.county or None,
        locale=data.locale,
        created_at=uow.now(),
    )
    require_free(uow, user.email, user.mobile)
    uow.session.add(user)
    flush_contacts(uow)
    uow.emit(UserRegistered(user.id))
    return user


def consent(uow: UnitOfWork, user: User) -> None:
    """Record consent to the privacy text in its present version. Emits Consented."""
    version = uow.settings.privacy_version
    uow.session.add(Consent(user_id=user.id, document=PRIVACY, version=version, at=uow.now()))
    uow.emit(Consented(user.id, PRIVACY, version))


def consent_again(uow: UnitOfWork) -> User:
    """The signed-in person consents to the present version. Emits Consented."""
    user = me(uow)
    consent(uow, user)
    return user


def sign_in(uow: UnitOfWork, contact: str, password: str, ip: str, user_agent: str) -> OpenedSignIn | None:
    """Sign in by e-mail or mobile number; None when either is wrong, and the caller commits so that the try counts.

    Raises TooManyAttempts, InvalidInput for what is no contact or an account that was disabled; emits SignedIn.
    """
    known = known_contact(contact)
    # The lock makes guesses at one account wait for each other, so that each counts the ones before.
    user = uow.session.scalar(select(User).where(belongs_to(known)).with_for_update(key_share=True))
    throttle.require_room(uow, known, ip)
    if user is not None and is_invented(user.email) and not uow.settings.is_loopback:
        user = None  # The demo's password is printed in its manual.
    if not matches(user.password_hash if user else None, password) or user is None:
        uow.session.add(throttle.attempt(uow, known, ip))
        return None
    if user.state is UserState.DISABLED:
        raise InvalidInput(N_("This account has been disabled. Please ask the union's office why."), field="contact")
    token = open_sign_in(uow, user, ip, user_agent)
    outdated = agreed_version(uow.session, user.id) != uow.settings.privacy_version
    return OpenedSignIn(token, user.id, user.locale, outdated)


def confirm_password(uow: UnitOfWork, password: str) -> None:
    """Make sure that it is still the signed-in person who acts. Raises InvalidInput, TooManyAttempts, SignInRequired.

    A wrong password counts as a failed sign-in even though the unit of work is refused.
    """
    user = me(uow)
    contact = user.email or user.mobile or ""
    throttle.require_room(uow, contact, uow.actor.ip)
    if not matches(user.password_hash, password):
        uow.insist(throttle.attempt(uow, contact, uow.actor.ip))
        raise InvalidInput(N_("This is not your password."), field="current_password")


def waiting_contact(uow: UnitOfWork) -> str | None:
    """The contact that the person wants to confirm, or None when all is confirmed."""
    user = me(uow)
    code = codes.latest(uow, user.id, CodePurpose.VERIFY)
    if code is not None and code.used_at is None:
        return code.contact
    return None if user.is_contact_verified else user.email or user.mobile


def resend_code(uow: UnitOfWork) -> VerificationCode:
    """Send a new code to the contact that waits for it. Raises InvalidInput, TooManyAttempts; emits CodeIssued."""
    contact = waiting_contact(uow)
    if contact is None:
        raise Conflict(N_("Your contact is confirmed already."))
    return codes.issue(uow, me(uow), contact, CodePurpose.VERIFY, uow.actor.ip)


def verify_contact(uow: UnitOfWork, typed: str) -> str | None:
    """Prove a contact by its code and make it the person's; None for a wrong code, which counts once committed.

    Raises InvalidInput when somebody else has registered the contact meanwhile; emits ContactVerified.
    """
    user = me(uow)
    code = codes.redeem(uow, user.id, CodePurpose.VERIFY, typed)
    if code is None:
        return None
    prove(uow, user, code.contact)
    return code.contact


def propose_email(uow: UnitOfWork, email: str, password: str) -> VerificationCode:
    """Send a code to a new e-mail address, which counts once it is proved. Raises InvalidInput, TooManyAttempts."""
    confirm_password(uow, password)
    address = normalise_email(email)
    user = me(uow)
    if address != user.email:
        require_free(uow, address, None)
    return codes.issue(uow, user, address, CodePurpose.VERIFY, uow.actor.ip)


def set_mobile(uow: UnitOfWork, mobile: str, password: str) -> User:
    """Set or remove the mobile number to sign in by. Raises InvalidInput; emits ProfileChanged."""
    confirm_password(uow, password)
    user = me(uow)
    number = normalise_mobile(mobile) if mobile.strip() else None
    if number is None and user.email is None:
        raise InvalidInput(N_("This is your only contact. Add an e-mail address first."), field="mobile")
    if number != user.mobile:
        require_free(uow, None, number)
        user.mobile, user.mobile_verified_at = number, None
        flush_contacts(uow)
        uow.emit(ProfileChanged(user.id, ("mobile",)))
    return user


def change_profile(
    uow: UnitOfWork,
    name: str,
    county: str | None,
    locale: str,
    recommendations: bool,
    weekly_digest: bool | None = None,
) -> User:
    """Change name, county of the workplace, language, recommendation (个人信息保护法 art. 24) and, where it is said, whether the
    weekly digest is wanted. Emits ProfileChanged."""
    user = me(uow)
    wanted = {
        "name": normalise_name(name),
        "county": county or None,
        "locale": locale,
        "recommendations": recommendations,
        "weekly_digest": user.weekly_digest if weekly_digest is None else weekly_digest,
    }
    changed = tuple(field for field, value in wanted.items() if getattr(user, field) != value)
    for field in changed:
        setattr(user, field, wanted[field])
    if changed:
        uow.emit(ProfileChanged(user.id, changed))
    return user


def keep_locale(uow: UnitOfWork, locale: str) -> None:
    """Remember the language a signed-in person chose in the header."""
    me(uow).locale = locale


def me(uow: UnitOfWork) -> User:
    """The acting person's row. Raises SignInRequired when nobody is signed in."""
    user = uow.session.get(User, uow.actor.user_id) if uow.actor.user_id is not None else None
    if user is None:
        raise SignInRequired(N_("Please sign in first."))
    return user
