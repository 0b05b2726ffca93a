"""An example of every kind of document, from which an administrator sees how a text would read. Nobody in it is real.

Pure: what is written with an example is written as for anybody else.
"""

from datetime import date

from marketplace.contracts.change_texts import amendment_clauses, termination_clauses
from marketplace.contracts.changes import Amending, ContractInForce, PlanLine, Settling
from marketplace.contracts.clauses import LETTER, Clause, PartyFacts, Subject, contract_clauses, letter_clauses
from marketplace.contracts.rules import ContractType, DocumentKind, PriceModel
from marketplace.contracts.standard import Slot, Standard, slots_of
from marketplace.contracts.terms import Terms, amount_text
from marketplace.payments.rules import Instalment, Trigger, day_words

_SELLER = PartyFacts("示例机械有限公司", False, "91350100M000100Y43", "示例市甲县", "张某")
_BUYER = PartyFacts("示例化工有限公司", False, "914403001922038216", "示例市乙县", "李某")
_TITLE = "示例：焊接工装"
_DAY, _LATER = date(2027, 1, 15), date(2027, 6, 30)
_PLAN = (Instalment(3_000_000, "", Trigger.IN_FORCE, 10), Instalment(7_000_000, "", Trigger.ACCEPTANCE, 30))


def variant_for(slot: Slot) -> str:
    """A type of contract of which a document takes this text."""
    if slot.kind is DocumentKind.LETTER_OF_INTENT:
        return LETTER
    return next(str(one) for one in ContractType if slot in slots_of(slot.kind, str(one)))


def example(slot: Slot, standard: Standard) -> tuple[Subject, tuple[Clause, ...]]:
    """A document that takes the text of this slot, written from these standard texts."""
    subject = _subject(slot.kind, variant_for(slot), standard)
    if slot.kind is DocumentKind.CONTRACT:
        return subject, contract_clauses(subject, _terms(ContractType(subject.variant)))
    if slot.kind is DocumentKind.LETTER_OF_INTENT:
        return subject, letter_clauses(subject, amount_text(10_000_000), day_words(_LATER))
    contract = _contract(subject.variant)
    if slot.kind is DocumentKind.AMENDMENT:
        lines = (Instalment(6_000_000, "", Trigger.DAY, 0, _LATER),)
        amending = Amending({"dispute": "提交示例仲裁委员会仲裁。"}, (2,), lines, "示例：改变付款时间。")
        return subject, amendment_clauses(subject, contract, amending)
    settling = Settling(3_000_000, None, "示例：项目停止。", "资料由乙方收回。")
    return subject, termination_clauses(subject, contract, settling)


def _subject(kind: DocumentKind, variant: str, standard: Standard) -> Subject:
    return Subject(kind, "JG-000000-00", _TITLE, _SELLER, _BUYER, _TITLE, "示例：减少焊接变形", variant, standard)


def _terms(contract_type: ContractType) -> Terms:
    return Terms(
        contract_type,
        PriceModel.INSTALMENTS,
        10_000_000,
        "合同生效后六十日内交付图纸一套。\n现场指导安装一次。",
        "连续焊接二十件，返修率不超过百分之二。",
        instalments=_PLAN,
    )


def _contract(variant: str) -> ContractInForce:
    subject = _subject(DocumentKind.CONTRACT, variant, Standard())
    return ContractInForce(
        document_id=0,
        name="示例合同",
        reference="JG-000000-HT01",
        code="2345-6789-ABCD-EFGH",
        signed_on=_DAY,
        earlier=("JG-000000-BC01",),
        clauses=contract_clauses(subject, _terms(ContractType(variant))),
        amount_fen=10_000_000,
        lines=tuple(PlanLine(number, line, number > 1) for number, line in enumerate(_PLAN, 1)),
        received_fen=3_000_000,
        royalty=None,
    )
