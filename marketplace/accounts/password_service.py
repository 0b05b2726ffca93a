"""Use cases of the password: change it, or set a new one by a code when it is lost."""

from sqlalchemy import select

from marketplace.accounts import codes, throttle
from marketplace.accounts.contacts import belongs_to, known_contact, prove
from marketplace.accounts.events import PasswordSet
from marketplace.accounts.models import User
from marketplace.accounts.passwords import hash_password
from marketplace.accounts.rules import CodePurpose, UserState, check_password
from marketplace.accounts.service import confirm_password, me
from marketplace.accounts.sign_ins import revoke
from marketplace.infra.unit_of_work import UnitOfWork


def ask_for_reset(uow: UnitOfWork, contact: str, ip: str) -> str:
    """Send a code for a new password, if the contact is somebody's; what is seen is the same if not. Returns it cleaned.

    Raises InvalidInput for what is no contact, TooManyAttempts; emits CodeIssued.
    """
    known = known_contact(contact)
    codes.require_channel(uow, known)
    user = uow.session.scalar(select(User).where(belongs_to(known), User.state == UserState.ACTIVE))
    if user is None:
        throttle.count_code_request(uow, known, ip)
    else:
        codes.issue(uow, user, known, CodePurpose.RESET, ip)
    return known


def reset_password(uow: UnitOfWork, contact: str, typed: str, password: str, ip: str) -> bool:
    """Set a new password by a code and sign every device out; False for a wrong code, which counts once committed.

    Raises InvalidInput for a password that will not do, TooManyAttempts; emits PasswordSet, ContactVerified, SignedOut.
    """
    known = known_contact(contact)
    throttle.require_room(uow, known, ip)
    user = uow.session.scalar(select(User).where(belongs_to(known), User.state == UserState.ACTIVE))
    check_password(password, known)
    code = codes.redeem(uow, user.id, CodePurpose.RESET, typed) if user else None
    if user is None or code is None:
        uow.session.add(throttle.attempt(uow, known, ip))
        return False
    user.password_hash = hash_password(password)
    uow.emit(PasswordSet(user.id))
    prove(uow, user, code.contact)
    revoke(uow, user.id)
    return True


def change_password(uow: UnitOfWork, current: str, new: str, token: str) -> User:
    """Set a new password; every device but this one is signed out. Raises InvalidInput; emits PasswordSet, SignedOut."""
    confirm_password(uow, current)
    user = me(uow)
    check_password(new, user.name, user.email or "", user.mobile or "")
    user.password_hash = hash_password(new)
    uow.emit(PasswordSet(user.id))
    revoke(uow, user.id, all_but=token)
    return user
