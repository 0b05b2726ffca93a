"""What is announced about organisations and their members."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("organisation.moved")
@dataclass(frozen=True)
class OrganisationMoved(Event):
    """An organisation was registered, submitted, verified, returned or had its verification revoked."""

    organisation_id: int
    action: str

    @property
    def subject(self) -> str:
        """`organisation:7`."""
        return f"organisation:{self.organisation_id}"


@event("organisation.renamed")
@dataclass(frozen=True)
class OrganisationRenamed(Event):
    """An organisation is called otherwise from now on, wherever it is named."""

    organisation_id: int

    @property
    def subject(self) -> str:
        """`organisation:7`."""
        return f"organisation:{self.organisation_id}"


@event("organisation.representative_changed")
@dataclass(frozen=True)
class RepresentativeChanged(Event):
    """Somebody named another legal representative of an organisation."""

    organisation_id: int
    by_id: int

    @property
    def subject(self) -> str:
        """`organisation:7`."""
        return f"organisation:{self.organisation_id}"


@event("organisation.membership_moved")
@dataclass(frozen=True)
class MembershipMoved(Event):
    """A membership was requested, admitted, refused or ended."""

    membership_id: int
    organisation_id: int
    user_id: int
    action: str

    @property
    def subject(self) -> str:
        """`organisation:7`."""
        return f"organisation:{self.organisation_id}"
