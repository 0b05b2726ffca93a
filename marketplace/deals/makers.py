"""Who may be named as a maker in the terms of a deal, so that the contract is in the form of three parties."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.makers import MOST_MAKERS, Maker, MakerShare
from marketplace.deals.models import Deal
from marketplace.deals.room import Room
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.organisations.parties import names_of, party_of_user
from marketplace.results.models import Contributor, Result
from marketplace.results.queries import is_named_openly
from marketplace.results.rules import Ownership

NO_RESULT = N_("Nobody can sign as a maker: this deal is not about a published result.")
OWN_RESULT = N_("Nobody can sign as a maker beside the seller: the result does not belong to a unit that sells it.")
NO_MAKERS = N_("Nobody can sign as a maker: the result does not name who made it.")
NOT_AGREED = N_("Nobody can sign as a maker yet: somebody has not agreed to be named at the result.")
TOO_MANY = N_("Nobody can sign as a maker: more than nine people made the result.")
NO_ACCOUNT = N_(
    "Nobody can sign as a maker yet: somebody who made the result has no account here. A contract names all of them or none."
)
BUYS_HIMSELF = N_("Nobody can sign as a maker: one of those who made the result is the buyer.")
ALL_OR_NOBODY = N_("Name a share for everybody who made the result, or for nobody: a contract leaves none of them out.")
CHANGED = N_("Those who made the result are no longer the ones the offer names. Agree on a new offer first.")


@dataclass(frozen=True)
class PossibleMaker:
    """Somebody who made the result, as he is named there."""

    user_id: int
    name: str


@dataclass(frozen=True)
class PossibleMakers:
    """Those who can sign the contract beside seller and buyer, in the order in which the result names them, or as a msgid why
    nobody can: a contract about all of them leaves nobody out, and nobody is two of its parties.

    `concerned` are those it is about, `named_openly` of them whom everybody reads at the result.
    """

    people: tuple[PossibleMaker, ...] = ()
    why_not: str = ""
    concerned: tuple[str, ...] = ()
    named_openly: tuple[str, ...] = ()

    def told_to(self, relations: frozenset[Relation]) -> tuple[str, ...]:
        """Whom it is about, for somebody in the deal: the seller's unit knows who made its result, the other side those whom the
        result names to everybody."""
        return self.concerned if Relation.SELLER in relations else self.named_openly


def possible_makers(session: Session, deal: Deal) -> PossibleMakers:
    """Who can be named as a maker in the terms of a deal."""
    result = session.get(Result, deal.result_id) if deal.result_id else None
    if result is None:
        return PossibleMakers(why_not=NO_RESULT)
    names = names_of(session, (deal.seller_party_id, deal.buyer_party_id))
    is_of_unit = names[deal.seller_party_id].organisation_id is not None
    if result.ownership is not Ownership.SERVICE or not is_of_unit:
        return PossibleMakers(why_not=OWN_RESULT)
    named = select(Contributor).where(Contributor.result_id == result.id).order_by(Contributor.place)
    return _all_of(session.scalars(named).all(), names[deal.buyer_party_id].user_id)


def _all_of(found: Sequence[Contributor], buyer_id: int | None) -> PossibleMakers:
    """An offer names people to the buyer, so all of them have agreed to be named (个人信息保护法 art. 13)."""
    people = {one.user_id: PossibleMaker(one.user_id, one.name) for one in found if one.user_id is not None}
    flaws: dict[str, tuple[bool, Sequence[Contributor]]] = {
        NO_MAKERS: (not found, ()),
        TOO_MANY: (len(found) > MOST_MAKERS, ()),
        NO_ACCOUNT: _who(one for one in found if one.user_id is None),
        NOT_AGREED: _who(one for one in found if one.consented_at is None),
        BUYS_HIMSELF: (buyer_id in people, ()),
    }
    for why_not, (is_there, whom) in flaws.items():
        if is_there:
            return PossibleMakers((), why_not, _names(whom), _names(one for one in whom if is_named_openly(one)))
    return PossibleMakers(tuple(people.values()))


def _who(some: Iterable[Contributor]) -> tuple[bool, Sequence[Contributor]]:
    whom = tuple(some)
    return bool(whom), whom


def _names(some: Iterable[Contributor]) -> tuple[str, ...]:
    return tuple(one.name for one in some)


def named_makers(session: Session, deal: Deal, makers: Sequence[Maker]) -> tuple[Maker, ...]:
    """The makers of an offer as the result names them, in its order. Raises InvalidInput beside the field."""
    if not makers:
        return ()
    possible = possible_makers(session, deal)
    if possible.why_not:
        raise InvalidInput(possible.why_not, fields={"makers": possible.why_not})
    given = {one.user_id: one for one in makers}
    if len(given) != len(makers) or given.keys() != {one.user_id for one in possible.people}:
        raise InvalidInput(ALL_OR_NOBODY, fields={"makers": ALL_OR_NOBODY})
    return tuple(replace(given[one.user_id], name=one.name) for one in possible.people)


def parties_of_makers(room: Room, makers: Sequence[Maker]) -> tuple[MakerShare, ...]:
    """The parties of those whom the accepted offer names. Raises Conflict where others made the result by now, or where nobody
    can sign as a maker any more, with the reason."""
    uow = room.uow
    try:
        named = named_makers(uow.session, room.deal, makers)
    except InvalidInput as error:
        raise Conflict(CHANGED if error.message == ALL_OR_NOBODY else error.message) from None
    return tuple(MakerShare(party_of_user(uow, one.user_id).id, one.share_bp) for one in named)
