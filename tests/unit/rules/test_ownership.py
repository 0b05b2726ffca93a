"""Who owns a result, by three answers (专利法 art. 6), and what a result must hold before anybody else sees it."""

from datetime import date
from typing import Any

import pytest

from marketplace.needs.completeness import missing as need_missing
from marketplace.results.completeness import Names, missing
from marketplace.results.rules import Disclosure, Ownership, suggest_ownership

WHOLE: dict[str, Any] = {
    "title": "工装",
    "problem": "变形",
    "description": "夹紧",
    "summary": "少变形",
    "ownership": Ownership.SERVICE,
    "disclosure": Disclosure.NONE,
    "security_reviewed": True,
    "names_confirmed": True,
    "ways": ["licence"],
    "maturity": "trial",
    "category": "invention",
    "industry": "other",
    "county": "qingzhou",
}
NAMED = Names(named=1)
TODAY = date(2026, 11, 20)
FILED = {"disclosure": Disclosure.PATENT_FILED, "patent_number": "202610012345.6", "patent_filed_on": TODAY}


@pytest.mark.parametrize(
    ("in_job", "with_means", "agreed", "expected"),
    [
        (True, False, False, Ownership.SERVICE),
        (False, True, False, Ownership.SERVICE),
        (True, True, False, Ownership.SERVICE),
        (False, False, False, Ownership.NON_SERVICE),
        (True, True, True, Ownership.SHARED),
        (False, False, True, Ownership.SHARED),
    ],
)
def test_the_answers_suggest_an_owner(in_job: bool, with_means: bool, agreed: bool, expected: Ownership) -> None:
    assert suggest_ownership(in_job, with_means, agreed) is expected


def fields(values: dict[str, Any], names: Names = NAMED, *, unit: bool = True) -> list[str]:
    return [one.field for one in missing({**WHOLE, **values}, names, TODAY, owner_is_unit=unit)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"title": ""}, ["title"]),
        ({"problem": "", "ways": []}, ["problem", "ways"]),
        ({"summary": ""}, ["summary"]),
        ({"description": ""}, []),
        ({"ownership": None}, ["ownership"]),
        ({"disclosure": None}, ["disclosure"]),
        ({"security_reviewed": False}, ["security_reviewed"]),
        ({"disclosure": Disclosure.PATENT_FILED}, ["patent_number", "patent_filed_on"]),
        (FILED, []),
        ({**FILED, "patent_number": "abc"}, ["patent_number"]),
        ({**FILED, "patent_number": "ZL12345.6"}, ["patent_number"]),
        ({**FILED, "patent_filed_on": date(2026, 11, 21)}, ["patent_filed_on"]),
        ({**FILED, "patent_filed_on": "2027-01-01"}, ["patent_filed_on"]),
        (
            {
                "disclosure": Disclosure.PATENT_FILED,
                "patent_number": "2026100",
                "patent_filed_on": date(2026, 1, 1),
                "summary": "",
            },
            [],
        ),
        (
            {
                "disclosure": Disclosure.PATENT_FILED,
                "patent_number": "2026100",
                "patent_filed_on": date(2026, 1, 1),
                "description": "",
            },
            ["description"],
        ),
        (
            {"maturity": None, "category": None, "industry": None, "county": None},
            ["maturity", "category", "industry", "county"],
        ),
    ],
)
def test_what_a_result_lacks(values: dict[str, Any], expected: list[str]) -> None:
    assert fields(values) == expected


def test_people_must_be_named_and_must_have_agreed() -> None:
    assert fields({}, Names()) == ["contributors"]
    assert fields({}, Names(named=2, waiting=1)) == ["contributors"]
    assert fields({"names_confirmed": False}, Names(named=2, unlinked=1)) == ["names_confirmed"]
    assert fields({"names_confirmed": False}, Names(named=2)) == []


def test_what_belongs_to_a_unit_names_the_unit() -> None:
    assert fields({}, unit=False) == ["party_id"]
    assert fields({"ownership": Ownership.SHARED}, unit=False) == ["party_id"]
    assert fields({"ownership": Ownership.NON_SERVICE}, unit=False) == []


def test_a_need_has_a_deadline_ahead() -> None:
    whole = dict.fromkeys(("title", "description", "industry", "county", "ways"), "x")
    today = date(2026, 11, 20)
    assert [one.field for one in need_missing(whole, today)] == ["deadline"]
    assert [one.field for one in need_missing({**whole, "deadline": today}, today)] == ["deadline"]
    assert need_missing({**whole, "deadline": date(2026, 11, 21)}, today) == []
