"""Who is named as having made a result, and that each of them agrees (个人信息保护法: a name is published with consent)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from marketplace.accounts.queries import user_with_email
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.listings.content import clean
from marketplace.results.completeness import Names
from marketplace.results.events import ContributorAnswered, ContributorNamed
from marketplace.results.models import Contributor, Result
from marketplace.results.rules import CONTRIBUTORS

NAME_LENGTH = 80
EMAIL_LENGTH = 254


@dataclass(frozen=True, slots=True)
class Person:
    """A contributor as the author types him: a name, and the e-mail of his account if he has one.

    `user_id` keeps the link to somebody who is linked already; it makes no new one.
    """

    name: str
    email: str = ""
    user_id: int | None = None


def of(uow: UnitOfWork, result_id: int) -> list[Contributor]:
    """The contributors in the order in which they are named."""
    rows = select(Contributor).where(Contributor.result_id == result_id).order_by(Contributor.place)
    return list(uow.session.scalars(rows))


def name_author(uow: UnitOfWork, result: Result) -> None:
    """The author is the first contributor until he says otherwise; naming himself is his consent."""
    author = Contributor(
        result_id=result.id, place=1, name=uow.actor.name, user_id=uow.actor.user_id, consented_at=uow.now()
    )
    uow.session.add(author)
    uow.flush()


def replace(uow: UnitOfWork, result: Result, people: Sequence[Person]) -> bool:
    """Name these people; whether that changed anything. Who has agreed already need not agree again.

    Raises InvalidInput for too many, too long or no name, or an e-mail nobody is registered with; emits ContributorNamed.
    """
    before = of(uow, result.id)
    linked = {old.user_id for old in before if old.user_id} | {uow.actor.user_id}
    wanted = [_known(uow, person, linked) for person in people if person.name.strip() or person.email.strip()]
    if len(wanted) > CONTRIBUTORS:
        raise InvalidInput(N_("At most %(limit)s people can be named."), field="contributors", limit=CONTRIBUTORS)
    if [(old.name, old.user_id) for old in before] == wanted:
        return False
    agreed = {old.user_id: old.consented_at for old in before if old.user_id is not None}
    uow.session.execute(delete(Contributor).where(Contributor.result_id == result.id))
    for place, (name, user_id) in enumerate(wanted, start=1):
        himself = user_id is not None and user_id == uow.actor.user_id
        consented_at = agreed.get(user_id or 0) or (uow.now() if himself else None)
        row = Contributor(result_id=result.id, place=place, name=name, user_id=user_id, consented_at=consented_at)
        uow.session.add(row)
        if user_id is not None and user_id not in agreed and consented_at is None:
            uow.emit(ContributorNamed(result.id, user_id))
    uow.flush()
    return True


def _known(uow: UnitOfWork, person: Person, linked: set[int | None]) -> tuple[str, int | None]:
    name = clean(person.name, NAME_LENGTH, "contributors")
    email = clean(person.email, EMAIL_LENGTH, "contributors").lower()
    if not email:
        return name, person.user_id if person.user_id in linked else None
    if not name:  # Whose address it is, is nobody's business.
        raise InvalidInput(N_("Enter the name beside the e-mail."), field="contributors")
    user = user_with_email(uow.session, email)
    if user is None:
        raise InvalidInput(
            N_("Nobody is registered with the e-mail %(email)s. Leave it empty, or ask the person to register."),
            field="contributors",
            email=email,
        )
    return name, user.id


def answer(uow: UnitOfWork, result: Result, *, agreed: bool) -> None:
    """The named person agrees, or has his name taken off. Raises NotFound when he is not named; emits ContributorAnswered."""
    row = next((row for row in of(uow, result.id) if row.user_id == uow.actor.user_id and row.user_id), None)
    if row is None or row.user_id is None:
        raise NotFound(N_("You are not named here."))
    if agreed:
        row.consented_at = row.consented_at or uow.now()
    else:
        uow.session.delete(row)
    uow.flush()
    uow.emit(ContributorAnswered(result.id, row.user_id, agreed))


def names(uow: UnitOfWork, result_id: int) -> Names:
    """How many are named, still to be asked, and not on the platform (the author himself needs nobody's word)."""
    rows = of(uow, result_id)
    waiting = [row for row in rows if row.user_id is not None and row.consented_at is None]
    return Names(len(rows), len(waiting), len([row for row in rows if row.user_id is None]))
