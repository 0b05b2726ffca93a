"""Who is acting, and in which capacity. Decisions about one object belong to its feature's policy.py."""

from dataclasses import dataclass, field

from marketplace.kernel.messages import N_, Labelled


class Office(Labelled):
    """What a person is appointed to, beside being a worker."""

    COUNTY_OFFICIAL = "county_official", N_("Union official of a county")
    CITY_OFFICIAL = "city_official", N_("Union official of the city")
    ADMINISTRATOR = "administrator", N_("Administrator")


@dataclass(frozen=True, slots=True)
class Appointment:
    """An office, and the county it is for (None: the whole city)."""

    office: Office
    county: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever a use case acts for.

    `party_ids` are the parties the person may act for: himself, and organisations he is administrator or contact of.
    `organisation_ids` are all organisations he is an admitted member of, `unit_party_ids` the parties of these;
    `administered_ids` are those he administers.
    """

    user_id: int | None = None
    name: str = ""
    own_party_id: int | None = None
    party_ids: frozenset[int] = frozenset()
    organisation_ids: frozenset[int] = frozenset()
    unit_party_ids: frozenset[int] = frozenset()
    represented_ids: frozenset[int] = frozenset()
    administered_ids: frozenset[int] = frozenset()
    appointments: frozenset[Appointment] = frozenset()
    is_system: bool = False
    ip: str = field(default="", compare=False)
    user_agent: str = field(default="", compare=False)

    @property
    def is_signed_in(self) -> bool:
        """A person, not a visitor and not the system."""
        return self.user_id is not None

    @property
    def is_official(self) -> bool:
        """An official of the city or of some county."""
        return self.is_city_official or bool(self.counties)

    @property
    def is_city_official(self) -> bool:
        """An official for the whole city."""
        return any(a.office is Office.CITY_OFFICIAL for a in self.appointments)

    @property
    def is_administrator(self) -> bool:
        """Runs the platform; decides nothing about listings or deals."""
        return any(a.office is Office.ADMINISTRATOR for a in self.appointments)

    @property
    def counties(self) -> frozenset[str]:
        """The counties whose official he is."""
        return frozenset(a.county for a in self.appointments if a.office is Office.COUNTY_OFFICIAL and a.county)

    def is_official_for(self, county: str | None) -> bool:
        """A county's official serves that county; what has no county is the city's."""
        return self.is_city_official or (county is not None and county in self.counties)

    def acts_for(self, party_id: int | None) -> bool:
        """May speak for this party."""
        return party_id is not None and party_id in self.party_ids

    @property
    def parties_belonged_to(self) -> frozenset[int]:
        """Himself, and every organisation he is a member of now, in whatever role."""
        return self.party_ids | self.unit_party_ids

    def belongs_to(self, party_id: int | None) -> bool:
        """Is this party, or a member of it now."""
        return party_id is not None and party_id in self.parties_belonged_to


VISITOR = Actor()
SYSTEM = Actor(name="system", is_system=True)
