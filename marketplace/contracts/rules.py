"""Kinds of document, price models, the state tables of signing, and amounts in Chinese words. Pure."""

from collections.abc import Sequence

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow


class DocumentKind(Labelled):
    """A letter of intent says that it does not bind and is never counted as signed (民法典 art. 495). A contract in force is
    changed by an amendment (art. 543) and ended by a termination agreement (art. 562)."""

    CONTRACT = "contract", N_("Contract")
    LETTER_OF_INTENT = "letter_of_intent", N_("Letter of intent")
    AMENDMENT = "amendment", N_("Amendment")
    TERMINATION_AGREEMENT = "termination_agreement", N_("Termination agreement")


CHANGES = frozenset({DocumentKind.AMENDMENT, DocumentKind.TERMINATION_AGREEMENT})
"""What is agreed about a contract in force."""

BINDING = CHANGES | {DocumentKind.CONTRACT}
"""What holds its parties in a deal; a letter of intent does not."""

SAYS_WHAT_HOLDS = frozenset({DocumentKind.CONTRACT, DocumentKind.AMENDMENT})
"""What says by its text what the parties owe, until it is fulfilled or ended."""


class ContractType(Labelled):
    """The five technology contracts (民法典 art. 843)."""

    DEVELOPMENT = "development", N_("Technology development")
    ASSIGNMENT = "assignment", N_("Technology assignment")
    LICENCE = "licence", N_("Technology licence")
    CONSULTING = "consulting", N_("Technical consulting")
    SERVICE = "service", N_("Technical service")


class PriceModel(Labelled):
    """How the price is paid (民法典 art. 846); in `USE_FIRST` only by who goes on after a time without it."""

    LUMP_SUM = "lump_sum", N_("Lump sum")
    INSTALMENTS = "instalments", N_("Instalments")
    ROYALTY = "royalty", N_("Royalty")
    ENTRY_AND_ROYALTY = "entry_and_royalty", N_("Entry fee and royalty")
    USE_FIRST = "use_first", N_("Use first, pay later")


class DocumentState(Labelled):
    """The electronic signature of a document."""

    DRAFT = "draft", N_("Draft text")
    SENT = "sent", N_("Waiting for signatures")
    COMPLETE = "complete", N_("Signed by all parties")
    DECLINED = "declined", N_("Signature declined")
    EXPIRED = "expired", N_("Not signed in time")
    VOID = "void", N_("Void")


class PaperState(Labelled):
    """A document that is signed on paper."""

    NONE = "none", N_("No scan yet")
    UPLOADED = "uploaded", N_("Scan uploaded")
    CONFIRMED = "confirmed", N_("Confirmed by all parties")
    VERIFIED = "verified", N_("Verified by an official")


class Basis(Labelled):
    """What a signature rests on; figures are cut by it."""

    ELECTRONIC = "electronic", N_("Electronic")
    PAPER = "paper", N_("On paper")


class PrintKind(Labelled):
    """A file made of a document."""

    TEXT = "text", N_("Text to be signed")
    SIGNED = "signed", N_("Text with the record of the signatures")


class EndReason(Labelled):
    """Why a deal was given up or its contract ended, for whoever counts endings; the words beside it say it in full."""

    PRICE = "price", N_("No agreement on the price or its payment")
    TERMS = "terms", N_("No agreement on other terms")
    TECHNOLOGY = "technology", N_("The technology does not do what is needed")
    OWNERSHIP = "ownership", N_("A question of ownership or rights")
    ANOTHER_WAY = "another_way", N_("The need was met in another way")
    PLANS = "plans", N_("Money or plans have changed")
    SILENCE = "silence", N_("The other side does not answer")
    BREACH = "breach", N_("A party did not do what was agreed")
    UNSUITED = "unsuited", N_("It did not suit when it was tried")
    IMPOSSIBLE = "impossible", N_("It can no longer be carried out")
    OTHER = "other", N_("Another reason, said in words")


_ANY_TIME = (
    EndReason.TECHNOLOGY,
    EndReason.OWNERSHIP,
    EndReason.ANOTHER_WAY,
    EndReason.PLANS,
)
WHY_GIVEN_UP = (EndReason.PRICE, EndReason.TERMS, EndReason.SILENCE, *_ANY_TIME, EndReason.OTHER)
"""Why there was no contract, as it is offered; what has ended with another kind keeps it."""

WHY_CONTRACT_ENDED = (EndReason.BREACH, EndReason.IMPOSSIBLE, EndReason.UNSUITED, *_ANY_TIME, EndReason.OTHER)
"""Why a contract in force ended: the parties agreed on its price and terms (民法典 art. 562, 563)."""

WHY_USE_ENDED = (EndReason.UNSUITED, *_ANY_TIME, EndReason.OTHER)
"""Why a buyer did not go on after the use without payment, which he may do without anybody's breach."""

LONGEST_CLAUSE = 8000
LONGEST_REASON = 1000
"""Characters."""

R, D, P = Relation, DocumentState, PaperState
LIVE = frozenset({D.DRAFT, D.SENT})
"""A deal has at most one live document of a kind."""

UNSIGNED = LIVE | {D.DECLINED, D.EXPIRED}
"""Not signed by all, and not put out of use."""

DOCUMENT_STATES = StateTable(
    "document",
    D.DRAFT,
    (
        arrow("send", {D.DRAFT}, D.SENT, {R.PARTY}, N_("Send for signature")),
        arrow("sign", {D.SENT}, D.SENT, {R.PARTY, R.MAKER, R.DELEGATE}, N_("Sign electronically")),
        arrow("complete", {D.SENT}, D.COMPLETE, {R.SYSTEM}, N_("All have signed")),
        arrow("decline", {D.SENT}, D.DECLINED, {R.PARTY, R.MAKER}, N_("Decline to sign"), reason=True),
        arrow("expire", {D.SENT}, D.EXPIRED, {R.SYSTEM}, N_("The last day for signing has passed")),
        arrow("void", UNSIGNED, D.VOID, {R.PARTY, R.SYSTEM}, N_("Replace by a new text")),
    ),
    timers=((D.SENT, 15),),
)

PAPER_STATES = StateTable(
    "paper",
    P.NONE,
    (
        arrow("upload", {P.NONE, P.UPLOADED}, P.UPLOADED, {R.PARTY}, N_("Upload the signed scan")),
        arrow("confirm", {P.UPLOADED}, P.CONFIRMED, {R.SYSTEM}, N_("All parties confirmed")),
        arrow("verify", {P.CONFIRMED}, P.VERIFIED, {R.OFFICIAL}, N_("Verify the paper")),
        arrow("reject", {P.UPLOADED, P.CONFIRMED}, P.NONE, {R.OFFICIAL}, N_("Reject the scan"), reason=True),
        arrow("set_aside", {P.UPLOADED}, P.NONE, {R.SYSTEM}, N_("All have signed electronically instead")),
    ),
    timers=((P.UPLOADED, 15), (P.CONFIRMED, 7)),
)

RENEWABLE = frozenset({D.DRAFT, D.DECLINED, D.EXPIRED})
"""A text in these is not out for signature, and can be written again."""

UNSIGNED_AGAIN = frozenset({D.DECLINED, D.EXPIRED})
"""A text in these can be taken up again word for word, under another number."""

TAKES_BACK = frozenset({"decline", "void"})
"""What a party can otherwise do to a text that is out for signature."""


def awaits_official(state: DocumentState, paper: PaperState) -> bool:
    """All parties have confirmed the signed paper: none takes it back alone, an official verifies or rejects it."""
    return state is D.SENT and paper is P.CONFIRMED


OFFICIAL_AWAITED = N_("All parties have confirmed the signed paper. Only an official can verify or reject it now.")

METHOD = "2027-01"
"""The version of the text below. Whoever changes the text gives it another one and keeps the old beside it."""

METHODS = {
    "2027-01": (
        "电子签署：签署人登录平台、阅读全文后以密码和一次性验证码（发送到其联系方式，或者按正文约定由其身份验证器生成）确认，"
        "平台记录签署人、签署时间、网络地址、所用设备和正文的 SHA-256 校验值（《电子签名法》第十三条）。"
        "平台随即为本次签署生成一次性密钥和数字证书，在本文件中加盖电子签名（PAdES），签署后密钥即行销毁；"
        "此后文件改动一个字节，电子签名即告失效。证书由平台自建的证书机构签发，不是经许可的电子认证服务机构签发的证书。"
    ),
    "2026-12": (
        "电子签署：签署人登录平台、阅读全文后以密码和发送到其联系方式的一次性验证码确认，平台记录签署人、签署时间、网络地址、"
        "所用设备和正文的 SHA-256 校验值（《电子签名法》第十三条）。平台随即为本次签署生成一次性密钥和数字证书，"
        "在本文件中加盖电子签名（PAdES），签署后密钥即行销毁；此后文件改动一个字节，电子签名即告失效。"
        "证书由平台自建的证书机构签发，不是经许可的电子认证服务机构签发的证书。"
    ),
    "2026-11": (
        "电子签署：签署人登录平台、阅读全文后再次输入密码确认，平台记录签署人、签署时间、网络地址、所用设备和"
        "正文的 SHA-256 校验值（《电子签名法》第十三条）。本文件没有使用经许可的电子认证服务机构签发的证书。"
    ),
}
"""What each signer agrees to before signing electronically (电子签名法 art. 13): by what a signature is reliable."""

SEALING = frozenset({"2026-12", "2027-01"})
"""The versions by which each signature is put into the PDF, with a certificate."""

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""None that is taken for another one when it is read off paper."""

CODE_LENGTH = 16
"""79 bits: whoever has such a code has seen the document."""


def grouped(code: str) -> str:
    """A code in groups of four, as a person reads it off paper."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def code_typed(text: str) -> str:
    """The code in what a person typed: in any case, with or without gaps; empty where it cannot be one."""
    letters = "".join(char for char in text.upper() if char.isascii() and char.isalnum())
    return letters if len(letters) == CODE_LENGTH and set(letters) <= set(CODE_LETTERS) else ""


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))


_PLAIN_DIGITS = "零一二三四五六七八九"


def number_in_words(number: int) -> str:
    """A number below a hundred as a text counts by it: 零, 九, 十二, 三十."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _PLAIN_DIGITS[ones]
    return f"{_PLAIN_DIGITS[tens] if tens > 1 else ''}十{_PLAIN_DIGITS[ones] if ones else ''}"


def amount_in_words(fen: int) -> str:
    """An amount in fen as it stands in a contract: 人民币壹仟肆佰零玖元伍角 (支付结算办法, annex 1).

    Raises ValueError for a negative amount.
    """
    if fen < 0:
        raise ValueError("an amount in words is not negative")
    yuan, rest = divmod(fen, 100)
    jiao, single = divmod(rest, 10)
    whole = f"{_whole(yuan)}元" if yuan or not rest else ""
    if not rest:
        return f"人民币{whole}整"
    tens = f"{_DIGITS[jiao]}角" if jiao else ("零" if yuan else "")
    return f"人民币{whole}{tens}{f'{_DIGITS[single]}分' if single else ''}"


def _whole(number: int) -> str:
    """A whole number in words: 亿 above, four digits at a time, one 零 for every gap."""
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if low and (low < unit // 10 or high % 10 == 0) else ""
            return f"{_whole(high)}{name}{gap}{_whole(low) if low else ''}"
    return _four(number) or _DIGITS[0]


def _four(number: int) -> str:
    words, gap = "", False
    for place, name in _PLACES:
        digit = number // place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + name
        gap = not digit
    return words


def required_reason(reason: EndReason | None, fitting: Sequence[EndReason]) -> EndReason:
    """The kind of reason of an ending. Raises InvalidInput where none was chosen that fits what is ended."""
    if reason is None or reason not in fitting:
        raise InvalidInput(N_("Choose what comes closest."), field="end_reason")
    return reason
