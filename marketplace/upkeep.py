"""What the worker looks after beside its tasks: uploads nobody refers to, traces of sign-ins that are older than the law asks,
and what the database knows of its own rows."""

from datetime import timedelta

from sqlalchemy import delete, select, text

from marketplace.accounts.models import SignInAttempt, VerificationCode
from marketplace.benefits.models import Declaration
from marketplace.confidentiality.models import AgreementFile, NamedPaper
from marketplace.contracts.models import DocumentFile, Scan, Seal
from marketplace.deals.models import Message
from marketplace.identity.models import Authority
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.listings.models import Attachment, ImportRun
from marketplace.offline.models import OfflineImport, OfflinePaper
from marketplace.organisations.models import Organisation
from marketplace.payments.models import Receipt
from marketplace.powers.models import SigningPower
from marketplace.preemptions.models import Preemption
from marketplace.registrations.models import PatentTransfer, RegistrationRecord
from marketplace.rewards.models import Payout, RewardLine, RewardRule

FILE_COLUMNS = (
    AgreementFile.sha256,
    Attachment.sha256,
    Attachment.thumbnail_sha256,
    Authority.sha256,
    Declaration.proof_sha256,
    DocumentFile.sha256,
    ImportRun.sha256,
    Message.file_sha256,
    NamedPaper.sha256,
    OfflineImport.sha256,
    OfflinePaper.sha256,
    Organisation.authorisation_sha256,
    Organisation.licence_sha256,
    PatentTransfer.scan_sha256,
    Payout.voucher_sha256,
    Preemption.paper_sha256,
    Receipt.voucher_sha256,
    RegistrationRecord.scan_sha256,
    RewardLine.paper_sha256,
    RewardRule.file_sha256,
    Scan.sha256,
    Seal.sha256,
    SigningPower.paper_sha256,
)
"""Every column that names an upload; a test compares it with the schema."""

ORPHAN_AFTER = timedelta(days=1)
"""An upload is on the disk before its row is committed; a day is longer than any request."""

KEEP_LOGS = timedelta(days=200)
"""Network logs are kept for at least six months (网络安全法 art. 21)."""


def sweep_files(uow: UnitOfWork) -> None:
    """Delete uploads that no row names any more."""
    known = {sha256 for column in FILE_COLUMNS for sha256 in uow.session.scalars(select(column).distinct()) if sha256}
    uow.services.files.sweep(known, ORPHAN_AFTER)


def forget_old_traces(uow: UnitOfWork) -> None:
    """Delete sign-in attempts and codes that have served their time."""
    oldest = uow.now() - KEEP_LOGS
    uow.session.execute(delete(SignInAttempt).where(SignInAttempt.at < oldest))
    uow.session.execute(delete(VerificationCode).where(VerificationCode.expires_at < oldest))


def count_rows(uow: UnitOfWork) -> None:
    """Let SQLite see how many rows its tables have and how far each index narrows them down; PostgreSQL does so by itself.

    Without it SQLite takes the first index that fits: it looked for the payments of two deals among all that are verified. A
    sample of each index is enough, so that a city of 200,000 deals is seen in a fiftieth of a second.
    """
    if uow.session.get_bind().dialect.name == "sqlite":
        uow.session.execute(text("PRAGMA analysis_limit = 1000"))
        uow.session.execute(text("ANALYZE"))
