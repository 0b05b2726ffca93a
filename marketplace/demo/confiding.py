"""Parties whose interest was accepted read how a result works, under a confidentiality agreement; one waits for its owner."""

from collections.abc import Callable, Iterator

from marketplace.accounts import codes
from marketplace.accounts.rules import CodePurpose
from marketplace.confidentiality import opening, service
from marketplace.contracts.rules import METHOD
from marketplace.contracts.signing_service import Confirmation, code_about
from marketplace.demo.cues import Cue, cue, office_hour
from marketplace.demo.stage import Stage
from marketplace.demo.story import ConfidentialTold
from marketplace.identity import service as identities
from marketplace.identity.consent import text_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.matching.models import Interest


def confidentiality_cues(stage: Stage, told: ConfidentialTold) -> Iterator[Cue]:
    """One agreement: asked for and signed on one day, countersigned and read where the story tells of it."""
    made: list[int] = []
    asked_at, later = office_hour(told.interest, 9), office_hour(told.interest, 10)
    yield cue(told.asked_days_ago, asked_at, lambda: made.append(_ask(stage, told)))
    yield cue(told.asked_days_ago, later, lambda: _sign(stage, told.reader, made[-1]))
    if told.countersigned_days_ago is not None:
        yield cue(told.countersigned_days_ago, asked_at, lambda: _sign(stage, told.owner, made[-1]))
    for days_ago in told.read_days_ago:
        yield cue(days_ago, later, _as(stage, told.reader, lambda uow: opening.open_description(uow, made[-1])))


def _ask(stage: Stage, told: ConfidentialTold) -> int:
    with stage.acting(told.reader) as uow:
        interest = uow.session.get_one(Interest, stage.interests[told.interest])
        return service.ask(uow, interest.result_id or 0, interest.from_party_id).id


def _sign(stage: Stage, key: str, agreement_id: int) -> None:
    """Sign as somebody does who has read the message with the code, under the present text of the consent."""
    with stage.acting(key) as uow:
        # Whoever gave his number under an older text reads the present one first.
        identities.consent_anew(uow, text_of(china_day(uow.now())).version)
        service.send_signing_code(uow, agreement_id)
        agreement, _result, _held = service.fetch(uow, agreement_id)
        code = codes.latest(uow, uow.actor.user_id or 0, CodePurpose.SIGN, code_about(agreement.text))
        digits = codes.digits(code, uow.settings.secret_key) if code else ""
        service.sign(uow, agreement_id, Confirmation(agreement.sha256, METHOD, stage.password, digits))


def _as(stage: Stage, key: str, use_case: Callable[[UnitOfWork], object]) -> Callable[[], None]:
    def do() -> None:
        with stage.acting(key) as uow:
            use_case(uow)

    return do
