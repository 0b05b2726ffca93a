"""What a row of the offline ledger says, and what becomes of a sheet that is imported. Pure; amounts are in fen with tax."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from marketplace.contracts.rules import ContractType
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow
from marketplace.kernel.texts import single_line
from marketplace.organisations.rules import clean_credit_code, is_credit_code, name_key

LONGEST_NAME = 200
LONGEST_TITLE = 200
LONGEST_SOURCE = 500
LONGEST_REASON = 1000
EARLIEST = date(2000, 1, 1)
"""A deal signed before is a slip of the finger."""


class EntryKind(Labelled):
    """A row is never changed: another one takes it off again."""

    ENTRY = "entry", N_("Entered")
    REVERSAL = "reversal", N_("Booked off")


class ImportState(Labelled):
    """A sheet is read and shown first; nothing of it is in the ledger before somebody has confirmed it."""

    READ = "read", N_("To be looked through")
    IMPORTED = "imported", N_("Imported")
    DISCARDED = "discarded", N_("Put aside")


OFFLINE_IMPORT_STATES = StateTable(
    "offline_import",
    ImportState.READ,
    (
        arrow("confirm", {ImportState.READ}, ImportState.IMPORTED, {Relation.AUTHOR}, N_("Enter these rows")),
        arrow("discard", {ImportState.READ}, ImportState.DISCARDED, {Relation.AUTHOR}, N_("Put the sheet aside")),
    ),
)


@dataclass(frozen=True)
class Told:
    """A deal as somebody tells it. `source` is the paper or person it is known from; a county is a code or None."""

    title: str
    seller_name: str
    buyer_name: str
    fen: int | None
    day: date | None
    contract_type: ContractType | None
    source: str
    seller_code: str = ""
    buyer_code: str = ""
    seller_county: str | None = None
    buyer_county: str | None = None
    result_id: int | None = None


def cleaned(told: Told) -> Told:
    """Names and titles in one line, codes in capitals."""
    return Told(
        single_line(told.title),
        single_line(told.seller_name),
        single_line(told.buyer_name),
        told.fen,
        told.day,
        told.contract_type,
        single_line(told.source),
        clean_credit_code(told.seller_code),
        clean_credit_code(told.buyer_code),
        told.seller_county,
        told.buyer_county,
        told.result_id,
    )


def require_sound(told: Told, today: date) -> None:
    """Raise InvalidInput naming every field of a cleaned deal that cannot be taken."""
    problems = dict(problems_of(told, today))
    if problems:
        first = next(iter(problems.values()))
        raise InvalidInput(first.message, fields={field: one.message for field, one in problems.items()})


def problems_of(told: Told, today: date) -> Iterator[tuple[str, InvalidInput]]:
    """Each field that cannot be taken, and why."""
    for field, limit in _LONGEST.items():
        text = getattr(told, field)
        if not text or len(text) > limit:
            yield field, InvalidInput(N_("This text is too long.") if text else N_("Please fill this in."))
    for field in ("seller_code", "buyer_code"):
        if getattr(told, field) and not is_credit_code(getattr(told, field)):
            yield field, InvalidInput(N_("This is no credit code: 18 characters with a check character at the end."))
    if told.contract_type is None:
        yield "contract_type", InvalidInput(N_("Choose the type of the contract."))
    if not told.fen:
        yield "amount", InvalidInput(N_("The amount is more than zero."))
    if told.day is None or not EARLIEST <= told.day <= today:
        yield "day", InvalidInput(N_("Write the day of signing: not in the future, not before 2000."))
    if is_one_party(told):
        yield "buyer_name", InvalidInput(N_("Seller and buyer are the same. What a unit uses itself is no contract."))


_LONGEST = {"title": LONGEST_TITLE, "seller_name": LONGEST_NAME, "buyer_name": LONGEST_NAME, "source": LONGEST_SOURCE}


def is_one_party(told: Told) -> bool:
    """Whether seller and buyer are one: by their codes where both are known, else by their names."""
    if told.seller_code and told.buyer_code:
        return told.seller_code == told.buyer_code
    return bool(told.seller_name) and name_key(told.seller_name) == name_key(told.buyer_name)
