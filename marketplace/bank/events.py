"""What is announced about bank statements."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("bank_statement.read")
@dataclass(frozen=True)
class StatementRead(Event):
    """A bank statement of a party was read; `kept` of its lines may concern a deal."""

    statement_id: int
    party_id: int
    kept: int

    @property
    def subject(self) -> str:
        """`bank_statement:7`."""
        return f"bank_statement:{self.statement_id}"
