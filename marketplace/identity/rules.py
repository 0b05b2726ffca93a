"""Pure rules: identity numbers, how they are shown, and what an authority to sign covers."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow

CONSENT = "identity_number"
"""What the separate consent is called among a person's consents."""

LONGEST_MATTERS = 500
USUAL_YEARS = 5
YOUNGEST, OLDEST = 16, 120
"""Years: nobody works before sixteen (劳动法 art. 15); who then lives by his own work acts for himself (民法典 art. 18)."""

_CHECK = "10X98765432"


class IdentityState(Labelled):
    """How far a person's identity has been established. Who has declared nothing has no row."""

    DECLARED = "declared", N_("Waiting for an official")
    VERIFIED = "verified", N_("Verified")
    RETURNED = "returned", N_("Returned")
    ENDED = "ended", N_("Ended")


class Means(Labelled):
    """What an official compared the number with."""

    CARD = "card", N_("The identity card")
    MEMBER_LIST = "member_list", N_("The union's list of members")


class AuthorityKind(Labelled):
    """By what somebody signs for an organisation."""

    LEGAL_REPRESENTATIVE = "legal_representative", N_("Legal representative")
    POWER = "power", N_("Written power of attorney")


class AuthorityState(Labelled):
    """How far an authority has been established; it is that of its newest step."""

    RECORDED = "recorded", N_("Waiting for an official")
    VERIFIED = "verified", N_("Verified")
    REFUSED = "refused", N_("Refused")
    REVOKED = "revoked", N_("Revoked")


R, S, A = Relation, IdentityState, AuthorityState
_LIVE = {S.DECLARED, S.VERIFIED, S.RETURNED}

IDENTITY_STATES = StateTable(
    "identity",
    S.DECLARED,
    (
        arrow("verify", {S.DECLARED}, S.VERIFIED, {R.OFFICIAL}, N_("Verify")),
        arrow("return", {S.DECLARED}, S.RETURNED, {R.OFFICIAL}, N_("Return"), reason=True),
        arrow("revoke", {S.VERIFIED}, S.RETURNED, {R.OFFICIAL}, N_("Revoke verification"), reason=True),
        arrow("replace", _LIVE, S.ENDED, {R.AUTHOR}, N_("Give another number")),
        arrow("withdraw", _LIVE, S.ENDED, {R.AUTHOR}, N_("Withdraw consent")),
    ),
    timers=((S.DECLARED, 7),),
)

AUTHORITY_STATES = StateTable(
    "authority",
    A.RECORDED,
    (
        arrow("verify", {A.RECORDED}, A.VERIFIED, {R.OFFICIAL}, N_("Verify")),
        arrow("refuse", {A.RECORDED}, A.REFUSED, {R.OFFICIAL}, N_("Refuse"), reason=True),
        arrow("revoke", {A.RECORDED}, A.REVOKED, {R.OWNER, R.AUTHOR}, N_("Revoke"), reason=True),
        arrow("revoke", {A.VERIFIED}, A.REVOKED, {R.OWNER, R.AUTHOR, R.OFFICIAL}, N_("Revoke"), reason=True),
    ),
    timers=((A.RECORDED, 7),),
)


def require_number(text: str, today: date) -> str:
    """A 公民身份号码 as it is kept. Raises InvalidInput for what GB 11643-1999 does not allow, for a birth after `today`, and for
    an age at which nobody signs.

    Eighteen characters: six of the place, the date of birth, three in order, and the check character (ISO 7064, MOD 11-2).
    The right form proves nothing of whose number it is.
    """
    number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        raise InvalidInput(N_("An identity number has 18 characters: 17 digits and a digit or X."), field="number")
    if check_character(number[:17]) != number[17]:
        raise InvalidInput(
            N_("The last character does not check the others: some character is wrong, or two are exchanged."),
            field="number",
        )
    try:
        born = date.fromisoformat(number[6:14])
    except ValueError:
        raise InvalidInput(N_("The eight digits from the seventh on are no date of birth."), field="number") from None
    if born > today:
        raise InvalidInput(N_("The date of birth in this number lies in the future."), field="number")
    if not YOUNGEST <= _age(born, today) <= OLDEST:
        raise InvalidInput(
            N_(
                "By the date of birth in this number you would be %(age)s years old. Check the eight digits from the seventh on."
            ),
            field="number",
            age=_age(born, today),
        )
    return number


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def check_character(first: str) -> str:
    """The check character of the first seventeen digits: weights 2^(18-i) mod 11 (GB 11643-1999)."""
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(first))
    return _CHECK[total % 11]


def masked(number: str) -> str:
    """As it is shown: the first four (province and city) and the last four, 3707**********1234.

    The county and the whole date of birth are hidden: six and four would leave nothing but the date, which colleagues know.
    """
    return f"{number[:4]}{'*' * 10}{number[-4:]}"


@dataclass(frozen=True)
class Cover:
    """What one authority covers; money in fen, days in China. `is_current` is False where the unit names another
    representative by now."""

    state: AuthorityState
    deal_id: int | None
    limit_fen: int | None
    valid_from: date
    valid_until: date | None
    is_current: bool = True


NO_AUTHORITY = N_(
    "No authority to sign for the unit is recorded for you: as its legal representative, or by a written power."
)
_REVOKED = N_("Your authority to sign for the unit was revoked.")
_REFUSED = N_("An official did not accept your authority to sign for the unit.")
_WAITING = N_("Your authority to sign for the unit waits for an official.")
_NOT_CURRENT = N_("The unit names another legal representative by now.")
_OTHER_DEAL = N_("Your authority to sign for the unit is for another deal.")
_LIMITED = N_(
    "Your power is limited to a deal or an amount. A confidentiality agreement is signed by the legal representative, or by a "
    "power without either limit."
)
_EXPIRED = N_("Your authority to sign for the unit has expired.")
_NOT_YET = N_("Your authority to sign for the unit is not in force yet.")
_ABOVE = N_("The amount is above the limit of your authority to sign for the unit.")
_OPEN = N_("Your authority to sign for the unit has a limit, and a royalty without a fixed amount has none.")
_NEARNESS = (
    NO_AUTHORITY,
    _REFUSED,
    _REVOKED,
    _OTHER_DEAL,
    _LIMITED,
    _NOT_CURRENT,
    _EXPIRED,
    _NOT_YET,
    _WAITING,
    _OPEN,
    _ABOVE,
    "",
)


def is_unusually_long(first: date, last: date) -> bool:
    """Whether a power lasts beyond five years. No law sets a limit (民法典 art. 165 asks for a period); usual are one to three
    years, and whoever means more than the term of a registered board says so."""
    return (last.year - USUAL_YEARS, last.month, last.day) > (first.year, first.month, first.day)


def flaw(cover: Cover, deal_id: int | None, amount_fen: int | None, day: date) -> str:
    """Why this authority does not carry a signature of that day, as a msgid; empty where it does (民法典 art. 61, 165, 171).

    `deal_id` None is an agreement about no deal, which a power for one deal or up to an amount does not speak of; `amount_fen`
    None an amount that nobody can tell beforehand: no limit covers it.
    """
    is_limited = deal_id is None and (cover.deal_id is not None or cover.limit_fen is not None)
    dead = {AuthorityState.REVOKED: _REVOKED, AuthorityState.REFUSED: _REFUSED, AuthorityState.RECORDED: _WAITING}
    checks = (
        (is_limited, _LIMITED),
        (cover.deal_id not in {None, deal_id}, _OTHER_DEAL),
        (cover.state in dead, dead.get(cover.state, "")),
        (not cover.is_current, _NOT_CURRENT),
        (cover.valid_until is not None and day > cover.valid_until, _EXPIRED),
        (day < cover.valid_from, _NOT_YET),
        (cover.limit_fen is not None and amount_fen is None, _OPEN),
        (cover.limit_fen is not None and (amount_fen or 0) > cover.limit_fen, _ABOVE),
    )
    return next((said for is_wrong, said in checks if is_wrong), "")


def nearest(flaws: Iterable[str]) -> str:
    """Of several authorities, what is missing of the one that is nearest to carrying the signature; empty where one does."""
    return max(flaws, key=_NEARNESS.index, default=NO_AUTHORITY)
