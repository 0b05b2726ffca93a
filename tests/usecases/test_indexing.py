"""The indexes follow the database, whatever happens to them, and hold only what everybody may read."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from marketplace.alerts.models import MatchAlert
from marketplace.audit.models import AuditRow
from marketplace.infra.outbox import NotYet
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.listings.catalogue import open_catalogues
from marketplace.listings.events import ListingMoved
from marketplace.listings.models import Listing
from marketplace.listings.rules import ListingKind
from marketplace.organisations import service as organisations
from marketplace.organisations.events import OrganisationRenamed
from marketplace.organisations.models import Organisation
from marketplace.organisations.service import OrganisationData
from marketplace.results.rules import Disclosure, ResultState
from marketplace.settings import Settings
from marketplace.wiring import INDEXER
from search_index.document import Query
from tests.factories import make_need, make_result
from tests.personas import People
from tests.sheets import RESULTS, imported, sheet

CODE = "91350100M000100Y43"


def found(factory: UnitOfWorkFactory, text: str, kind: ListingKind = ListingKind.RESULT) -> list[int]:
    return [hit.id for hit in factory.services.catalogues[kind.value].search(Query(text)).hits]


def reconcile(factory: UnitOfWorkFactory) -> None:
    with factory.writing() as uow:
        INDEXER.reconcile(uow)


def tell(factory: UnitOfWorkFactory, *listing_ids: int) -> None:
    """The handler hears of moves; what they were does not matter to it."""
    with factory.writing() as uow:
        INDEXER.handle(uow, [ListingMoved("result", one, "confirm", "stale", "published") for one in listing_ids])


def change(factory: UnitOfWorkFactory, listing_id: int, **values: object) -> None:
    with factory.writing() as uow:
        row = update(Listing).where(Listing.id == listing_id)
        uow.session.execute(row.values(version=Listing.version + 1, **values))


def test_what_is_imported_can_be_found_once_the_outbox_is_drained(
    factory: UnitOfWorkFactory, drain: Callable[[], int]
) -> None:
    imported(factory, sheet(RESULTS, ("自动焊接工装", "某机械公司", "减少变形。")))
    assert found(factory, "焊接") == []
    drain()
    assert len(found(factory, "焊接")) == len(found(factory, "某机械公司")) == 1


@pytest.mark.parametrize("state", [one for one in ResultState if one not in {ResultState.PUBLISHED, ResultState.STALE}])
def test_only_what_is_shown_is_found(factory: UnitOfWorkFactory, people: People, state: ResultState) -> None:
    listing_id = make_result(factory, people)
    tell(factory, listing_id)
    assert found(factory, "焊接") == [listing_id]
    change(factory, listing_id, state=state.value)
    tell(factory, listing_id)
    assert found(factory, "焊接") == []


def test_the_handler_may_run_twice_and_hear_events_in_any_order(factory: UnitOfWorkFactory, people: People) -> None:
    first, second = make_result(factory, people), make_result(factory, people, state=ResultState.PAUSED)
    tell(factory, second, first, first)
    tell(factory, first, second)
    assert found(factory, "焊接") == [first]


@pytest.mark.parametrize(
    ("disclosure", "is_found"),
    [(Disclosure.PATENT_FILED, True), (Disclosure.TRADE_SECRET, False), (Disclosure.NONE, False)],
)
def test_how_it_works_is_found_only_where_everybody_may_read_it(
    factory: UnitOfWorkFactory, people: People, disclosure: Disclosure, is_found: bool
) -> None:
    listing_id = make_result(factory, people, disclosure=disclosure)
    tell(factory, listing_id)
    assert bool(found(factory, "气动夹具")) is is_found
    assert found(factory, "返修") == [listing_id]


def test_nobody_finds_an_anonymous_need_by_who_asks(factory: UnitOfWorkFactory, people: People) -> None:
    named = make_need(factory, people)
    make_need(factory, people, anonymous=True)
    reconcile(factory)
    assert found(factory, "蓝海化工", ListingKind.NEED) == [named]
    assert len(found(factory, "储罐", ListingKind.NEED)) == 2


def test_the_nightly_comparison_repairs_what_is_missing_old_or_too_much(
    factory: UnitOfWorkFactory, people: People
) -> None:
    missing, old, gone = (make_result(factory, people) for _ in range(3))
    tell(factory, old, gone)
    change(factory, old, title="全新的名称")
    change(factory, gone, state=ResultState.SUSPENDED.value)
    reconcile(factory)
    assert sorted(found(factory, "变压器")) == [missing, old]
    assert found(factory, "全新的名称") == [old]


def test_a_deleted_index_is_empty_until_it_is_rebuilt(factory: UnitOfWorkFactory, people: People) -> None:
    listing_id = make_result(factory, people)
    tell(factory, listing_id)
    shutil.rmtree(factory.services.settings.index_dir)
    assert found(factory, "焊接") == []
    seen: list[Sequence[int]] = []
    with factory.reading() as uow:
        assert INDEXER.rebuild(uow, ListingKind.RESULT, lambda *so_far: seen.append(so_far)) == 1
    assert found(factory, "焊接") == [listing_id]
    assert seen[-1] == (1, 1)


def test_an_index_deleted_under_a_running_service_comes_back_with_the_next_move(
    factory: UnitOfWorkFactory, people: People
) -> None:
    first, second = make_result(factory, people), make_result(factory, people)
    tell(factory, first)
    shutil.rmtree(factory.services.settings.index_dir)
    tell(factory, second)
    assert found(factory, "焊接") == [second]
    reconcile(factory)
    assert sorted(found(factory, "焊接")) == [first, second]


def test_listings_are_found_by_the_new_name_of_their_unit(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int]
) -> None:
    result_id, need_id = make_result(factory, people, party_id=people.buyer_party), make_need(factory, people)
    hidden = make_need(factory, people, anonymous=True)
    draft = make_result(factory, people, party_id=people.buyer_party, state=ResultState.DRAFT, published_at=None)
    reconcile(factory)
    with factory.writing(people.company_admin) as uow:
        unit = uow.session.get_one(Organisation, people.buyer_id)
        known = OrganisationData("寿光碧海化工有限公司", unit.kind, CODE, "shouguang", None, None, "周强")
        organisations.change(uow, unit.id, known)
    drain()
    assert found(factory, "碧海化工") == [result_id]
    assert found(factory, "碧海化工", ListingKind.NEED) == [need_id]
    assert found(factory, "蓝海") == found(factory, "蓝海", ListingKind.NEED) == []
    with factory.reading() as uow:
        assert uow.session.scalar(select(AuditRow.id).where(AuditRow.action == "listing.outdated")) is None
        assert uow.session.scalar(select(MatchAlert.id).limit(1)) is None
    with factory.writing(people.company_admin) as uow:
        organisations.change(uow, people.buyer_id, replace(known, representative="周大强"))
        assert OrganisationRenamed not in {type(event) for event in uow.events}
    assert draft not in found(factory, "")
    assert hidden in found(factory, "", ListingKind.NEED)


def _deleted(folder: Path) -> None:
    shutil.rmtree(folder)


def _flipped(folder: Path) -> None:
    victim = next(folder.glob("generation-*/*.arrays"))
    victim.write_bytes(bytes(byte ^ 0xFF for byte in victim.read_bytes()))


def _of_older_analysis(folder: Path) -> None:
    _say(folder, analysis=1)


def _of_another_layout(folder: Path) -> None:
    _say(folder, layout=0)


def _without_a_facet(folder: Path) -> None:
    _say(folder, facets=["county"])


def _of_other_content(folder: Path) -> None:
    _say(folder, content=0)


def _of_a_time_before_editions(folder: Path) -> None:
    next(folder.glob("generation-*/edition.json")).unlink()


def _say(folder: Path, **changed: object) -> None:
    file = next(folder.glob("generation-*/edition.json"))
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))


@pytest.mark.parametrize(
    "harm",
    [
        _deleted,
        _flipped,
        _of_older_analysis,
        _of_another_layout,
        _without_a_facet,
        _of_other_content,
        _of_a_time_before_editions,
    ],
)
def test_an_index_that_cannot_serve_is_built_anew_by_itself(
    factory: UnitOfWorkFactory, people: People, settings: Settings, harm: Callable[[Path], None]
) -> None:
    one, two = make_result(factory, people), make_result(factory, people)
    reconcile(factory)
    harm(settings.index_dir / "results")
    index = open_catalogues(settings)[ListingKind.RESULT]
    assert index.is_stale()
    INDEXER.heal_all(factory)
    assert sorted(index.versions()) == [one, two]
    assert not index.is_stale()


def test_an_index_begun_anew_by_a_single_listing_gets_the_others_back(
    factory: UnitOfWorkFactory, people: People, settings: Settings
) -> None:
    one, two = make_result(factory, people), make_result(factory, people)
    reconcile(factory)
    _flipped(settings.index_dir / "results")
    tell(factory, two)
    assert found(factory, "焊接") == [two]
    INDEXER.heal_all(factory)
    assert sorted(found(factory, "焊接")) == [one, two]


def test_an_index_of_an_older_version_is_read_until_it_is_built_anew(
    factory: UnitOfWorkFactory, people: People, settings: Settings
) -> None:
    one = make_result(factory, people)
    reconcile(factory)
    _of_older_analysis(settings.index_dir / "results")
    assert found(factory, "焊接") == [one]


def test_what_has_to_be_written_while_a_newer_version_keeps_the_index_waits_for_that_one(
    factory: UnitOfWorkFactory, people: People, settings: Settings
) -> None:
    one = make_result(factory, people)
    reconcile(factory)
    _say(settings.index_dir / "results", content=99)
    with pytest.raises(NotYet):
        tell(factory, one)
    assert found(factory, "焊接") == [one]


def test_a_whole_index_is_left_alone(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people)
    INDEXER.heal_all(factory)
    before = {kind: index.status().generation for kind, index in factory.services.catalogues.items()}
    INDEXER.heal_all(factory)
    assert {kind: index.status().generation for kind, index in factory.services.catalogues.items()} == before
