"""What is announced about standard texts."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("clause_proposal.moved")
@dataclass(frozen=True)
class ProposalMoved(Event):
    """A version of a text was proposed, approved, returned or withdrawn; `slot` says which text, `version` which it is or would
    become, `valid_from` the day (ISO) from which documents are drafted from it."""

    proposal_id: int
    slot: str
    version: int
    valid_from: str
    action: str

    @property
    def subject(self) -> str:
        """`clause_proposal:7`."""
        return f"clause_proposal:{self.proposal_id}"
