"""The text of a document: standard clauses (standard.py) filled with the accepted terms, and put together as numbered plain text.
What `compose` returns is exactly what is signed; nobody changes it afterwards."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from marketplace.contracts.makers import FIRST_LABELS, labels_of, shares_text, together
from marketplace.contracts.marking import Paragraph, woven
from marketplace.contracts.rules import DocumentKind, number_in_words
from marketplace.contracts.standard import (
    FIRST_TEXTS,
    FIRST_VERSION,
    PLACEHOLDER,
    Slot,
    Standard,
    firsts,
    slots_of,
    template,
)
from marketplace.contracts.terms import Terms
from marketplace.kernel.texts import single_line

LETTER = "letter"
CODE, REPRESENTATIVE, NUMBER = "统一社会信用代码", "法定代表人（负责人）", "身份证件号码"
MAKER = "成果完成人"


@dataclass(frozen=True)
class Compared:
    """What an amendment changes in one place: the wording so far and the new one, either of which may be empty.

    What goes `by_line` is marked as a whole line where a figure changes: nobody has to read one digit struck through beside
    others that stay.
    """

    label: str
    before: str
    after: str
    by_line: bool = False

    def paragraphs(self) -> list[str]:
        """As it stands in the text, old wording first."""
        old, new = self.before or "（无）", self.after or "（删去）"
        return [f"{self.label}，原约定：", *old.split("\n"), f"{self.label}，变更为：", *new.split("\n")]


@dataclass(frozen=True)
class Clause:
    """One clause: `text` is what is signed, `standard` what the standard text says for the same terms, in that `version`.

    Clauses of before there were versions are of the first. Where a clause sets old and new wording side by side, `compared` holds
    both, and the text says the same one after the other.
    """

    key: str
    heading: str
    text: str
    standard: str
    is_locked: bool = False
    compared: tuple[Compared, ...] = ()
    version: int = FIRST_VERSION

    @property
    def is_amended(self) -> bool:
        """Whether the parties changed the standard text."""
        return self.text != self.standard

    def lines(self) -> tuple[tuple[str, bool], ...]:
        """The paragraphs; True marks one that is not in the standard text."""
        known = self.standard.split("\n")
        return tuple((line, line not in known) for line in self.text.split("\n"))

    def marked(self) -> tuple[Paragraph, ...]:
        """The paragraphs with what is gone of the standard text and what is new."""
        return woven(self.standard, self.text)


@dataclass(frozen=True)
class PartyFacts:
    """What the text says about a party; `code` is the 统一社会信用代码, empty for a natural person; `number` is his
    identity number, masked, and empty until it is verified."""

    name: str
    is_person: bool
    code: str
    place: str
    representative: str
    number: str = ""

    def __post_init__(self) -> None:
        """What people call themselves stays in its line."""
        _keep_in_line(self)

    def is_named_in(self, block: str) -> bool:
        """Whether a text's block of a party says what holds of this one: name, code, representative and number.

        What the text does not say, for it is older than such lines, it cannot say wrongly; nor does a number that its person has
        taken back make what was written false.
        """
        said, holds = _said(block.split("\n")), _said(self.lines(""))
        if not self.number:
            said.pop(NUMBER, None)
        return all(holds.get(label, "") == value for label, value in said.items())

    def lines(self, label: str) -> list[str]:
        """The block of one party at the head of the text."""
        if self.is_person:
            number = [f"{NUMBER}：{self.number}"] if self.number else []
            return [f"{label}：{self.name}（自然人）", *number, f"工作单位所在地：{self.place}"]
        found = [f"{label}：{self.name}", f"{CODE}：{self.code or '未登记'}", f"所在地：{self.place}"]
        return found + ([f"{REPRESENTATIVE}：{self.representative}"] if self.representative else [])


def names_parties(text: str, parties: Sequence[PartyFacts]) -> bool:
    """Whether a text says of all its parties who they are; which block is whose, the text does not say."""
    _, *blocks = heading_of(text).split("\n\n")
    return len(blocks) == len(parties) and _fit(list(parties), blocks)


def _fit(parties: list[PartyFacts], blocks: Sequence[str]) -> bool:
    """Whether every block can be the one of another party: two may bear the same name."""
    return not blocks or any(
        one.is_named_in(blocks[0]) and _fit(parties[:place] + parties[place + 1 :], blocks[1:])
        for place, one in enumerate(parties)
    )


def _said(lines: Sequence[str]) -> dict[str, str]:
    """Who the party is by its block, by label; the name, which stands first, by none."""
    first, *rest = (line.partition("：")[::2] for line in lines)
    return {"": first[1]} | {label: value for label, value in rest if label in {CODE, REPRESENTATIVE, NUMBER}}


@dataclass(frozen=True)
class MakerFacts:
    """Somebody who made the result and is a party of the contract, with his share of the net income in basis points."""

    party: PartyFacts
    share_bp: int


@dataclass(frozen=True)
class Subject:
    """What a document is about: kind, number in its family, its parties, titles of the listings."""

    kind: DocumentKind
    reference: str
    title: str
    seller: PartyFacts
    buyer: PartyFacts
    result_title: str = ""
    need_title: str = ""
    variant: str = LETTER
    """The type of a contract, or LETTER."""
    standard: Standard = FIRST_TEXTS
    """The standard texts valid on the day it is drafted."""
    makers: tuple[MakerFacts, ...] = ()
    """Those who sign a contract in the form of three parties, in the order in which the text names them."""

    def __post_init__(self) -> None:
        """What people call their listings stays in its line."""
        _keep_in_line(self)

    def lines(self) -> str:
        """The listings it is about, one per line."""
        named = (("所涉创新成果", self.result_title), ("所解决的技术需求", self.need_title))
        return "\n".join(f"{name}：{title}。" for name, title in named if title)


def _keep_in_line(facts: PartyFacts | Subject) -> None:
    """Make every text one line without hidden marks, whoever built the facts."""
    for field in fields(facts):
        value = getattr(facts, field.name)
        if type(value) is str:
            object.__setattr__(facts, field.name, single_line(value))


def contract_clauses(subject: Subject, terms: Terms) -> tuple[Clause, ...]:
    """The standard clauses of a contract for these terms."""
    return filled(
        subject,
        delivery=terms.delivery,
        acceptance=terms.acceptance,
        price=terms.price_text(),
        other_terms=terms.other_terms or "双方没有其他约定。",
    )


def letter_clauses(subject: Subject, amount: str, until: str) -> tuple[Clause, ...]:
    """The standard clauses of a letter of intent: an intended amount and the day it lapses by itself, both as text."""
    return filled(subject, amount=amount, until=until)


def filled(subject: Subject, **blanks: str) -> tuple[Clause, ...]:
    """The standard clauses of a kind of document with its blanks filled in. A clause of which nothing is left is not there."""
    names = _names(subject)
    blanks |= {
        "title": subject.title,
        "subjects": subject.lines(),
        "type": names["title"],
        "buyer_place": subject.buyer.place,
        "seller_role": names["seller"],
        "buyer_role": names["buyer"],
        "makers": together(_labels(subject)),
        "shares": shares_text([(one.party.name, one.share_bp) for one in subject.makers]) if subject.makers else "",
    }
    slots = (slot for slot in slots_of(subject.kind, subject.variant) if _belongs(slot, blanks))
    clauses = (_clause(slot, subject.standard, blanks) for slot in slots)
    return tuple(clause for clause in clauses if clause.text)


def _labels(subject: Subject) -> tuple[str, ...]:
    return labels_of(len(subject.makers)) if subject.makers else ()


def _belongs(slot: Slot, blanks: Mapping[str, str]) -> bool:
    """Whether a document with these blanks has such a clause."""
    needed = firsts()[slot].only_with
    return not needed or bool(blanks[needed])


def _names(subject: Subject) -> Mapping[str, str]:
    """How the document and its parties are called: what changes a contract is called after it."""
    own = template(subject.kind)
    if "types" in own:
        named: Mapping[str, str] = own["types"][subject.variant]
        return named
    names: Mapping[str, str] = template(DocumentKind.CONTRACT)["types"][subject.variant]
    return {**names, "title": names["title"] + own["title"]}


def _clause(slot: Slot, standard: Standard, blanks: Mapping[str, str]) -> Clause:
    wording = standard.of(slot)
    # Only names that are known are filled in: to `str.format` a brace in a text could mean more.
    whole = PLACEHOLDER.sub(lambda found: blanks[found[1]], wording.text)
    text = "\n".join(line for line in whole.split("\n") if line)
    return Clause(slot.key, wording.heading, text, text, firsts()[slot].is_locked, version=wording.version)


def amended(clauses: Sequence[Clause], texts: Mapping[str, str]) -> tuple[Clause, ...]:
    """The clauses with new texts by key; a locked clause stays as it is."""
    return tuple(
        clause if clause.is_locked else replace(clause, text=texts.get(clause.key, clause.text)) for clause in clauses
    )


def compose(subject: Subject, clauses: Sequence[Clause]) -> str:
    """The whole text: heading, parties, numbered clauses, places to sign. Ends with a line break."""
    names = _names(subject)
    labels = _labels(subject)
    parties = [subject.buyer.lines(f"甲方（{names['buyer']}）"), subject.seller.lines(f"乙方（{names['seller']}）")]
    parties += [one.party.lines(f"{label}（{MAKER}）") for label, one in zip(labels, subject.makers, strict=True)]
    return compose_as((names["title"], subject.reference, subject.title), parties, clauses, FIRST_LABELS + labels)


def compose_as(
    head: tuple[str, str, str],
    parties: Iterable[Sequence[str]],
    clauses: Sequence[Clause],
    labels: Sequence[str] = FIRST_LABELS,
) -> str:
    """The same for a text of any kind: `head` is its name, its number and the project, `parties` the lines of each block, and
    `labels` how those are called who sign."""
    name, reference, project = head
    lines = [name, f"编号：{reference}", f"项目名称：{project}", ""]
    for party in parties:
        lines += [*party, ""]
    for heading, paragraphs in numbered(clauses):
        lines += [heading, *(f"{number}　{text}" for number, text, _ in paragraphs), ""]
    lines += ["（以下为签署处，电子签署的无须填写）"]
    lines += [f"{label}（签字、盖章）：　　　　　　　　日期：　　　　年　　月　　日" for label in labels]
    return "\n".join(lines) + "\n"


def numbered(clauses: Sequence[Clause]) -> Iterator[tuple[str, tuple[tuple[str, str, bool], ...]]]:
    """Each clause's heading with its number, and its paragraphs: number, text, and whether the standard text lacks it."""
    for number, clause in enumerate(clauses, 1):
        paragraphs = ((f"{number}.{place}", text, added) for place, (text, added) in enumerate(clause.lines(), start=1))
        yield f"{ordinal(number)}　{clause.heading}", tuple(paragraphs)


def digest(text: str) -> str:
    """SHA-256 in hexadecimal over the UTF-8 bytes: what `sha256sum` says of the downloaded file."""
    return hashlib.sha256(text.encode()).hexdigest()


def ordinal(number: int) -> str:
    """The number of a clause, 1 to 99: 第十二条."""
    return f"第{number_in_words(number)}条"


def reference_of(text: str) -> str:
    """The number of a document, which stands in the second line of its text."""
    return text.split("\n", maxsplit=2)[1].partition("：")[2]


def heading_of(text: str) -> str:
    """What stands above the first clause: kind, number, parties."""
    return text.split(f"\n{ordinal(1)}　", maxsplit=1)[0].strip()


def to_rows(clauses: Sequence[Clause]) -> list[dict[str, Any]]:
    """For the JSON column of a document."""
    return [asdict(clause) for clause in clauses]


def from_rows(rows: Sequence[Mapping[str, Any]]) -> tuple[Clause, ...]:
    """From the JSON column of a document."""
    return tuple(
        Clause(**{**row, "compared": tuple(Compared(**one) for one in row.get("compared", ()))}) for row in rows
    )
