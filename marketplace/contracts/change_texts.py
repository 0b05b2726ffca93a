"""The clauses of an amendment and of a termination agreement: what the contract was, what it becomes, what happens to the money.

Pure. As with every document, what is composed of these clauses is exactly what is signed.
"""

from collections.abc import Sequence
from dataclasses import replace

from marketplace.contracts.changes import Amending, ContractInForce, PlanLine, Settling
from marketplace.contracts.clauses import Clause, Compared, Subject, filled, ordinal
from marketplace.contracts.royalties import Royalty, RoyaltyChange, quarter_words
from marketplace.contracts.terms import amount_text
from marketplace.kernel.money import percent_text
from marketplace.kernel.texts import in_quotes
from marketplace.payments.rules import Instalment, day_words

NO_ARRANGEMENTS = "双方没有其他约定。"


def amendment_clauses(subject: Subject, contract: ContractInForce, amending: Amending) -> tuple[Clause, ...]:
    """What an amendment says."""
    compared = (*_clauses(contract, amending), *_money(contract, amending), *_royalty(contract, amending))
    clauses = filled(
        subject,
        **_base(contract),
        reason=amending.reason,
        changes="\n".join(line for one in compared for line in one.paragraphs()),
        plan=_transition(contract, amending),
    )
    return tuple(replace(one, compared=compared) if one.key == "changes" else one for one in clauses)


def termination_clauses(subject: Subject, contract: ContractInForce, settling: Settling) -> tuple[Clause, ...]:
    """What a termination agreement says."""
    return filled(
        subject,
        **_base(contract),
        reason=settling.reason,
        settlement=_settlement(contract, settling),
        arrangements=settling.arrangements or NO_ARRANGEMENTS,
    )


def _base(contract: ContractInForce) -> dict[str, str]:
    earlier = f"原合同已由编号为{'、'.join(contract.earlier)}的补充协议变更。" if contract.earlier else ""
    return {
        "signed_on": day_words(contract.signed_on),
        "base_reference": contract.reference,
        "base_name": contract.name,
        "base_code": contract.code,
        "earlier": earlier,
    }


def _clauses(contract: ContractInForce, amending: Amending) -> list[Compared]:
    return [
        Compared(f"{ordinal(number)}{in_quotes(clause.heading)}", clause.text, amending.texts[clause.key])
        for number, clause in enumerate(contract.clauses, 1)
        if clause.key in amending.texts
    ]


def _money(contract: ContractInForce, amending: Amending) -> list[Compared]:
    before, after = contract.amount_fen, amending.amount_after(contract)
    found = [Compared("固定价款（含税）", amount_text(before), amount_text(after), True)] if before != after else []
    if amending.dropped or amending.lines:
        gone = [one for one in contract.lines if one.number in amending.dropped]
        new = "\n".join(_said(line) for line in amending.lines)
        found.append(Compared("尚未支付的付款计划", "\n".join(_numbered(one) for one in gone), new, True))
    return found


def _royalty(contract: ContractInForce, amending: Amending) -> list[Compared]:
    """Line by line, so that of base and share only what becomes another one is marked."""
    change = amending.royalty
    if change is None or contract.royalty is None:
        return []
    holds, *later = contract.royalty.since(change.from_on)
    before = _agreed(holds.royalty)
    for one in later:
        before += [f"自{quarter_words(one.from_on)}起，{line}" for line in _agreed(one.royalty) if one.from_on]
    first = f"开始适用的季度：{quarter_words(change.from_on)}（自{day_words(change.from_on)}起）"
    return [Compared("提成", "\n".join(before), "\n".join([*_agreed(change.royalty), first]), True)]


def _agreed(royalty: Royalty) -> list[str]:
    return [f"提成基数：{royalty.base}", f"提成比例：{percent_text(royalty.share_bp)}"]


def _transition(contract: ContractInForce, amending: Amending) -> str:
    """What happens to the lines of the plan and to the royalty, one sentence a paragraph."""
    said = _royalty_from(amending.royalty) if amending.royalty else []
    if amending.dropped or amending.lines:
        return "\n".join([*_plan_from(contract, amending), *(said or _royalty_stays(contract))])
    if not said:
        return "价款和付款计划不变。"
    return "\n".join([*(["固定价款和付款计划不变。"] if contract.amount_fen else []), *said])


def _plan_from(contract: ContractInForce, amending: Amending) -> list[str]:
    stays = [one for one in contract.lines if one.number not in amending.dropped]
    said = [f"原付款计划{_which(amending.dropped)}不再履行，由上列各期代替。"] if amending.dropped else []
    if stays:
        said.append(f"原付款计划{_which([one.number for one in stays])}不变：")
        said += [f"{_numbered(one).removesuffix('。')}（已付清）。" if one.is_paid else _numbered(one) for one in stays]
    return [*said, f"变更后各期合计{amount_text(amending.amount_after(contract))}，均为含税价。"]


def _royalty_stays(contract: ContractInForce) -> list[str]:
    return ["提成的约定不变。"] if contract.royalty else []


def _royalty_from(change: RoyaltyChange) -> list[str]:
    """From when on it holds. A paper counts from the day on which an official has compared it: until then figures of the quarter
    may have been stated, which go by what was agreed before."""
    quarter, day = quarter_words(change.from_on), day_words(change.from_on)
    earlier = "此前各季度的提成，无论是否已经结算或者支付，均按原约定计算，不因本补充协议调整。"
    return [
        f"提成自{quarter}（自{day}起）按变更后的提成基数和提成比例计算；{earlier}",
        "提成按季度结算、支付和查阅账目的约定不变；结算期间跨越开始适用之日的，以该日为界分别结算。",
        f"各方完成签署的日期（以平台记录为准，纸质签署的为核验之日）在{day}或者以后的，提成的变更自该日期之后开始的第一个季度起适用。",
    ]


def _settlement(contract: ContractInForce, settling: Settling) -> str:
    """What was agreed and received, and what is paid or sent back in the end."""
    received, payable = contract.received_fen, settling.payable_fen
    said = [
        f"原合同固定价款为{amount_text(contract.amount_fen)}，截至本协议订立，甲方已经支付并核验的为{amount_text(received)}。",
        f"双方确认，原合同的固定价款最终按{amount_text(payable)}结算。",
    ]
    if settling.settle_on is None:
        said.append("上述金额已经付清，双方互不再付。")
    elif payable > received:
        said.append(f"甲方应当于{day_words(settling.settle_on)}前向乙方支付{amount_text(payable - received)}。")
    else:
        said.append(f"乙方应当于{day_words(settling.settle_on)}前向甲方退还{amount_text(received - payable)}。")
    if contract.royalty:
        said.append("本协议生效前已经产生的提成，按原合同另行结算。")
    return "\n".join([*said, "以上金额均为含税价，发票由双方按国家规定开具或者红冲。"])


def _which(numbers: Sequence[int]) -> str:
    return f"第{'、'.join(map(str, numbers))}期"


def _numbered(one: PlanLine) -> str:
    return f"第{one.number}期：{_said(one.line)}"


def _said(line: Instalment) -> str:
    return f"{amount_text(line.fen)}，{line.words}支付。"
