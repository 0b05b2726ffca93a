"""The reading side of results."""

from dataclasses import dataclass

from marketplace.bases.models import Base
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.listings.queries import Page, page_of
from marketplace.results.contributors import of
from marketplace.results.models import Contributor, Result
from marketplace.results.policy import may_read_description


@dataclass(frozen=True)
class ResultPage:
    """What a result's page shows to one actor, beside what every listing shows."""

    page: Page
    result: Result
    base: Base | None
    contributors: tuple[Contributor, ...]
    """Those whose name may be shown to the actor."""
    unnamed: int
    may_read_description: bool
    asked: Contributor | None
    """The actor's own line, when he has not said yet whether he agrees to be named."""


def is_named_openly(one: Contributor) -> bool:
    """Whether everybody who sees the result reads his name: he has agreed, or has no account to be asked by."""
    return one.user_id is None or one.consented_at is not None


def read(uow: UnitOfWork, result: Result) -> ResultPage:
    """The page for the actor, who is known to see the result."""
    page = page_of(uow, result)
    people = of(uow, result.id)
    mine = next((one for one in people if one.user_id is not None and one.user_id == uow.actor.user_id), None)
    named = [one for one in people if page.is_insider or mine or is_named_openly(one)]
    return ResultPage(
        page=page,
        result=result,
        base=uow.session.get(Base, result.base_id) if result.base_id else None,
        contributors=tuple(named),
        unnamed=len(people) - len(named),
        may_read_description=may_read_description(uow.actor, result) or mine is not None,
        asked=mine if mine and mine.consented_at is None else None,
    )
