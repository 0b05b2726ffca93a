"""Every table of the house in one metadata: for migrations, backups and tests."""

from sqlalchemy import MetaData

from marketplace.accounts import models as accounts
from marketplace.admin import models as admin
from marketplace.alerts import models as alerts
from marketplace.audit import models as audit
from marketplace.bank import models as bank
from marketplace.bases import models as bases
from marketplace.benefits import models as benefits
from marketplace.confidentiality import models as confidentiality
from marketplace.contracts import models as contracts
from marketplace.deals import models as deals
from marketplace.digests import models as digests
from marketplace.duplicates import models as duplicates
from marketplace.identity import models as identity
from marketplace.infra import outbox
from marketplace.infra.database import Base
from marketplace.ledger import models as ledger
from marketplace.listings import models as listings
from marketplace.matching import models as matching
from marketplace.needs import models as needs
from marketplace.notifications import models as notifications
from marketplace.offline import models as offline
from marketplace.online import models as online
from marketplace.organisations import models as organisations
from marketplace.payments import models as payments
from marketplace.powers import models as powers
from marketplace.preemptions import models as preemptions
from marketplace.registrations import models as registrations
from marketplace.related import models as related
from marketplace.reminders import models as reminders
from marketplace.results import models as results
from marketplace.rewards import models as rewards
from marketplace.standards import models as standards
from marketplace.targets import models as targets

OWNERS = (
    accounts,
    admin,
    alerts,
    audit,
    bank,
    bases,
    benefits,
    confidentiality,
    contracts,
    deals,
    digests,
    duplicates,
    identity,
    ledger,
    listings,
    matching,
    needs,
    notifications,
    offline,
    online,
    organisations,
    outbox,
    payments,
    powers,
    preemptions,
    registrations,
    reminders,
    related,
    results,
    rewards,
    standards,
    targets,
)
"""The modules that declare tables; importing them is what fills the metadata."""


def whole_schema() -> MetaData:
    """The metadata with every table in it."""
    return Base.metadata
