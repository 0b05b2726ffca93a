"""Clauses name each other by their headings, and no document names one it does not have."""

import pytest

from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.standard import Slot, firsts
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.standards import service
from marketplace.standards.models import ClauseProposal
from marketplace.standards.rules import ProposalState
from tests.personas import People
from tests.standard_texts import CONFIDENTIALITY, TODAY, typed_for
from tests.usecases.test_standard_texts import state
from tests.world import NOW


def refused(factory: UnitOfWorkFactory, people: People, slot: Slot, text: str, heading: str = "") -> InvalidInput:
    typed = typed_for(factory, slot, text, heading=heading)
    with pytest.raises(InvalidInput) as error, factory.writing(people.administrator) as uow:
        service.propose(uow, slot, typed)
    return error.value


def test_no_text_says_what_it_said(factory: UnitOfWorkFactory, people: People) -> None:
    error = refused(factory, people, CONFIDENTIALITY, text=firsts()[CONFIDENTIALITY].wording.text)
    assert str(error) == "Nothing is changed yet: this is what version 1 says."


def test_a_heading_that_another_clause_names_stays(factory: UnitOfWorkFactory, people: People) -> None:
    letter = Slot(DocumentKind.LETTER_OF_INTENT, "confidentiality")
    text = firsts()[letter].wording.text
    error = refused(factory, people, letter, heading="不得泄露", text=text)
    assert set(error.fields) == {"heading"}
    assert error.params["cited"] == "保密"
    with factory.writing(people.administrator) as uow:
        service.propose(uow, letter, typed_for(factory, letter, text, heading="保密条款"))


RISK = Slot(DocumentKind.CONTRACT, "risk")


RISK_NAMED = firsts()[CONFIDENTIALITY].wording.text + f"\n风险见“{firsts()[RISK].wording.heading}”一条。"


@pytest.mark.parametrize("renamed_first", [True, False])
def test_a_clause_is_not_named_by_a_heading_that_another_proposal_takes_from_it(
    factory: UnitOfWorkFactory, people: People, renamed_first: bool
) -> None:
    proposed = [(CONFIDENTIALITY, RISK_NAMED, ""), (RISK, firsts()[RISK].wording.text, "意外的承担")]
    (slot, text, heading), second = reversed(proposed) if renamed_first else proposed
    with factory.writing(people.administrator) as uow:
        service.propose(uow, slot, typed_for(factory, slot, text, heading=heading))
    error = refused(factory, people, *second)
    assert (set(error.fields), error.params["cited"]) == (
        {"text" if renamed_first else "heading"},
        firsts()[RISK].wording.heading,
    )


@pytest.mark.parametrize("renamed_first", [True, False])
def test_of_two_proposals_that_do_not_fit_each_other_the_second_is_not_approved(
    factory: UnitOfWorkFactory, people: People, renamed_first: bool
) -> None:
    """Each was right as it was proposed: as two do at the same moment, none of whom sees the other's."""
    risk = firsts()[RISK].wording

    def row(slot: Slot, heading: str, text: str) -> ClauseProposal:
        named = {"kind": slot.kind, "key": slot.key, "variant": slot.variant, "heading": heading, "text": text}
        by = {"written_by_id": people.administrator.user_id, "written_at": NOW, "state": ProposalState.PROPOSED}
        return ClauseProposal(**named, **by, base_version=1, valid_from=TODAY, reason="两项修改。")

    rows = [
        row(CONFIDENTIALITY, firsts()[CONFIDENTIALITY].wording.heading, RISK_NAMED),
        row(RISK, "意外的承担", risk.text),
    ]
    with factory.writing(people.administrator) as uow:
        uow.session.add_all(rows)
        uow.session.flush()
        first, second = [one.id for one in (reversed(rows) if renamed_first else rows)]
    with factory.writing(people.city_official) as uow:
        service.approve(uow, first)
    with pytest.raises(Conflict, match=risk.heading), factory.writing(people.city_official) as uow:
        service.approve(uow, second)
    assert state(factory, second) is ProposalState.PROPOSED
