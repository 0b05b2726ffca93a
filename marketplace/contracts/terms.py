"""The terms two parties agree on: what is given, what is paid and how. Pure; amounts are in fen with tax."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from marketplace.contracts.makers import Maker, problems_of
from marketplace.contracts.royalties import royalty_problems
from marketplace.contracts.rules import ContractType, PriceModel, amount_in_words
from marketplace.contracts.use_terms import line_after_use, use_problems, use_text
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.money import LARGEST_FEN, percent_text
from marketplace.kernel.texts import clean
from marketplace.payments.rules import LONGEST_DAYS, NEGOTIATED, Instalment, Trigger

LONGEST_TERM = 4000
LONGEST_LINE = 200
MOST_INSTALMENTS = 12
FIRST_SHARE = 30
"""Per cent paid on entry into force when instalments are agreed without lines."""

WITH_ROYALTY = frozenset({PriceModel.ROYALTY, PriceModel.ENTRY_AND_ROYALTY})


class OfModel(NamedTuple):
    """A term that some price models alone know: what it is called in `Terms`, what it is without a value, and who knows it."""

    name: str
    empty: Any
    models: frozenset[PriceModel]


OF_MODELS: Mapping[str, OfModel] = {
    "amount": OfModel("amount_fen", 0, frozenset(PriceModel) - {PriceModel.ROYALTY}),
    "royalty": OfModel("royalty_bp", None, WITH_ROYALTY),
    "royalty_base": OfModel("royalty_base", "", WITH_ROYALTY),
    "use_days": OfModel("use_days", None, frozenset({PriceModel.USE_FIRST})),
    "instalments": OfModel("instalments", (), frozenset({PriceModel.INSTALMENTS})),
}
"""By the field of the form."""


@dataclass(frozen=True)
class Terms:
    """`amount_fen` is the fixed amount (0 for a pure royalty), `royalty_bp` the royalty in hundredths of a per cent; `makers` are
    those who sign beside buyer and seller, for the contract is in the form of three parties, and nobody in that of two. In
    `use_days` from the entry into force on the buyer uses the technology without paying; None unless that is agreed."""

    contract_type: ContractType
    price_model: PriceModel
    amount_fen: int
    delivery: str
    acceptance: str
    other_terms: str = ""
    royalty_bp: int | None = None
    royalty_base: str = ""
    instalments: tuple[Instalment, ...] = ()
    makers: tuple[Maker, ...] = ()
    use_days: int | None = None

    def checked(self) -> "Terms":
        """The same terms, cleaned. Instalments without lines become 30 % on entry into force and the rest after acceptance.

        Raises InvalidInput naming every field that is missing, too long or does not fit, also what is filled in although the
        price model does not know it: who dropped it would offer other terms than were typed.
        """
        royalty = self.price_model in WITH_ROYALTY
        cleaned = replace(
            self,
            amount_fen=0 if self.price_model is PriceModel.ROYALTY else self.amount_fen,
            royalty_bp=self.royalty_bp if royalty else None,
            royalty_base=clean(self.royalty_base) if royalty else "",
            delivery=clean(self.delivery),
            acceptance=clean(self.acceptance),
            other_terms=clean(self.other_terms),
            instalments=self._instalments() if self.price_model is PriceModel.INSTALMENTS else (),
            use_days=self.use_days if self.price_model is PriceModel.USE_FIRST else None,
        )
        if problems := dict([*_problems(cleaned), *_of_another_model(self)]):
            raise InvalidInput(N_("Something is missing in the offer, or does not fit."), fields=problems)
        return cleaned

    def differing(self, before: "Terms | None") -> frozenset[str]:
        """The fields of OF_MODELS that say something, and not just what the offer before says."""
        told = {field: getattr(self, one.name) for field, one in OF_MODELS.items()}
        same = {field for field, one in OF_MODELS.items() if before and told[field] == getattr(before, one.name)}
        return frozenset(field for field, value in told.items() if value and field not in same)

    def without_carried(self, before: "Terms | None") -> "Terms":
        """These terms without what only stands there because the offer before said it, and the price model chosen now does not
        know: nobody has typed it."""
        typed = self.differing(before)
        carried = [one for field, one in OF_MODELS.items() if field not in typed and self.price_model not in one.models]
        return replace(self, **{one.name: one.empty for one in carried})

    def _instalments(self) -> tuple[Instalment, ...]:
        lines = tuple(replace(line, when=clean(line.when)) for line in self.instalments)
        if lines or self.amount_fen < 2:
            return lines
        first = self.amount_fen * FIRST_SHARE // 100
        rest = self.amount_fen - first
        return (Instalment(first, "", Trigger.IN_FORCE, 10), Instalment(rest, "", Trigger.ACCEPTANCE, 30))

    @property
    def plan(self) -> tuple[Instalment, ...]:
        """The lines by which the fixed amount is paid; the price clause says the same."""
        if self.price_model is PriceModel.INSTALMENTS:
            return self.instalments
        if self.use_days is not None:
            return (line_after_use(self.amount_fen, self.use_days),)
        trigger = _PAID_AT_ONCE.get(self.price_model)
        return (Instalment(self.amount_fen, "", trigger, 30),) if trigger else ()

    def price_text(self) -> str:
        """The clause on price and payment in Chinese, amounts in figures and in words, one paragraph per line."""
        when = self.plan[0].words if self.plan else ""
        lines = [_PRICE[self.price_model].format(amount=amount_text(self.amount_fen), when=when)]
        if self.use_days is not None:
            lines += use_text(self.use_days, bool(self.makers))
        lines += [
            f"第{number}期：{amount_text(line.fen)}，{line.words}支付。"
            for number, line in enumerate(self.instalments, 1)
        ]
        if self.royalty_bp is not None:
            lines.append(
                f"提成：以{self.royalty_base}为基数，按{percent_text(self.royalty_bp)}计算，按季度结算，"
                "于每季度结束后三十日内支付。甲方应当如实记录并允许乙方查阅计算提成的账目。"
            )
        return "\n".join(lines)


_PAID_AT_ONCE = {PriceModel.LUMP_SUM: Trigger.ACCEPTANCE, PriceModel.ENTRY_AND_ROYALTY: Trigger.IN_FORCE}
_PRICE = {
    PriceModel.LUMP_SUM: "甲方向乙方一次总付价款{amount}，于{when}支付。",
    PriceModel.INSTALMENTS: "甲方向乙方支付价款共计{amount}，分期支付如下：",
    PriceModel.ROYALTY: "甲方按提成方式向乙方支付价款，不设固定金额。",
    PriceModel.ENTRY_AND_ROYALTY: "甲方向乙方支付入门费{amount}，于{when}支付，另按下列约定支付提成。",
    PriceModel.USE_FIRST: "甲方先使用后付费：甲方在使用期届满后继续使用的，向乙方支付价款{amount}，具体约定如下。",
}


def _problems(terms: Terms) -> Sequence[tuple[str, str]]:
    """Field names with what is wrong."""
    missing, long = N_("Please fill this in."), N_("This text is too long.")
    found = [(name, missing) for name in ("delivery", "acceptance") if not getattr(terms, name)]
    texts = ("delivery", "acceptance", "other_terms")
    found += [(name, long) for name in texts if len(getattr(terms, name)) > LONGEST_TERM]
    if terms.price_model is not PriceModel.ROYALTY and not 0 < terms.amount_fen <= LARGEST_FEN:
        found.append(("amount", N_("Write the amount; it is more than zero.")))
    if terms.price_model in WITH_ROYALTY:
        found += royalty_problems(terms.royalty_bp, terms.royalty_base)
    if terms.price_model is PriceModel.USE_FIRST:
        found += use_problems(terms.use_days, terms.contract_type)
    return [*found, *_instalment_problems(terms), *problems_of(terms.makers)]


def _of_another_model(terms: Terms) -> Iterator[tuple[str, str]]:
    """Field names with the price model they belong to."""
    model = terms.price_model
    by_royalty = N_(
        "This belongs to the price models “Royalty” and “Entry fee and royalty”: choose one of them, or empty this field."
    )
    if model not in WITH_ROYALTY and terms.royalty_bp:
        yield "royalty", by_royalty
    if model not in WITH_ROYALTY and clean(terms.royalty_base):
        yield "royalty_base", by_royalty
    if model is PriceModel.ROYALTY and terms.amount_fen:
        yield (
            "amount",
            N_(
                "A royalty alone has no fixed amount: choose the price model “Entry fee and royalty”, or empty this field."
            ),
        )
    if model is not PriceModel.USE_FIRST and terms.use_days:
        yield (
            "use_days",
            N_("This belongs to the price model “Use first, pay later”: choose that one, or empty this field."),
        )
    if model is not PriceModel.INSTALMENTS and terms.instalments:
        yield (
            "instalments",
            N_("These lines belong to the price model “Instalments”: choose that one, or empty the lines."),
        )


def _instalment_problems(terms: Terms) -> list[tuple[str, str]]:
    lines = terms.instalments
    if len(lines) > MOST_INSTALMENTS or not all(_is_whole(line) for line in lines):
        return [
            (
                "instalments",
                N_("Every instalment needs an amount, and when: so many days after an event, or in words."),
            )
        ]
    if lines and sum(line.fen for line in lines) != terms.amount_fen:
        return [("instalments", N_("The instalments must add up to the amount, to the fen."))]
    return []


def _is_whole(line: Instalment) -> bool:
    if line.trigger not in NEGOTIATED:
        return False
    if line.trigger is Trigger.OTHER:
        return line.fen > 0 and 0 < len(line.when) <= LONGEST_LINE
    return line.fen > 0 and 0 < line.days <= LONGEST_DAYS


def amount_text(fen: int) -> str:
    """Figures and words together, as a contract writes them."""
    return f"人民币{fen // 100:,}.{fen % 100:02d}元（大写：{amount_in_words(fen)}）"


def instalments_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Instalment, ...]:
    """From the JSON of an offer; one that was written before there were triggers says in words when it is paid."""
    return tuple(
        Instalment(row["fen"], row["when"], Trigger(row.get("trigger", Trigger.OTHER)), row.get("days", 0))
        for row in rows
    )
