"""What the index holds of results: what everybody may read, and nothing else."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel.permissions import VISITOR
from marketplace.listings.catalogue import Patent, body_of, make_document
from marketplace.listings.rules import ListingKind
from marketplace.organisations.parties import names_of
from marketplace.results.models import Result
from marketplace.results.policy import may_read_description, visible
from search_index.document import Document

kind = ListingKind.RESULT


def documents(session: Session, ids: Sequence[int]) -> list[Document]:
    """The documents of those results that everybody sees."""
    results = session.scalars(select(Result).where(Result.id.in_(ids), visible(VISITOR))).all()
    names = names_of(session, {result.party_id for result in results})
    return [document(result, names[result.party_id].name) for result in results]


def versions(session: Session) -> dict[int, int]:
    """The version of every result that everybody sees."""
    return dict(session.execute(select(Result.id, Result.version).where(visible(VISITOR))).all())


def public_text(result: Result) -> str:
    """What everybody may read of a result, without its title and its unit; how it works only where it is no secret."""
    return body_of(_texts(result))


def document(result: Result, party: str) -> Document:
    """One result."""
    patent = Patent.YES if result.patent_number else Patent.NO
    return make_document(
        result,
        _texts(result),
        party,
        {"category": result.category, "maturity": result.maturity, "patent": patent},
        {"benefit": result.benefit_fen},
        result.patent_number,
    )


def _texts(result: Result) -> tuple[str, ...]:
    how = result.description if may_read_description(VISITOR, result) else ""
    effect = " ".join(filter(None, (result.metric, result.before, result.after, result.unit)))
    return result.problem, result.summary, effect, result.conditions, how
