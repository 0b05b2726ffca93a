"""Every action on a result, a need, a revision and a claim, in every state, by every relation."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from marketplace.kernel.errors import Conflict, NotPermitted
from marketplace.kernel.states import Relation, StateTable
from marketplace.listings.rules import CLAIM_STATES, REVISION_STATES
from marketplace.needs.rules import NEED_STATES
from marketplace.results.rules import RESULT_STATES

TABLES: dict[str, StateTable[Any]] = {
    "result": RESULT_STATES,
    "need": NEED_STATES,
    "revision": REVISION_STATES,
    "claim": CLAIM_STATES,
}

EXPECTED = """
result submit           draft              submitted          author owner
result submit           changes_requested  submitted          author owner
result ask_owner        submitted          owner_review       system
result skip_owner       submitted          county_review      system
result consent          owner_review       county_review      owner
result object           owner_review       changes_requested  owner          !
result pass_to_official owner_review       county_review      system
result approve          county_review      published          official
result request_changes  county_review      changes_requested  official       !
result publish_imported draft              published          official system
result confirm          published          published          author owner
result confirm          stale              published          author owner
result pause            published          paused             author owner
result pause            stale              paused             author owner
result resume           paused             published          author owner
result go_stale         published          stale              system
result expire           stale              expired            system
result suspend          published          suspended          official       !
result suspend          paused             suspended          official       !
result suspend          stale              suspended          official       !
result reinstate        suspended          published          official       !
result withdraw         draft              withdrawn          author
result withdraw         changes_requested  withdrawn          author
result withdraw         owner_review       withdrawn          author
result withdraw         county_review      withdrawn          author
result withdraw         published          withdrawn          author owner
result withdraw         paused             withdrawn          author owner
result withdraw         stale              withdrawn          author owner
need   submit           draft              submitted          author owner
need   submit           changes_requested  submitted          author owner
need   take_up          submitted          review             system
need   approve          review             published          official
need   request_changes  review             changes_requested  official       !
need   publish_imported draft              published          official system
need   suspend          published          suspended          official       !
need   reinstate        suspended          published          official       !
need   close_solved     published          solved             author owner
need   close_unsolved   published          unsolved           author owner   !
need   expire           published          expired            system
need   withdraw         draft              withdrawn          author owner
need   withdraw         changes_requested  withdrawn          author owner
need   withdraw         review             withdrawn          author owner
need   withdraw         published          withdrawn          author owner
revision approve        proposed           approved           official
revision return         proposed           returned           official       !
revision withdraw       proposed           withdrawn          author owner
claim  approve          pending            approved           official
claim  refuse           pending            refused            official       !
"""
"""Table, action, from, to, who, and ! where a reason is asked for. Whatever is not here is refused."""


def expected(table: str) -> dict[tuple[str, str], tuple[str, frozenset[Relation], bool]]:
    lines = [line.split() for line in EXPECTED.strip().splitlines()]
    return {
        (words[1], words[2]): (words[3], frozenset(Relation(who) for who in words[4:] if who != "!"), words[-1] == "!")
        for words in lines
        if words[0] == table
    }


def cases() -> Iterator[tuple[str, str, str, Relation]]:
    """Every action in every state by every relation, and one action that no table knows."""
    for name, table in TABLES.items():
        actions = {action for action, _state in expected(name)} | {"delete"}
        states = type(table.initial)
        yield from ((name, *case) for case in itertools.product(sorted(actions), [s.value for s in states], Relation))


@pytest.mark.parametrize(("name", "action", "state", "relation"), list(cases()), ids=str)
def test_who_may_do_what(name: str, action: str, state: str, relation: Relation) -> None:
    table = TABLES[name]
    at = type(table.initial)(state)
    rule = expected(name).get((action, state))
    if rule and relation in rule[1]:
        assert table.require(action, at, frozenset({relation})).target == rule[0]
        return
    with pytest.raises(NotPermitted if rule else Conflict):
        table.require(action, at, frozenset({relation}))


@pytest.mark.parametrize("name", TABLES)
def test_the_table_holds_nothing_else_and_asks_for_reasons_where_it_must(name: str) -> None:
    declared = {
        (t.action, str(s)): (str(t.target), t.who, t.reason_required)
        for t in TABLES[name].transitions
        for s in t.sources
    }
    assert declared == expected(name)


@pytest.mark.parametrize(
    ("name", "terminal"),
    [
        ("result", {"expired", "withdrawn"}),
        ("need", {"solved", "unsolved", "expired", "withdrawn"}),
        ("revision", {"approved", "returned", "withdrawn"}),
        ("claim", {"approved", "refused"}),
    ],
)
def test_what_is_corrected_by_a_new_record_only(name: str, terminal: set[str]) -> None:
    assert {str(state) for state in TABLES[name].terminal()} == terminal
