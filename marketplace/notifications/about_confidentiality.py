"""Notices about confidentiality agreements: each side hears what the other has done, both of silence."""

from collections.abc import Iterator

from marketplace.confidentiality.events import ConfidentialityMoved
from marketplace.confidentiality.models import Agreement
from marketplace.confidentiality.queries import signatures
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params, on_day
from marketplace.notifications.audience import speakers
from marketplace.notifications.notices import Notice, confidentiality_path
from marketplace.organisations.parties import name_of
from marketplace.results.models import Result

TO_OWNER = {
    "sign": N_(
        "%(name)s asks to read the protected parts of “%(title)s” and has signed a confidentiality agreement. Sign or decline "
        "by %(day)s."
    ),
    "lapse": N_(
        "The confidentiality agreement with %(name)s on “%(title)s” has lapsed: it was not signed within its term."
    ),
}
TO_READER = {
    "countersign": N_("The confidentiality agreement on “%(title)s” is in force. You can read its protected parts."),
    "decline": N_("The owner of “%(title)s” did not sign the confidentiality agreement. The reason given: %(reason)s"),
    "name": N_("The owner of “%(title)s” has opened further papers to you under the confidentiality agreement."),
    "end": N_(
        "Nothing more of “%(title)s” is opened to you under the confidentiality agreement; your duties go on. The reason "
        "given: %(reason)s"
    ),
    "lapse": N_("The confidentiality agreement on “%(title)s” has lapsed: it was not signed within its term."),
}


def moved(uow: UnitOfWork, event: ConfidentialityMoved) -> Iterator[Notice]:
    """The other side hears of it; an agreement that its reader has not signed concerns nobody else yet."""
    agreement = uow.session.get_one(Agreement, event.agreement_id)
    title, url = uow.session.get_one(Result, agreement.result_id).title, confidentiality_path(agreement.id)
    reader = name_of(uow.session, agreement.reader_party_id).name
    params: Params = {"title": title, "name": reader, "day": on_day(agreement.due_on), "reason": agreement.reason}
    if event.action in TO_OWNER and signatures(uow, agreement.id):
        yield Notice(speakers(uow.session, agreement.owner_party_id), TO_OWNER[event.action], url, params)
    if event.action in TO_READER:
        yield Notice(speakers(uow.session, agreement.reader_party_id), TO_READER[event.action], url, params)
