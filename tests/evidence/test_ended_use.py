"""Evidence of a contract that was ended by its buyer before anything was to be paid: who ended it, and when, is in the log."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from marketplace.contracts.rules import EndReason, PriceModel
from marketplace.deals.service import end_use
from marketplace.infra.authority import Authority
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from tests.evidence.packages import exported, packed, problem, signed_anew, unpacked
from tests.factories import TERMS, make_signed
from tests.personas import PASSWORD, People

FREE = replace(TERMS, price_model=PriceModel.USE_FIRST, use_days=180)


def test_a_use_that_its_buyer_ended_is_proved_with_its_end(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int], authority: Authority, tmp_path: Path
) -> None:
    deal_id = make_signed(factory, people, FREE)
    with factory.writing(people.company) as uow:
        end_use(uow, deal_id, "试用后节拍达不到要求", PASSWORD, EndReason.UNSUITED)
    drain()
    content = exported(factory, deal_id)
    assert problem(tmp_path, content) == ""
    files = unpacked(content)
    assert "自本合同生效之日起180日为使用期" in files["documents/contract-1.txt"].decode()
    lines = files["events.jsonl"].splitlines(keepends=True)
    ((place, row),) = (
        (place, row)
        for place, row in enumerate(map(json.loads, lines))
        if (row["object"], row["payload"].get("action")) == (f"deal:{deal_id}", "end_use")
    )
    assert row["actor_id"] == people.company.user_id
    begin = sum(map(len, lines[:place]))
    log = files["events.jsonl"]
    for at in range(begin, begin + len(lines[place]) - 1, 11):
        changed = log[:at] + bytes([log[at] ^ 1]) + log[at + 1 :]
        assert problem(tmp_path, packed({**files, "events.jsonl": changed})).startswith("events.jsonl: is not what"), at
        found = problem(tmp_path, signed_anew({**files, "events.jsonl": changed}, authority))
        assert found.startswith("events.jsonl"), (at, found)
    without = {**files, "events.jsonl": b"".join(lines[:place] + lines[place + 1 :])}
    assert problem(tmp_path, packed(without)).startswith("events.jsonl: is not what")
