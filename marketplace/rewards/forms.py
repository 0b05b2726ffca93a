"""The forms of rewards: calculation, payout, objection, paper, and the rules of a unit."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, FieldList, FormField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from marketplace.accounts.queries import user_with_email
from marketplace.contracts.rules import ContractType
from marketplace.deals.forms import percent_typed
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.rewards.calculating import LONGEST_NOTE, Calculation, Cost, Share
from marketplace.rewards.payouts import PaidOut
from marketplace.rewards.rules import FILED, Basis, CostKind, Role
from marketplace.rewards.service import LONGEST_REASON
from marketplace.rewards.unit_rules import LONGEST_QUOTE, LONGEST_TITLE, RuleText
from marketplace.web.forms import (
    FILL_IN,
    TOO_LONG,
    ChecksField,
    Form,
    InnerForm,
    MoneyField,
    choices,
    row_id,
    upload_of,
)

COST_LINES = 4
MORE_PEOPLE = 3


class CostForm(InnerForm):
    """One deduction."""

    kind = SelectField(_l("Deduction"), choices=choices(CostKind))
    amount = MoneyField(_l("Amount"))
    note = StringField(_l("What it rests on"), validators=[Length(max=LONGEST_NOTE, message=TOO_LONG)])


class ShareForm(InnerForm):
    """One person with his part; somebody who was proposed before is known by his place."""

    person = StringField(_l("Name"), validators=[Length(max=80, message=TOO_LONG)])
    email = StringField(_l("E-mail of the account"), validators=[Length(max=254, message=TOO_LONG)])
    role = SelectField(_l("As"), choices=choices(Role), default=Role.CONTRIBUTOR)
    weight = IntegerField(_l("Part"), validators=[Optional(), NumberRange(0, 10_000)])


class CalculationForm(Form):
    """Costs and split; the share itself only where neither a rule nor the law names one."""

    round = HiddenField()
    costs = FieldList(FormField(CostForm), label=_l("Deductions"), min_entries=COST_LINES)
    shares = FieldList(FormField(ShareForm), label=_l("Split"))
    share = StringField(_l("Share your unit has decided"))
    why = TextAreaField(_l("On what decision it rests"), validators=[Length(max=LONGEST_REASON, message=TOO_LONG)])

    def offer(self, proposed: Sequence[Share], round_: int, *, more: bool = True) -> None:
        """Begin with these people, as they were proposed in a round, and a few empty lines for `more`."""
        self.round.data = str(round_)
        for one in proposed:
            self.shares.append_entry({"person": one.name, "role": one.role, "weight": one.weight})
        for _place in range(MORE_PEOPLE if more else 0):
            self.shares.append_entry({"role": Role.SUPPORTER})

    def read(self, uow: UnitOfWork, proposed: Sequence[Share]) -> Calculation:
        """What was typed. Raises InvalidInput for an address nobody is registered with and for a share that is none."""
        costs = [
            Cost(CostKind(one.kind.data), one.amount.fen or 0, (one.note.data or "").strip())
            for one in self.costs
            if one.amount.fen or (one.note.data or "").strip()
        ]
        shares = [share for place, one in enumerate(self.shares) if (share := _share(uow, one, place, proposed))]
        decided = percent_typed(self.share.data, "share")
        return Calculation(costs, shares, row_id(self.round.data) or 0, decided, self.why.data or "")


def _share(uow: UnitOfWork, form: ShareForm, place: int, proposed: Sequence[Share]) -> Share | None:
    """The person of one line; None for an empty line and for somebody whose part is taken away."""
    weight, name = form.weight.data or 0, (form.person.data or "").strip()
    if place < len(proposed):
        known = proposed[place]
        return Share(known.name, known.role, weight, known.user_id) if weight else None
    email = (form.email.data or "").strip()
    if not name and not email and not weight:
        return None
    user = user_with_email(uow.session, email) if email else None
    if email and user is None:
        unknown = N_("Nobody is registered with this e-mail. Leave it empty: the person then confirms on paper.")
        raise InvalidInput(unknown, field="shares")
    return Share(name, Role(form.role.data), weight, user.id if user else None)


class PayoutForm(Form):
    """A payment to one person."""

    tax = MoneyField(_l("Income tax withheld"), validators=[DataRequired(FILL_IN)])
    paid_on = DateField(_l("Day of the payment"), validators=[InputRequired(FILL_IN)])
    file = FileField(
        _l("Voucher of the bank"), validators=[FileRequired(_l("Add the bank's voucher: PDF, JPEG or PNG."))]
    )

    def read(self) -> PaidOut:
        """What was typed, once it is valid."""
        return PaidOut(self.tax.fen or 0, self.paid_on.data, upload_of(self.file.data))


class PaperForm(Form):
    """A signed paper."""

    file = FileField(_l("Signed paper"))


class RuleForm(Form):
    """A rule of a unit, with the paper it stands on."""

    basis = SelectField(_l("What it is"), choices=choices(FILED))
    result = SelectField(_l("The result it is about"), validate_choice=False)
    title = StringField(_l("Title"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_TITLE, message=TOO_LONG)])
    share = StringField(_l("Share of the net income in per cent"), validators=[InputRequired(FILL_IN)])
    quote = TextAreaField(
        _l("The words that a worker is shown"),
        validators=[InputRequired(FILL_IN), Length(max=LONGEST_QUOTE, message=TOO_LONG)],
    )
    contract_types = ChecksField(_l("Only for these contracts"), choices=choices(ContractType))
    valid_from = DateField(_l("In force from"), validators=[InputRequired(FILL_IN)])
    valid_to = DateField(_l("In force until"), validators=[Optional()])
    file = FileField(
        _l("The paper it stands on"), validators=[FileRequired(_l("Add the paper it stands on: PDF, JPEG or PNG."))]
    )

    def read(self) -> RuleText:
        """What was typed. Raises InvalidInput for a share that is none."""
        return RuleText(
            basis=Basis(self.basis.data),
            title=self.title.data,
            quote=self.quote.data,
            share_bp=percent_typed(self.share.data, "share") or 0,
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
            contract_types=tuple(self.contract_types.data or ()),
            result_id=row_id(self.result.data),
            paper=upload_of(self.file.data),
        )
