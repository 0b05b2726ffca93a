"""Learns from the texts everybody may read which words stand everywhere and which are near in meaning; keeps the file.

Nothing is ranked by what is learnt: reasons.py explains with it.
"""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Select, func, select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.listings.models import Listing
from marketplace.matching.texts import need_text, result_text
from marketplace.needs import indexing as need_indexing
from marketplace.needs.models import Need
from marketplace.results import indexing as result_indexing
from marketplace.results.models import Result
from marketplace.settings import Settings
from search_index import contexts
from search_index.learning import learn_apart
from search_index.meaning import Meanings

SAMPLE = 5_000
"""So many listings of each kind are read; more would teach little that is new."""

_AT_ONCE = 500


def open_meanings(settings: Settings) -> Meanings:
    """What was learnt last; the file lies beside the indexes and may be deleted with them."""
    return Meanings(settings.index_dir / "meaning.arrays")


def learn(uow: UnitOfWork) -> None:
    """Read the published listings and learn from them anew: seconds for thousands. While they are few, nothing is written."""
    learn_apart(uow.services.meanings.path, _results(uow), _needs(uow))


def catch_up(uow: UnitOfWork) -> None:
    """Learn before the day is over where nothing was learnt yet, or the listings have become twice as many since."""
    published = (uow.session.scalar(_count_shown(model)) or 0 for model in (Result, Need))
    readable, read = sum(min(count, SAMPLE) for count in published), uow.services.meanings.newest().documents
    if readable >= max(contexts.LEAST_TEXTS, 2 * read):
        learn(uow)


def _count_shown(model: type[Listing]) -> Select[int]:
    return select(func.count()).select_from(model).where(model.state.in_(model.shown_in))


def _results(uow: UnitOfWork) -> Iterator[str]:
    for ids in _sampled(result_indexing.versions(uow.session)):
        for result in uow.session.scalars(select(Result).where(Result.id.in_(ids)).order_by(Result.id)):
            yield f"{result.title}\n{result_text(result)}"
        uow.session.expunge_all()


def _needs(uow: UnitOfWork) -> Iterator[str]:
    for ids in _sampled(need_indexing.versions(uow.session)):
        for need in uow.session.scalars(select(Need).where(Need.id.in_(ids)).order_by(Need.id)):
            yield f"{need.title}\n{need_text(need)}"
        uow.session.expunge_all()


def _sampled(ids: Collection[int]) -> Iterator[Sequence[int]]:
    """Evenly spread over all, old and new."""
    chosen, size = sorted(ids), min(len(ids), SAMPLE)
    chosen = [chosen[number * len(ids) // size] for number in range(size)]
    return (chosen[start : start + _AT_ONCE] for start in range(0, len(chosen), _AT_ONCE))
