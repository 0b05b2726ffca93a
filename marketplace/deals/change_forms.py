"""The forms by which a contract in force is changed or ended: its clauses, the open lines of its plan, what is settled."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, FieldList, FormField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from marketplace.contracts.change_texts import NO_ARRANGEMENTS
from marketplace.contracts.changes import Amending, ContractInForce, PlanLine, Settling, lines_from
from marketplace.contracts.clauses import Clause, from_rows
from marketplace.contracts.models import AmendedRoyalty, Amendment, Document, Settlement
from marketplace.contracts.rules import LONGEST_CLAUSE, LONGEST_REASON, WHY_CONTRACT_ENDED, EndReason
from marketplace.contracts.terms import LONGEST_LINE
from marketplace.deals.forms import clause_texts, clauses_form, kinds_of_reason
from marketplace.deals.royalty_forms import AmendedRoyaltyForm, royalty_form
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.payments.rules import LONGEST_DAYS, Instalment, Trigger
from marketplace.web.forms import FILL_IN, TOO_LONG, Form, InnerForm, MoneyField, choices, chosen, row_id

NEW_LINES = 2
FIRST = ("plan", "acceptance", "other")
"""The clauses that are changed most: what is delivered, how it is accepted, and other terms."""


class LineForm(InnerForm):
    """One line of the plan: `number` is that of the line it changes, empty for a new one. Without an amount the line goes."""

    number = HiddenField()
    amount = MoneyField(_l("Amount"))
    trigger = SelectField(_l("To be paid"), choices=choices(Trigger), default=Trigger.DAY)
    days = IntegerField(_l("Days after the event"), validators=[Optional(), NumberRange(1, LONGEST_DAYS)])
    day = DateField(_l("Or by the day"), validators=[Optional()])
    when = StringField(_l("Or in words: to be paid when"), validators=[Length(max=LONGEST_LINE, message=TOO_LONG)])

    def show(self, line: Instalment) -> None:
        """Begin with a line as it is."""
        self.amount.process_data(line.fen)
        self.trigger.data, self.when.data = line.trigger, line.when if line.trigger is Trigger.OTHER else ""
        self.days.data, self.day.data = line.days or None, line.day

    def read(self) -> Instalment | None:
        """The line as it was typed, None without an amount; only what belongs to the chosen event counts."""
        if not self.amount.fen:
            return None
        trigger = Trigger(self.trigger.data)
        if trigger is Trigger.DAY:
            return Instalment(self.amount.fen, "", trigger, 0, self.day.data)
        if trigger is Trigger.OTHER:
            return Instalment(self.amount.fen, self.when.data or "", trigger)
        return Instalment(self.amount.fen, "", trigger, self.days.data or 0)


class AmendmentForm(Form):
    """What an amendment changes; `amendment_form` adds the clauses of the contract, the lines of its plan, and its royalty where
    one is agreed."""

    stands = HiddenField()
    """How many amendments the contract had when the page was shown."""
    reason = TextAreaField(
        _l("Why the contract is changed"),
        validators=[InputRequired(FILL_IN), Length(max=LONGEST_REASON, message=TOO_LONG)],
    )

    clauses: tuple[Clause, ...] = ()

    def fill_from(
        self,
        contract: ContractInForce,
        document: Document | None,
        amendment: Amendment | None,
        royalty: AmendedRoyalty | None,
    ) -> None:
        """Begin with the contract as it stands, and with what the text on the table makes of it."""
        if contract.royalty is not None and isinstance(self, AmendedRoyaltyForm):
            self.show_royalty(contract.royalty, royalty)
        self.stands.data = str(len(contract.earlier))
        dropped = amendment.dropped if amendment else []
        new = lines_from(amendment.lines) if amendment else ()
        if document is not None and amendment is not None:
            self.reason.data = clause_text(document, "reason")
            for key, text in amendment.texts.items():
                self[key].data = text
        shown: list[tuple[PlanLine | None, Instalment | None]] = [
            (one, None if one.number in dropped else one.line) for one in contract.changeable
        ]
        shown += [(None, line) for line in new]
        for (one, line), entry in zip(shown, self["lines"], strict=False):
            entry.number.data = str(one.number) if one else ""
            if line is not None:
                entry.form.show(line)

    def read(self, contract: ContractInForce) -> Amending:
        """What was typed. Raises InvalidInput when the contract was amended since the page was shown."""
        if self.stands.data != str(len(contract.earlier)):
            raise InvalidInput(N_("The contract has been amended since you opened this page. Open it anew."))
        texts = clause_texts(self, self.clauses)
        known = {one.number: one.line for one in contract.lines}
        dropped, lines = [], []
        for entry in self["lines"]:
            number = row_id(entry.number.data)
            typed = _in_its_words(entry.form.read(), known.get(number or 0))
            if number is not None and typed == known.get(number):
                continue
            dropped += [number] if number is not None else []
            lines += [typed] if typed is not None else []
        royalty = self.read_royalty() if isinstance(self, AmendedRoyaltyForm) else None
        return Amending(texts, tuple(dropped), tuple(lines), self.reason.data or "", royalty)

    @property
    def first_fields(self) -> list[Any]:
        """The clauses that are changed most."""
        return [self[key] for key in FIRST if key in self]

    @property
    def other_fields(self) -> list[Any]:
        """The other clauses that can be changed."""
        return [self[one.key] for one in self.clauses if one.key in self and one.key not in FIRST]


def _in_its_words(typed: Instalment | None, before: Instalment | None) -> Instalment | None:
    """A line that is paid so many days after the same event as before is still called as the contract calls it."""
    if typed is None or before is None or typed.trigger is Trigger.OTHER:
        return typed
    is_same = (typed.trigger, typed.days, typed.day) == (before.trigger, before.days, before.day)
    return replace(typed, when=before.when) if is_same else typed


def amendment_form(contract: ContractInForce, written: Amendment | None, today: date) -> type[AmendmentForm]:
    """A form with one field for each clause that can be changed, and one for each line of the plan that is open."""
    count = len(contract.changeable) + (len(written.lines) if written else 0) + NEW_LINES
    lines = FieldList(FormField(LineForm), label=_l("Payment plan"), min_entries=count)
    fields = {"lines": lines, "clauses": contract.clauses}
    royalty = (royalty_form(today),) if contract.royalty else ()
    return type("ContractAmendmentForm", (AmendmentForm, *royalty, clauses_form(contract.clauses)), fields)


class SettlementForm(Form):
    """How a contract ends: nothing is a 0 that was typed, not an empty field."""

    payable = MoneyField(
        _l("What is paid of the fixed price in the end, all in all"), validators=[DataRequired(FILL_IN)]
    )
    settle_on = DateField(_l("Until when the rest is paid, or sent back"), validators=[Optional()])
    end_reason = kinds_of_reason(WHY_CONTRACT_ENDED)
    reason = TextAreaField(
        _l("Why the contract ends"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_REASON, message=TOO_LONG)]
    )
    arrangements = TextAreaField(
        _l("Papers, results and everything else"), validators=[Length(max=LONGEST_CLAUSE, message=TOO_LONG)]
    )

    def fill_from(self, document: Document, settlement: Settlement) -> None:
        """Begin with the text that is on the table."""
        self.payable.process_data(settlement.payable_fen)
        self.settle_on.data, self.reason.data = settlement.settle_on, settlement.reason
        self.end_reason.data = settlement.end_reason
        said = clause_text(document, "handover")
        self.arrangements.data = "" if said == NO_ARRANGEMENTS else said

    def read(self) -> Settling:
        """What was typed."""
        return Settling(
            self.payable.fen or 0,
            self.settle_on.data,
            self.reason.data or "",
            self.arrangements.data or "",
            chosen(EndReason, self.end_reason.data),
        )


def clause_text(document: Document, key: str) -> str:
    """What a clause of a document says; nothing where it has none of that key."""
    return next((clause.text for clause in _clauses(document) if clause.key == key), "")


def _clauses(document: Document) -> Sequence[Clause]:
    return from_rows(document.clauses)
