"""Use cases on the rules that units file: what share of the net income those get who made a result."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from marketplace.contracts.rules import Basis as ContractBasis
from marketplace.deals.models import Deal
from marketplace.infra import media
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, keep
from marketplace.kernel.clock import china_day, day_begins
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.money import WHOLE_BP
from marketplace.kernel.texts import required, single_line
from marketplace.organisations.models import Organisation, Party
from marketplace.payments.models import Receipt
from marketplace.results.models import Result
from marketplace.rewards.by_contract import agreed_in, contract_of
from marketplace.rewards.events import RuleFiled
from marketplace.rewards.law import statutory
from marketplace.rewards.models import Reward, RewardRule
from marketplace.rewards.policy import is_mine
from marketplace.rewards.rules import FILED, Basis, Filed, Resolved, resolve

LONGEST_TITLE = 200
LONGEST_QUOTE = 2000


@dataclass(frozen=True)
class RuleText:
    """A rule as a unit types it; `quote` are the words a worker is shown, `contract_types` empty for all."""

    basis: Basis
    title: str
    quote: str
    share_bp: int
    valid_from: date
    valid_to: date | None = None
    contract_types: tuple[str, ...] = ()
    result_id: int | None = None
    paper: Upload | None = None


def file_rule(uow: UnitOfWork, organisation_id: int, text: RuleText) -> RewardRule:
    """File an agreement, a collective contract or a rule of the unit, with the paper it stands on.

    Raises NotPermitted for whoever does not administer the unit, InvalidInput; emits RuleFiled.
    """
    _require_administrator(uow, organisation_id)
    _require_possible(uow, organisation_id, text)
    if text.paper is None:
        raise InvalidInput(N_("Add the paper it stands on: PDF, JPEG or PNG."), field="file")
    kept = keep(uow, text.paper, media.SCANS)
    rule = RewardRule(
        organisation_id=organisation_id,
        basis=text.basis,
        result_id=text.result_id if text.basis is Basis.AGREEMENT else None,
        title=single_line(required(text.title, "title", LONGEST_TITLE)),
        quote=required(text.quote, "quote", LONGEST_QUOTE),
        share_bp=text.share_bp,
        contract_types=list(text.contract_types),
        valid_from=text.valid_from,
        valid_to=text.valid_to,
        file_sha256=kept.sha256,
        file_name=kept.name,
        file_type=kept.media_type,
        filed_by_id=uow.actor.user_id,
        filed_at=uow.now(),
    )
    uow.session.add(rule)
    uow.flush()
    uow.emit(RuleFiled(rule.id, organisation_id, "file"))
    return rule


def end_rule(uow: UnitOfWork, rule_id: int) -> RewardRule:
    """Let a rule end today; contracts in force by then still go by it. Raises NotFound, NotPermitted, Conflict."""
    rule = uow.session.get(RewardRule, rule_id, with_for_update=True, populate_existing=True)
    if rule is None:
        raise NotFound(N_("There is no such rule."))
    _require_administrator(uow, rule.organisation_id)
    last = max(china_day(uow.now()), rule.valid_from)
    if rule.valid_to is not None and rule.valid_to <= last:
        raise Conflict(N_("This rule has ended already."))
    rule.valid_to = last
    uow.flush()
    uow.emit(RuleFiled(rule.id, rule.organisation_id, "end"))
    return rule


@dataclass(frozen=True)
class RulesPage:
    """The rules of a unit, the newest first, and its results as (id, title) for agreements."""

    organisation: Organisation
    rules: tuple[RewardRule, ...]
    results: tuple[tuple[int, str], ...]
    may_file: bool
    today: date


def rules_page(uow: UnitOfWork, organisation_id: int) -> RulesPage | None:
    """What members of the unit and officials may read; None where there is no such unit, or not for the actor."""
    session, actor = uow.session, uow.actor
    unit = session.get(Organisation, organisation_id)
    if unit is None or not (
        organisation_id in actor.organisation_ids
        or actor.is_official_for(unit.county)
        or _concerns(uow, organisation_id)
    ):
        return None
    of_unit = select(RewardRule).where(RewardRule.organisation_id == organisation_id)
    owned = select(Result.id, Result.title).join(Party, Party.id == Result.party_id)
    results = session.execute(owned.where(Party.organisation_id == organisation_id).order_by(Result.title))
    return RulesPage(
        organisation=unit,
        rules=tuple(session.scalars(of_unit.order_by(RewardRule.id.desc()))),
        results=tuple((result_id, title) for result_id, title in results),
        may_file=organisation_id in actor.administered_ids,
        today=china_day(uow.now()),
    )


def _concerns(uow: UnitOfWork, organisation_id: int) -> bool:
    """Whether the actor has a part in a reward of the unit, in it or not: what gives his share he may read."""
    his = select(Reward.id).where(Reward.organisation_id == organisation_id, is_mine(uow.actor))
    return uow.actor.is_signed_in and uow.session.scalar(his.limit(1)) is not None


def readable(uow: UnitOfWork, rule_id: int) -> RewardRule:
    """A rule the actor may read. Raises NotFound."""
    rule = uow.session.get(RewardRule, rule_id)
    if rule is None or rules_page(uow, rule.organisation_id) is None:
        raise NotFound(N_("There is no such rule."))
    return rule


def rule_for(uow: UnitOfWork, receipt: Receipt) -> Resolved | None:
    """What gives the share of a receipt: the contract itself where the makers of the result signed it too; else of the unit's
    rules those filed and in force when the contract came into force, else the law as it is when the money arrives.

    A rule that is filed afterwards does not count, whatever it says of its validity: nobody's share shrinks once the result is
    sold. None where neither the contract nor a rule nor the law speaks of such a contract.
    """
    session = uow.session
    deal = session.get_one(Deal, receipt.deal_id)
    contract = contract_of(session, receipt)
    contract_type = contract.contract_type.value if contract.contract_type else ""
    if deal.in_force_at is None or deal.in_force_on is None:
        raise ValueError("money was received for a contract that is not in force")
    agreed_on = deal.in_force_on
    # A paper says the day, not the hour: what was filed on it may have come afterwards.
    agreed_at = day_begins(agreed_on) if contract.basis is ContractBasis.PAPER else deal.in_force_at
    default = statutory(contract_type, receipt.received_on or receipt.sent_on)
    unit = _seller_unit(uow, deal)
    filed_in_time = (
        RewardRule.organisation_id == unit.id,
        RewardRule.filed_at < agreed_at,
        or_(RewardRule.result_id.is_(None), RewardRule.result_id == deal.result_id),
    )
    known = (_filed(rule) for rule in session.scalars(select(RewardRule).where(*filed_in_time)))
    applying = [one for one in known if one.applies(contract_type, agreed_on)]
    return resolve(applying, default, unit.kind.value, agreed_in(session, contract))


def _filed(rule: RewardRule) -> Filed:
    types = frozenset(rule.contract_types)
    return Filed(rule.id, rule.basis, rule.share_bp, rule.title, rule.quote, types, rule.valid_from, rule.valid_to)


def _seller_unit(uow: UnitOfWork, deal: Deal) -> Organisation:
    from_party = select(Organisation).join(Party, Party.organisation_id == Organisation.id)
    return uow.session.scalars(from_party.where(Party.id == deal.seller_party_id)).one()


def _require_administrator(uow: UnitOfWork, organisation_id: int) -> None:
    if organisation_id not in uow.actor.administered_ids:
        raise NotPermitted(N_("Only an administrator of the unit files its rules."))


def _require_possible(uow: UnitOfWork, organisation_id: int, text: RuleText) -> None:
    if text.basis not in FILED:
        raise InvalidInput(N_("Choose what kind of rule it is."), field="basis")
    if not 0 < text.share_bp <= WHOLE_BP:
        raise InvalidInput(N_("Write the share in per cent, more than 0 and at most 100."), field="share")
    if text.valid_to is not None and text.valid_to < text.valid_from:
        raise InvalidInput(N_("It cannot end before it begins."), field="valid_to")
    if text.basis is Basis.AGREEMENT and not _owns(uow, organisation_id, text.result_id):
        raise InvalidInput(N_("Choose the result of your unit that the agreement is about."), field="result")


def _owns(uow: UnitOfWork, organisation_id: int, result_id: int | None) -> bool:
    owned = select(Result.id).join(Party, Party.id == Result.party_id)
    which = (Result.id == result_id, Party.organisation_id == organisation_id)
    return result_id is not None and uow.session.scalar(owned.where(*which)) is not None
