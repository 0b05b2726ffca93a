"""The forms of the deal room: message, offer, letter of intent, clauses, signature, scan, termination."""

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional

from marketplace.contracts.clauses import Clause
from marketplace.contracts.makers import MOST_MAKERS, Maker
from marketplace.contracts.rules import (
    LONGEST_CLAUSE,
    LONGEST_REASON,
    WHY_CONTRACT_ENDED,
    WHY_GIVEN_UP,
    WHY_USE_ENDED,
    ContractType,
    EndReason,
    PriceModel,
)
from marketplace.contracts.terms import LONGEST_LINE, LONGEST_TERM, OF_MODELS, Terms
from marketplace.deals.makers import PossibleMaker
from marketplace.deals.models import Offer
from marketplace.deals.service import LONGEST_MESSAGE
from marketplace.identity.forms import PasswordForm
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.money import parse_percent, percent_text
from marketplace.payments.royalties import LONGEST_NOTE, Figures
from marketplace.payments.rules import LONGEST_DAYS, NEGOTIATED, Instalment, Trigger
from marketplace.payments.service import LONGEST_REFERENCE, Transferred
from marketplace.preemptions.service import LONGEST_NOTE as LONGEST_ANSWER
from marketplace.web.forms import FILL_IN, TOO_LONG, Form, InnerForm, MoneyField, choices, chosen, row_id, upload_of

INSTALMENT_LINES = 4


class MessageForm(Form):
    """Text with one file."""

    text = TextAreaField(
        _l("Message"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_MESSAGE, message=TOO_LONG)]
    )
    file = FileField(_l("Attachment"))


class ReasonForm(Form):
    """A reason the other side reads."""

    reason = TextAreaField(
        _l("Reason"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_REASON, message=TOO_LONG)]
    )


def kinds_of_reason(fitting: Iterable[EndReason]) -> SelectField:
    """The field for why something ends, with the kinds that fit what ends."""
    return SelectField(_l("Kind of reason"), choices=choices(fitting, empty="—"), validators=[InputRequired(FILL_IN)])


class EndingForm(ReasonForm):
    """Why a deal is given up, by its kind and in words."""

    end_reason = kinds_of_reason(WHY_GIVEN_UP)

    def read_kind(self) -> EndReason | None:
        """The kind that was chosen."""
        return chosen(EndReason, self.end_reason.data)


class EndUseForm(EndingForm, PasswordForm):
    """Why a use without payment ends, and the password once more."""

    end_reason = kinds_of_reason(WHY_USE_ENDED)


class DayForm(Form):
    """One day."""

    day = DateField(_l("Day"), validators=[InputRequired(FILL_IN)])


class InstalmentForm(InnerForm):
    """One line of the payment plan: days after an event, or another event in words."""

    amount = MoneyField(_l("Amount"))
    trigger = SelectField(_l("Runs from"), choices=choices(NEGOTIATED), default=Trigger.OTHER)
    days = IntegerField(_l("Days"), validators=[Optional(), NumberRange(1, LONGEST_DAYS)])
    when = StringField(_l("Or in words: to be paid when"), validators=[Length(max=LONGEST_LINE, message=TOO_LONG)])

    @property
    def is_filled(self) -> bool:
        """Whether anything is typed into it; an event alone is what the list begins with."""
        return bool(self.amount.fen or self.days.data or (self.when.data or "").strip())

    def read(self) -> Instalment:
        """The line as it was typed; the words count only where no event is chosen."""
        trigger = Trigger(self.trigger.data)
        if trigger is Trigger.OTHER:
            return Instalment(self.amount.fen or 0, self.when.data or "")
        return Instalment(self.amount.fen or 0, "", trigger, self.days.data or 0)


class MakerForm(InnerForm):
    """The share of one who made the result."""

    user = HiddenField()
    share = StringField(_l("Share of the net income in per cent"))


class OfferForm(Form):
    """All terms of an offer; which of them count depends on the price model, and on who made the result."""

    contract_type = SelectField(_l("Contract type"), choices=choices(ContractType))
    price_model = SelectField(_l("Price model"), choices=choices(PriceModel))
    amount = MoneyField(_l("Amount with tax"))
    royalty = StringField(_l("Royalty in per cent"))
    royalty_base = StringField(_l("The royalty is taken of"), validators=[Length(max=LONGEST_LINE, message=TOO_LONG)])
    use_days = IntegerField(_l("Days of use without payment"), validators=[Optional()])
    instalments = FieldList(FormField(InstalmentForm), label=_l("Instalments"), min_entries=INSTALMENT_LINES)
    delivery = TextAreaField(
        _l("What is delivered, where and when"),
        validators=[InputRequired(FILL_IN), Length(max=LONGEST_TERM, message=TOO_LONG)],
    )
    acceptance = TextAreaField(
        _l("How it is accepted"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_TERM, message=TOO_LONG)]
    )
    other_terms = TextAreaField(_l("Other terms"), validators=[Length(max=LONGEST_TERM, message=TOO_LONG)])
    makers = FieldList(FormField(MakerForm), label=_l("Shares of the makers"), max_entries=MOST_MAKERS)
    valid_until = DateField(_l("Valid until"), validators=[Optional()])
    seen = HiddenField()
    """The number of the newest offer when the page was shown, 0 without one: another one is looked at first."""

    def fill_from(self, offer: Offer) -> None:
        """Begin with the terms of an earlier offer."""
        as_they_are = (
            "contract_type",
            "price_model",
            "royalty_base",
            "use_days",
            "delivery",
            "acceptance",
            "other_terms",
        )
        for name in as_they_are:
            getattr(self, name).data = getattr(offer, name)
        self.amount.process_data(offer.amount_fen or None)
        self.royalty.data = percent_text(offer.royalty_bp).rstrip("%") if offer.royalty_bp else ""
        for line, entry in zip(offer.terms.instalments, self.instalments, strict=False):
            entry.amount.process_data(line.fen)
            entry.trigger.data, entry.when.data = line.trigger, line.when
            entry.days.data = line.days or None

    def read(self) -> Terms:
        """The terms as they were typed. Raises InvalidInput for a royalty that is no number."""
        return Terms(
            contract_type=ContractType(self.contract_type.data),
            price_model=PriceModel(self.price_model.data),
            amount_fen=self.amount.fen or 0,
            delivery=self.delivery.data or "",
            acceptance=self.acceptance.data or "",
            other_terms=self.other_terms.data or "",
            royalty_bp=percent_typed(self.royalty.data, "royalty"),
            royalty_base=self.royalty_base.data or "",
            instalments=self._lines(),
            makers=self._makers(),
            use_days=self.use_days.data,
        )

    def typed(self, before: Terms | None) -> frozenset[str]:
        """The fields of single price models with something that was typed; they are shown whatever model is chosen."""
        if not self.is_submitted():
            return frozenset()
        try:
            return self.read().differing(before)
        except (InvalidInput, ValueError):  # No number, or none of the choices: who knows what else was typed.
            return frozenset(OF_MODELS)

    def offer_makers(self, possible: Sequence[PossibleMaker], named: Sequence[Maker] = ()) -> None:
        """A line for each who can sign as a maker, with the share that was typed or that earlier terms give him."""
        shares = {str(one.user_id): percent_text(one.share_bp).rstrip("%") for one in named}
        shares |= {one.user.data: one.share.data for one in self.makers}
        while self.makers.entries:
            self.makers.pop_entry()
        for one in possible:
            self.makers.append_entry({"user": str(one.user_id), "share": shares.get(str(one.user_id), "")})

    def _makers(self) -> tuple[Maker, ...]:
        """Nobody where no share is typed, for a contract of two parties. Raises InvalidInput for a share that is no number."""
        typed = [(row_id(one.user.data) or 0, percent_typed(one.share.data, "makers")) for one in self.makers]
        filled = any(share is not None for _, share in typed)
        return tuple(Maker(user_id, share or 0) for user_id, share in typed) if filled else ()

    def _lines(self) -> tuple[Instalment, ...]:
        return tuple(entry.form.read() for entry in self.instalments if entry.form.is_filled)


def percent_typed(text: str | None, field: str) -> int | None:
    """Basis points of a percentage that was typed into a field, None when it is empty. Raises InvalidInput beside the field."""
    if not (text or "").strip():
        return None
    try:
        return parse_percent(text or "")
    except InvalidInput as error:
        raise InvalidInput(error.message, field=field) from None


class LetterForm(Form):
    """The intended amount of a letter of intent."""

    amount = MoneyField(_l("Intended amount with tax"), validators=[InputRequired(FILL_IN)])


class ScanForm(Form):
    """The scan of the signed paper, and the day on which the last party signed it."""

    file = FileField(
        _l("Scan of the signed paper"),
        validators=[FileRequired(_l("Choose the file of the scan: PDF, JPEG or PNG."))],
    )
    signed_on = DateField(_l("Day of the last signature"), validators=[InputRequired(FILL_IN)])


class TransferForm(Form):
    """A bank transfer as its sender tells of it."""

    amount = MoneyField(_l("Amount"), validators=[InputRequired(FILL_IN)])
    sent_on = DateField(_l("Day of the transfer"), validators=[InputRequired(FILL_IN)])
    bank_reference = StringField(
        _l("Number of the transfer at the bank"),
        validators=[InputRequired(FILL_IN), Length(max=LONGEST_REFERENCE, message=TOO_LONG)],
    )
    file = FileField(
        _l("Voucher of the bank"), validators=[FileRequired(_l("Add the bank's voucher: PDF, JPEG or PNG."))]
    )

    def read(self) -> Transferred:
        """What was typed, once it is valid."""
        return Transferred(self.amount.fen or 0, self.sent_on.data, self.bank_reference.data, upload_of(self.file.data))


class BankForm(Form):
    """A statement of a bank account."""

    file = FileField(_l("Bank statement (CSV or XLSX)"), validators=[FileRequired(_l("Choose a file first."))])


class RoyaltyForm(Form):
    """The buyer's figures for a royalty of one period."""

    first_on = DateField(_l("First day of the period"), validators=[InputRequired(FILL_IN)])
    last_on = DateField(_l("Last day of the period"), validators=[InputRequired(FILL_IN)])
    base = MoneyField(_l("What the royalty is taken of, in this period"), validators=[DataRequired(FILL_IN)])
    note = TextAreaField(_l("Remark"), validators=[Length(max=LONGEST_NOTE, message=TOO_LONG)])

    def read(self) -> Figures:
        """What was typed, once it is valid."""
        return Figures(self.first_on.data, self.last_on.data, self.base.fen or 0, self.note.data or "")


class InvoiceForm(Form):
    """The number of an invoice, and the value-added tax in it."""

    number = StringField(_l("Number of the invoice"), validators=[InputRequired(FILL_IN)])
    vat = MoneyField(_l("Value-added tax in it"), validators=[DataRequired(FILL_IN)])


class NoteForm(Form):
    """A few words that go with an answer."""

    note = TextAreaField(_l("A few words, if you like"), validators=[Length(max=LONGEST_ANSWER, message=TOO_LONG)])


class AnswerPaperForm(Form):
    """What a contributor without an account has signed."""

    answer = SelectField(
        _l("What the paper says"),
        choices=[SelectChoice("waive", _l("Does not buy")), SelectChoice("exercise", _l("Wants to buy first"))],
    )
    file = FileField(
        _l("Signed paper"), validators=[FileRequired(_l("Add the paper that was signed: PDF, JPEG or PNG."))]
    )


RELATED, NOT_RELATED = "related", "not_related"


class RelationForm(Form):
    """Why the parties are related, or are not; `says` is which of the two the page has offered."""

    says = HiddenField(validators=[InputRequired(FILL_IN), AnyOf((RELATED, NOT_RELATED))])
    reason = TextAreaField(
        _l("Reason"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_REASON, message=TOO_LONG)]
    )


class TerminationForm(EndingForm):
    """Why a contract was ended, and what of it stays payable: nothing is a 0 that was typed, not an empty field."""

    end_reason = kinds_of_reason(WHY_CONTRACT_ENDED)
    payable = MoneyField(_l("Amount that stays payable"), validators=[DataRequired(FILL_IN)])
    seen = HiddenField()
    """The outcome that the page has shown; another one is shown first."""


def clauses_form(clauses: Sequence[Clause]) -> type[Form]:
    """A form with one field per clause that the parties may change.

    Each begins with what the clause says, so none asks to be filled in; the rules refuse one that was emptied.
    """
    fields = {
        clause.key: TextAreaField(
            clause.heading,
            default=clause.text,
            validators=[Length(max=LONGEST_CLAUSE, message=TOO_LONG)],
        )
        for clause in clauses
        if not clause.is_locked
    }
    return type("ClausesForm", (Form,), fields)


def clause_texts(form: Form, clauses: Sequence[Clause]) -> Mapping[str, str]:
    """The texts that were typed, by the key of the clause."""
    return {clause.key: form[clause.key].data or "" for clause in clauses if clause.key in form}
