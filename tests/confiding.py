"""A result whose description is kept back, talks about it, and a confidentiality agreement in any state."""

from io import BytesIO
from typing import Any

from marketplace.accounts import codes
from marketplace.accounts.rules import CodePurpose
from marketplace.confidentiality import opening, queries, service, signers
from marketplace.confidentiality.models import Agreement
from marketplace.confidentiality.rules import ConfidentialityState as S
from marketplace.contracts.rules import METHOD
from marketplace.contracts.signing_service import Confirmation, code_about
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings.models import Attachment
from marketplace.listings.rules import AttachmentKind
from marketplace.results.models import Result
from marketplace.results.rules import Disclosure
from tests.factories import make_interest, make_result
from tests.personas import PASSWORD, People

SECRET = "喷液圈内侧斜开二十四个梯形槽，淬火液以每分钟九十升回旋。"
PAPER = b"%PDF-1.4\n% the drawing of the ring\n%%EOF\n"


def make_secret(factory: UnitOfWorkFactory, people: People, **values: Any) -> int:
    """A published trade secret of the seller. Returns its id."""
    kept = {"disclosure": Disclosure.TRADE_SECRET, "patent_number": "", "patent_filed_on": None, "description": SECRET}
    return make_result(factory, people, **{**kept, **values})


def make_talks(factory: UnitOfWorkFactory, people: People, **values: Any) -> int:
    """A trade secret in which the buyer's interest was accepted. Returns the result's id."""
    result_id = make_secret(factory, people)
    make_interest(factory, people, **{"result_id": result_id, **values})
    return result_id


def add_paper(factory: UnitOfWorkFactory, people: People, result_id: int, content: bytes = PAPER) -> int:
    """A paper of the result, as its author has uploaded it. Returns the attachment's id."""
    sha256 = factory.services.files.save(BytesIO(content), 10_000).sha256
    with factory.writing() as uow:
        row = Attachment(
            listing_id=result_id,
            kind=AttachmentKind.PROOF,
            name="喷液圈图纸.pdf",
            media_type="application/pdf",
            sha256=sha256,
            size=len(content),
            added_by_id=people.worker.user_id,
            added_at=uow.now(),
        )
        uow.session.add(row)
        uow.flush()
        return row.id


def asked(factory: UnitOfWorkFactory, people: People, result_id: int, actor: Actor | None = None) -> int:
    """The buyer asks to read it. Returns the agreement's id."""
    with factory.writing(actor or people.company) as uow:
        return service.ask(uow, result_id, people.buyer_party).id


def confirmation(uow: UnitOfWork, agreement_id: int) -> Confirmation:
    """What somebody sends who has read the present text and the message with the code, and agrees."""
    agreement = uow.session.get_one(Agreement, agreement_id)
    code = codes.latest(uow, uow.actor.user_id or 0, CodePurpose.SIGN, code_about(agreement.text))
    digits = codes.digits(code, uow.settings.secret_key) if code else ""
    return Confirmation(agreement.sha256, METHOD, PASSWORD, digits)


def sign(factory: UnitOfWorkFactory, actor: Actor, agreement_id: int, papers: tuple[int, ...] = ()) -> None:
    """Sign the agreement as it is for the side whose turn it is."""
    with factory.writing(actor) as uow:
        service.send_signing_code(uow, agreement_id)
    with factory.writing(actor) as uow:
        service.sign(uow, agreement_id, confirmation(uow, agreement_id), papers)


def unmet(factory: UnitOfWorkFactory, actor: Actor, agreement_id: int) -> set[str]:
    """The keys of the conditions that the actor would be told he does not meet."""
    with factory.reading(actor) as uow:
        found = signers.signing_conditions(uow, uow.session.get_one(Agreement, agreement_id))
    return {one.key for one in found if not one.is_met}


def signed_by_reader(factory: UnitOfWorkFactory, people: People, result_id: int) -> int:
    """An agreement that waits for the owner. Returns its id."""
    agreement_id = asked(factory, people, result_id)
    sign(factory, people.company, agreement_id)
    return agreement_id


def in_force(factory: UnitOfWorkFactory, people: People, result_id: int, papers: tuple[int, ...] = ()) -> int:
    """An agreement that both have signed. Returns its id."""
    agreement_id = signed_by_reader(factory, people, result_id)
    sign(factory, people.seller_contact, agreement_id, papers)
    return agreement_id


def state(factory: UnitOfWorkFactory, agreement_id: int) -> S:
    """Where the agreement stands."""
    with factory.reading() as uow:
        return uow.session.get_one(Agreement, agreement_id).state


def read(factory: UnitOfWorkFactory, actor: Actor, agreement_id: int) -> str:
    """Open how it works."""
    with factory.writing(actor) as uow:
        return opening.open_description(uow, agreement_id)


def log(factory: UnitOfWorkFactory, people: People, agreement_id: int) -> list[tuple[str, str, str]]:
    """What the owner sees, oldest first."""
    with factory.reading(people.seller_contact) as uow:
        view = queries.agreement_view(uow, agreement_id)
        return [(row.person, row.party, row.name or row.thing.value) for row in reversed(view.read)]


def decline(factory: UnitOfWorkFactory, actor: Actor, agreement_id: int, reason: str = "还在申请专利") -> None:
    """The owner declines."""
    with factory.writing(actor) as uow:
        service.decline(uow, agreement_id, reason)


def end(factory: UnitOfWorkFactory, actor: Actor, agreement_id: int) -> None:
    """The owner opens nothing more."""
    with factory.writing(actor) as uow:
        service.end(uow, agreement_id, "已与他人签约")


def change(factory: UnitOfWorkFactory, result_id: int, **values: object) -> None:
    """Change columns of the result."""
    with factory.writing() as uow:
        result = uow.session.get_one(Result, result_id)
        for name, value in values.items():
            setattr(result, name, value)
