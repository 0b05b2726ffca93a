"""Officials import sheets; every row is published once, skipped as a duplicate or refused with its reason."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from marketplace.audit.models import AuditRow
from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import InvalidInput, NotPermitted
from marketplace.listings import importing
from marketplace.listings.importing import STEP
from marketplace.listings.models import Decision, ImportProblem, ImportRun, Listing
from marketplace.listings.rules import Category, Industry, ListingKind, Maturity
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation, Party
from marketplace.organisations.parties import name_of
from marketplace.organisations.rules import OrganisationState
from marketplace.results.models import Result
from marketplace.results.rules import Disclosure, ResultState
from tests.personas import People
from tests.sheets import NEEDS, RESULTS, imported, outcome, sheet
from tests.unit.infra.archives import workbook

Drain = Callable[[], int]
WELDING = ("自动焊接工装", "青州前程机械有限公司", "减少变形。")
OIL = ("宽温润滑脂", "新单位有限公司", "零下四十度可用。")


def problems(factory: UnitOfWorkFactory, run: ImportRun) -> list[tuple[int, str, str]]:
    with factory.reading() as uow:
        rows = uow.session.scalars(
            select(ImportProblem).where(ImportProblem.run_id == run.id).order_by(ImportProblem.row, ImportProblem.id)
        )
        return [(one.row, one.column, one.message % one.params) for one in rows]


def only_result(factory: UnitOfWorkFactory) -> Result:
    with factory.reading() as uow:
        return uow.session.scalars(select(Result)).one()


def test_a_row_is_published_on_behalf_of_its_unit(factory: UnitOfWorkFactory, people: People) -> None:
    run = imported(factory, sheet(RESULTS, WELDING), actor=people.city_official)
    assert outcome(run) == {"created": 1, "incomplete": 0, "duplicates": 0, "refused": 0}
    result = only_result(factory)
    assert (result.title, result.summary, result.description) == ("自动焊接工装", "减少变形。", "")
    assert (result.state, result.on_behalf, result.author_id) == (ResultState.PUBLISHED, True, None)
    assert (result.county, result.ownership, result.disclosure) == (None, None, None)
    assert result.party_id == people.seller_party  # known already, by its name
    with factory.reading() as uow:
        decision = uow.session.scalars(select(Decision)).one()
        assert (decision.action, decision.user_id) == ("publish_imported", people.city_official.user_id)
        by = uow.session.scalars(select(AuditRow.actor_id).where(AuditRow.object == f"result:{result.id}")).one()
        assert by == people.city_official.user_id


def test_a_unit_nobody_knows_is_listed_once_by_any_spelling(factory: UnitOfWorkFactory, people: People) -> None:
    again = ("另一成果", "新单位 有限公司", "另一段。")
    imported(factory, sheet(RESULTS, OIL, again), actor=people.city_official)
    with factory.reading() as uow:
        unit = uow.session.scalars(select(Organisation).where(Organisation.state == OrganisationState.LISTED)).one()
        party = uow.session.scalars(select(Party.id).where(Party.organisation_id == unit.id)).one()
        assert unit.name == "新单位有限公司"
        assert set(uow.session.scalars(select(Listing.party_id))) == {party}


def test_a_row_without_a_unit_stands_in_the_name_of_the_importers_organisation(
    factory: UnitOfWorkFactory, people: People
) -> None:
    imported(factory, sheet(NEEDS, ("石灰窑出灰", "出灰不匀。")), ListingKind.NEED, people.city_official)
    with factory.reading() as uow:
        need = uow.session.scalars(select(Need)).one()
        assert (need.party_id, need.on_behalf, need.description) == (people.union_party, True, "出灰不匀。")


def test_an_official_without_an_organisation_imports_for_the_first_union_body(
    factory: UnitOfWorkFactory, people: People
) -> None:
    content = sheet((*NEEDS, "县市区"), ("石灰窑出灰", "出灰不匀。", "青州市"))
    imported(factory, content, ListingKind.NEED, people.county_official)
    with factory.reading() as uow:
        assert uow.session.scalars(select(Need.party_id)).one() == people.union_party


def test_the_system_imports_for_the_union_that_runs_the_service(factory: UnitOfWorkFactory) -> None:
    imported(factory, sheet(NEEDS, ("石灰窑出灰", "出灰不匀。")), ListingKind.NEED)
    with factory.reading() as uow:
        need = uow.session.scalars(select(Need)).one()
        assert name_of(uow.session, need.party_id).name == uow.settings.union_name


def test_an_empty_text_is_taken_and_counted(factory: UnitOfWorkFactory) -> None:
    run = imported(factory, sheet(RESULTS, ("只有名称", "新单位", "")))
    assert outcome(run) == {"created": 1, "incomplete": 1, "duplicates": 0, "refused": 0}


def test_importing_again_creates_nothing(factory: UnitOfWorkFactory) -> None:
    content = sheet(RESULTS, WELDING, OIL)
    imported(factory, content)
    again = imported(factory, content)
    assert outcome(again) == {"created": 0, "incomplete": 0, "duplicates": 2, "refused": 0}
    with factory.reading() as uow:
        first = dict(uow.session.execute(select(Listing.title, Listing.id)).all())
        said = uow.session.scalars(
            select(ImportProblem.listing_id).where(ImportProblem.run_id == again.id).order_by(ImportProblem.row)
        )
        assert list(said) == [first["自动焊接工装"], first["宽温润滑脂"]]


def test_a_duplicate_inside_the_file_names_the_earlier_row(factory: UnitOfWorkFactory) -> None:
    other_spelling = ("自动焊接 工装", "青州前程机械有限公司", "减少变形")
    run = imported(factory, sheet(RESULTS, WELDING, OIL, other_spelling))
    assert outcome(run) == {"created": 2, "incomplete": 0, "duplicates": 1, "refused": 0}
    assert problems(factory, run) == [(4, "", "The same as row 2 of this file.")]


def test_the_same_title_with_another_text_is_no_duplicate(factory: UnitOfWorkFactory) -> None:
    run = imported(factory, sheet(RESULTS, WELDING, (*WELDING[:2], "别的内容。")))
    assert run.created == 2


def test_a_dry_run_says_what_would_happen_and_writes_nothing_else(factory: UnitOfWorkFactory, people: People) -> None:
    content = sheet(RESULTS, WELDING, OIL, WELDING, ("", "单位", "没有名称"))
    with factory.reading() as uow:
        parties = uow.session.scalar(select(func.count(Party.id)))
    tried = imported(factory, content, actor=people.city_official, dry_run=True)
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Listing.id))) == 0
        assert uow.session.scalar(select(func.count(Party.id))) == parties
        assert uow.session.scalar(select(func.count(OutboxRow.id))) == 0
    done = imported(factory, content, actor=people.city_official)
    assert outcome(tried) == outcome(done) == {"created": 2, "incomplete": 0, "duplicates": 1, "refused": 1}
    assert problems(factory, tried) == problems(factory, done)


def test_refused_rows_say_row_column_and_reason(factory: UnitOfWorkFactory) -> None:
    header = ("需求名称", "需求描述", "县市区", "行业", "预算（万元）", "截止日期")
    good = ("好的一行", "描述", "青州", "化工", "10-20", "2027-06-30")
    content = sheet(
        header,
        ("  ", "没有名称", "", "", "", ""),
        ("名" * 121, "太长", "", "", "", ""),
        ("坏词", "描述", "火星县", "魔法", "很多钱", "昨天"),
        ("过期", "描" * 5001, "", "", "", "2020-01-01"),
        good,
    )
    run = imported(factory, content, ListingKind.NEED)
    assert outcome(run) == {"created": 1, "incomplete": 0, "duplicates": 0, "refused": 4}
    assert [(row, column) for row, column, _reason in problems(factory, run)] == [
        (2, "需求名称"),
        (3, "需求名称"),
        (4, "县市区"),
        (4, "行业"),
        (4, "预算（万元）"),
        (4, "截止日期"),
        (5, "需求描述"),
        (5, "截止日期"),
    ]
    with factory.reading() as uow:
        need = uow.session.scalars(select(Need)).one()
        assert (need.county, need.industry) == ("qingzhou", Industry.CHEMICAL)
        assert (need.budget_min_fen, need.budget_max_fen) == (10_000_000, 20_000_000)


def test_columns_stand_in_any_order_under_any_usual_name(factory: UnitOfWorkFactory) -> None:
    header = ("联系电话", "成熟度", "简介", "合作方式", "专利号", "*名称（必填）", "类别", "单位", "备注", "区县")
    row = (
        "13800000000",
        "应用",
        "减少变形。",
        "许可、技术服务",
        "ZL2026",
        "自动焊接工装",
        "技术革新",
        "新单位",
        "无",
        "寿光",
    )
    run = imported(factory, sheet(header, row))
    assert (run.ignored_columns, run.created) == (["联系电话", "备注"], 1)
    result = only_result(factory)
    assert (result.title, result.county, result.ways) == ("自动焊接工装", "shouguang", ["licence", "service"])
    assert (result.category, result.maturity) == (Category.IMPROVEMENT, Maturity.IN_USE)
    assert (result.patent_number, result.disclosure) == ("ZL2026", Disclosure.PATENT_FILED)


def test_a_sheet_without_titles_is_refused_whole_naming_its_headers(factory: UnitOfWorkFactory) -> None:
    with pytest.raises(InvalidInput) as refused:
        imported(factory, sheet(("甲", "乙"), ("1", "2")))
    assert "甲、乙" in str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_usual_encoding_gives_the_same_rows(factory: UnitOfWorkFactory, encoding: str) -> None:
    imported(factory, sheet(RESULTS, WELDING))
    assert imported(factory, sheet(RESULTS, WELDING, encoding=encoding)).duplicates == 1


def test_a_workbook_gives_the_same_rows_and_formulas_stay_text(factory: UnitOfWorkFactory) -> None:
    imported(factory, sheet(RESULTS, WELDING))
    run = imported(factory, workbook(RESULTS, WELDING, ("=HYPERLINK(1)", "新单位", "x")))
    assert (run.duplicates, run.created) == (1, 1)
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Result.id)).where(Result.title == "=HYPERLINK(1)")) == 1


def test_a_broken_row_and_a_huge_cell_do_not_stop_the_others(factory: UnitOfWorkFactory) -> None:
    content = (
        sheet(RESULTS, WELDING)
        + '"坏"引号,单位,简介\r\n'.encode()
        + sheet(OIL, ("大", "单位", "字" * 40_000), encoding="utf-8")
    )
    run = imported(factory, content)
    assert (run.created, run.refused) == (2, 2)
    assert [row for row, _column, _reason in problems(factory, run)] == [3, 5]


def test_several_units_in_one_cell(factory: UnitOfWorkFactory) -> None:
    imported(factory, sheet(RESULTS, ("合作成果", "甲公司；乙公司\n丙研究所", "简介。")))
    result = only_result(factory)
    with factory.reading() as uow:
        assert name_of(uow.session, result.party_id).name == "甲公司"
    assert "乙公司、丙研究所" in result.summary


def test_a_run_that_was_killed_is_completed_by_the_next(factory: UnitOfWorkFactory) -> None:
    rows = [(f"成果{number}", "新单位", f"内容{number}") for number in range(STEP + 20)]
    content = sheet(RESULTS, *rows)
    killed = imported(factory, content, steps=1)
    assert (killed.done, killed.finished_at, killed.created) == (STEP, None, STEP)
    after = imported(factory, content)
    assert outcome(after) == {"created": 20, "incomplete": 0, "duplicates": STEP, "refused": 0}


def test_a_run_that_was_killed_goes_on_by_itself(factory: UnitOfWorkFactory, drain: Drain) -> None:
    content = sheet(RESULTS, *((f"成果{number}", "", "说明。") for number in range(STEP + 10)))
    killed = imported(factory, content, steps=1)
    for _ in range(2):  # The worker of another process may run the task at the same hour.
        with factory.writing() as uow:
            importing.resume_abandoned(uow)
    drain()
    with factory.reading() as uow:
        run = uow.session.get_one(ImportRun, killed.id)
        assert (run.done, run.created, run.finished_at) == (STEP + 10, STEP + 10, factory.clock.now())
    with factory.writing() as uow:
        importing.resume_abandoned(uow)
        assert uow.events == []


def test_two_imports_at_once_create_nothing_twice(factory: UnitOfWorkFactory) -> None:
    rows = [(f"成果{number}", f"单位{number % 7}", f"内容{number}") for number in range(250)]
    contents = (sheet(RESULTS, *rows), sheet(RESULTS, *reversed(rows)))
    barrier = threading.Barrier(len(contents))
    runs: list[ImportRun] = []

    def go(content: bytes) -> None:
        barrier.wait(10)
        runs.append(imported(factory, content))

    threads = [threading.Thread(target=go, args=[content]) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(runs) == 2
    assert sum(run.created for run in runs) == 250
    assert sum(run.duplicates for run in runs) == 250
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Listing.id))) == 250
        listed = select(func.count(Organisation.id)).where(Organisation.name.like("单位%"))
        assert uow.session.scalar(listed) == 7


def test_an_official_of_a_county_imports_only_what_is_of_his_county(factory: UnitOfWorkFactory, people: People) -> None:
    header = (*RESULTS, "县市区")
    content = sheet(header, (*WELDING, "青州市"), (*OIL, "高密市"), ("未填县", "单位", "内容", ""))
    run = imported(factory, content, actor=people.county_official)
    assert (run.created, run.refused) == (1, 2)
    assert [row for row, _column, _reason in problems(factory, run)] == [3, 4]


@pytest.mark.parametrize("who", ["worker", "company_admin", "administrator", "loner"])
def test_nobody_else_imports(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    with pytest.raises(NotPermitted):
        imported(factory, sheet(RESULTS, WELDING), actor=getattr(people, who))
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(ImportRun.id))) == 0
