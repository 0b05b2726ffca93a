"""Pages of rewards: my money, one reward with its arithmetic, calculation, confirmation, objection, payout."""

from collections.abc import Callable, Mapping

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.deals.forms import ReasonForm
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.rewards import calculating, confirming, money, payouts, queries, rule_views
from marketplace.rewards.blueprint import blueprint
from marketplace.rewards.forms import CalculationForm, PaperForm, PayoutForm
from marketplace.rewards.models import Reward, RewardLine
from marketplace.rewards.queries import LineRow, RewardPage
from marketplace.rewards.unit_rules import rule_for
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.forms import upload_of
from marketplace.web.refused import Refused, forms_for
from marketplace.web.sending import download
from marketplace.web.submission import submitted

__all__ = ["blueprint", "rule_views"]

WITH_REASON: Mapping[str, tuple[Callable[[UnitOfWork, int, str], Reward], str]] = {
    "object": (confirming.object_to, N_("Your objection is recorded. The reward is not paid before it is answered.")),
    "pass": (confirming.publish_without, N_("The split is published. Everybody concerned reads your reason.")),
    "dismiss": (confirming.dismiss, N_("The objection is dismissed, and everybody concerned reads your reason.")),
    "release": (payouts.release, N_("The reward can be paid again.")),
    "revoke": (payouts.revoke, N_("What was not paid is taken back.")),
}


@blueprint.get("/rewards")
@requires(signed_in)
def mine() -> str:
    """The person's own money, what his units owe, and what an official watches."""
    with reading() as uow:
        own, unit, office = money.my_own(uow), money.owed_by_my_units(uow), money.in_my_office(uow)
    return render_template("rewards/mine.html", own=own, unit_rows=unit, office_rows=office)


@blueprint.get("/rewards/<int:reward_id>")
@requires(signed_in)
def reward(reward_id: int) -> str:
    """The rule, the arithmetic, the split, the dates, and the way back to where the money came from."""
    return _show(reward_id)


@blueprint.route("/rewards/<int:reward_id>/calculation", methods=["GET", "POST"])
@requires(signed_in)
def calculate(reward_id: int) -> str | Response:
    """The unit states costs and split."""
    form = CalculationForm()
    with reading() as uow:
        page = queries.reward_page(uow, reward_id)
        proposed, rule = calculating.proposed_shares(uow, page.reward), rule_for(uow, page.receipt)
    if "calculate" not in page.actions:
        raise Conflict(N_("The reward is not to be calculated now. Reload the page to see where it stands."))
    if request.method == "GET":
        form.offer(() if page.is_fixed else proposed, page.reward.round, more=not page.is_fixed)
    done = submitted(form, lambda uow: calculating.calculate(uow, reward_id, form.read(uow, proposed)))
    if done is not None:
        flash(
            _("The reward is calculated by the contract, and published for objections.")
            if page.is_fixed
            else _("The split is proposed. Everybody is asked to confirm his part."),
            "success",
        )
        return _to(reward_id)
    known = 0 if page.is_fixed else len(proposed)
    return render_template("rewards/calculation.html", page=page, form=form, rule=rule, proposed=proposed, known=known)


@blueprint.post("/rewards/<int:reward_id>/approve")
@requires(signed_in)
def approve(reward_id: int) -> Response:
    """The unit approves what nobody objected to."""
    with writing() as uow:
        confirming.approve(uow, reward_id)
    flash(_("Approved. Everybody can be paid now."), "success")
    return _to(reward_id)


@blueprint.post("/rewards/<int:reward_id>/<any(object, pass, dismiss, release, revoke):action>")
@requires(signed_in)
def take(reward_id: int, action: str) -> str | Response:
    """A step that asks for a reason."""
    use_case, said = WITH_REASON[action]
    form = ReasonForm()
    if submitted(form, lambda uow: use_case(uow, reward_id, form.reason.data)) is None:
        return _show(reward_id, Refused(action, form))
    flash(_(said), "success")
    return _to(reward_id)


@blueprint.post("/rewards/lines/<int:line_id>/confirm")
@requires(signed_in)
def confirm_line(line_id: int) -> Response:
    """Agree to one's own part."""
    with writing() as uow:
        reward_id = confirming.confirm_line(uow, line_id).id
    flash(_("You have confirmed your part."), "success")
    return _to(reward_id)


@blueprint.route("/rewards/lines/<int:line_id>/paper", methods=["GET", "POST"])
@requires(signed_in)
def confirm_on_paper(line_id: int) -> str | Response:
    """The unit uploads what somebody without an account has signed."""
    page, row = _row(line_id)
    if not row.can_confirm_on_paper:
        raise Conflict(N_("This part is not to be confirmed on paper now."))
    form = PaperForm()
    done = submitted(form, lambda uow: _with_paper(uow, line_id, form))
    if done is not None:
        flash(_("The paper is kept, and the part is confirmed."), "success")
        return _to(done.id)
    return render_template("rewards/paper.html", page=page, row=row, form=form)


@blueprint.route("/rewards/lines/<int:line_id>/payout", methods=["GET", "POST"])
@requires(signed_in)
def pay(line_id: int) -> str | Response:
    """The unit records what it has paid a person."""
    page, row = _row(line_id)
    if not row.can_pay:
        raise Conflict(N_("There is nothing to be paid here now. Reload the page to see where it stands."))
    form = PayoutForm()
    if submitted(form, lambda uow: payouts.pay(uow, line_id, form.read())) is not None:
        name = row.line.name
        asked = _("The payment is recorded. %(name)s is asked whether it has arrived.", name=name)
        kept = _(
            "The payment is recorded. %(name)s has no account here to confirm it; the voucher stands for it.", name=name
        )
        flash(asked if row.line.user_id else kept, "success")
        return _to(page.reward.id)
    return render_template("rewards/payout.html", page=page, row=row, form=form)


@blueprint.get("/deals/<int:deal_id>/rewards")
@requires(signed_in)
def of_deal(deal_id: int) -> str:
    """The rewards from one deal's money, as far as the reader may see them."""
    with reading() as uow:
        rows = money.of_deal(uow, deal_id)
    return render_template("rewards/of_deal.html", rows=rows, deal_id=deal_id)


@blueprint.get("/rewards/lines/<int:line_id>/signed-paper")
@requires(signed_in)
def signed_paper(line_id: int) -> FlaskResponse:
    """What somebody without an account has signed: for the unit and the officials."""
    page, row = _row(line_id)
    if row.line.paper_sha256 is None or not page.relations & {Relation.OWNER, Relation.OFFICIAL}:
        raise NotFound(N_("There is no such file."))
    return download(row.line.paper_sha256, None, row.line.paper_name)


@blueprint.post("/rewards/payouts/<int:payout_id>/reverse")
@requires(signed_in)
def reverse(payout_id: int) -> str | Response:
    """The unit takes back what it recorded by mistake, or what never arrived."""
    form = ReasonForm()
    reversed_ = submitted(form, lambda uow: payouts.reverse(uow, payout_id, form.reason.data))
    if reversed_ is None:
        return _show(_reward_of(payout_id), Refused(f"reverse-{payout_id}", form))
    flash(_("Taken back. The part can be paid anew."), "success")
    return _to(reversed_.reward_id)


@blueprint.post("/rewards/payouts/<int:payout_id>/<any(acknowledge, deny):action>")
@requires(signed_in)
def answer(payout_id: int, action: str) -> str | Response:
    """The person says whether the money is there."""
    form = ReasonForm()
    if action == "acknowledge":
        with writing() as uow:
            reward_id = payouts.answer(uow, payout_id, action).reward_id
        flash(_("Thank you. The payment is marked as received."), "success")
        return _to(reward_id)
    denied = submitted(form, lambda uow: payouts.answer(uow, payout_id, action, form.reason.data))
    if denied is None:
        return _show(_reward_of(payout_id), Refused("deny", form))
    flash(_("Recorded. Your unit and the union read your reason."), "success")
    return _to(denied.reward_id)


@blueprint.get("/rewards/payouts/<int:payout_id>/voucher")
@requires(signed_in)
def voucher(payout_id: int) -> FlaskResponse:
    """The bank's voucher of a payout: for the person paid, the unit and the official, not for colleagues."""
    with reading() as uow:
        payout = payouts.voucher_of(uow, payout_id)
    return download(payout.voucher_sha256, payout.voucher_type, payout.voucher_name)


def _show(reward_id: int, refused: Refused | None = None) -> str:
    with reading() as uow:
        page = queries.reward_page(uow, reward_id)
    return render_template(
        "rewards/reward.html",
        page=page,
        refused=refused.form if refused else None,
        reason_form=forms_for(ReasonForm, refused),
    )


def _row(line_id: int) -> tuple[RewardPage, LineRow]:
    with reading() as uow:
        line = uow.session.get(RewardLine, line_id)
        page = queries.reward_page(uow, line.reward_id) if line is not None else None
    row = next((one for one in page.lines if one.line.id == line_id), None) if page else None
    if page is None or row is None:
        raise NotFound(N_("There is no such reward."))
    return page, row


def _reward_of(payout_id: int) -> int:
    with reading() as uow:
        return payouts.voucher_of(uow, payout_id).reward_id


def _with_paper(uow: UnitOfWork, line_id: int, form: PaperForm) -> Reward:
    paper = upload_of(form.file.data)
    if paper is None:
        raise InvalidInput(N_("Choose the file of the scan: PDF, JPEG or PNG."), field="file")
    return confirming.confirm_on_paper(uow, line_id, paper)


def _to(reward_id: int) -> Response:
    return redirect(url_for("rewards.reward", reward_id=reward_id), code=303)
