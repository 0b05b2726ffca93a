"""The use without payment that comes before a price: how long it may be, how the contract says it, when it is paid. Pure."""

from marketplace.contracts.rules import ContractType
from marketplace.kernel.messages import N_
from marketplace.payments.rules import Instalment, Trigger

SHORTEST_USE, LONGEST_USE = 30, 730
"""Days of use without payment."""

PAID_AFTER_USE = 30
"""Days after its end within which whoever goes on pays."""


def line_after_use(fen: int, days: int) -> Instalment:
    """The one line of the plan: all of it, when the use that began with the entry into force is over."""
    when = f"使用期（合同生效后{days}日）届满后三十日内"
    return Instalment(fen, when, Trigger.IN_FORCE, days + PAID_AFTER_USE)


def use_text(days: int, with_makers: bool) -> list[str]:
    """How the use begins and ends, one paragraph each.

    The days run from a day that both know: on paper that of the official's check, for when each signed is on no record (art. 490,
    502: the parties may agree when a contract takes effect). The right to end it is agreed (民法典 art. 562 para. 2) and needs no
    signature, so it says that it goes before the clauses by which all sign an end, and names the one that says the same of
    itself. When a notice arrives is agreed too (art. 137), and that the last day is not put off (art. 203, 204).
    """
    others = "乙方和丙方" if with_makers else "乙方"
    begins = (
        f"使用期：自本合同生效之日起{days}日为使用期，自生效的次日起算，最后一日为法定休假日的不顺延；",
        "纸质签署的，使用期以平台记录的核验之日为本合同生效之日。甲方在使用期内无须付款。",
    )
    ends = (
        "不再使用：使用期届满前（含最后一日）甲方书面（或者通过平台）通知乙方不再使用的，本合同自通知到达乙方时解除，",
        "通过平台通知的以平台记录的时间为到达时间；甲方停止使用、返还或者销毁技术资料，不付价款。",
        f"该项解除无须{others}同意或者签署；本合同其他条款关于解除须经各方签署的约定与此不一致的，以本项为准{_beyond(with_makers)}。",
    )
    goes_on = (
        "继续使用：使用期届满没有通知的，甲方应当在使用期届满后三十日内一次付清价款。",
        "甲方在使用期内支付全部或者部分价款的，视为决定继续使用，不再享有前项的解除权。",
    )
    by_law = ("依法自交付之日起计算付款期限的，以使用期届满之日为交付之日。",)
    return ["".join(paragraph) for paragraph in (begins, ends, goes_on, by_law)]


def _beyond(with_makers: bool) -> str:
    """The clause on the makers' shares says of itself that it goes before all others."""
    return "；“成果完成人的收益份额”一条中须由各方签署、以该条为准的约定不适用于该项解除" if with_makers else ""


def use_problems(days: int | None, contract_type: ContractType) -> list[tuple[str, str]]:
    """The fields with what is wrong of them. Rights that are assigned have gone over by the time at which the use may be ended,
    and nothing in the contract would bring them back."""
    found = []
    if not SHORTEST_USE <= (days or 0) <= LONGEST_USE:
        found.append(("use_days", N_("Write the days of use without payment, from 30 to 730.")))
    if contract_type is ContractType.ASSIGNMENT:
        message = N_(
            "What is assigned cannot be given back by ending its use: agree on a licence, or on another way of paying."
        )
        found.append(("price_model", message))
    return found
