"""The demo's content as it stands in `data/`: typed, with keys instead of ids and offsets instead of dates.

`days_ago` counts Chinese calendar days back from the day of loading. Nobody and nothing in it is real.
"""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from marketplace.benefits.rules import Repeatability
from marketplace.contracts.rules import EndReason

DATA = Path(__file__).parent / "data"


class Told(BaseModel):
    """What one line of a data file says; a name it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Unit(Told):
    """An organisation and how far its identity has come."""

    key: str
    name: str
    kind: str
    credit_code: str
    county: str
    industry: str
    size: str
    representative: str
    state: str


class Person(Told):
    """A person with an office, or a place in a unit."""

    key: str
    name: str
    email: str
    mobile: str
    role: str
    organisation: str
    county: str


class Place(Told):
    """A base."""

    key: str
    name: str
    kind: str
    level: str
    county: str
    leader: str
    organisation: str
    sector: str


class Named(Told):
    """A contributor; `person` when he is on the platform."""

    name: str
    person: str | None = None


class ResultTold(Told):
    """A result, handed in `days_ago`; `state` is where it stands on the day of loading.

    `reason` and `field_notes` are the official's words, `decided_days_ago` the day of the last step after publication.
    """

    key: str
    title: str
    problem: str
    description: str
    metric: str
    before: str
    after: str
    unit: str
    conditions: str
    proof: str
    category: str
    maturity: str
    industry: str
    county: str
    organisation: str
    author: str
    contributors: tuple[Named, ...]
    base: str | None = None
    ownership: str
    disclosure: str
    patent_number: str = ""
    patent_days_ago: int | None = None
    summary: str
    ways: tuple[str, ...]
    price_yuan: int | None = None
    benefit_yuan: int | None = None
    days_ago: int
    state: str
    reason: str = ""
    field_notes: dict[str, str] = {}
    decided_days_ago: int | None = None


class Indicator(Told):
    """What is asked for, and how much of it."""

    name: str
    value: str


class NeedTold(Told):
    """A need, handed in `days_ago`; `outcome` says how a closed one ended. `deadline_days` counts forwards."""

    key: str
    title: str
    description: str
    indicators: tuple[Indicator, ...]
    budget_min_yuan: int | None = None
    budget_max_yuan: int
    deadline_days: int
    county: str
    county_wanted: str | None = None
    maturity_wanted: str | None = None
    ways: tuple[str, ...]
    industry: str
    organisation: str
    author: str
    anonymous: bool
    days_ago: int
    state: str
    outcome: str | None = None


class OriginTold(Told):
    """Where an interest came from; `ref` is a listing's key, or the words searched for."""

    kind: str
    ref: str


class InterestTold(Told):
    """An expression of interest and its end."""

    key: str
    result: str | None = None
    need: str | None = None
    by: str
    person: str
    message: str
    origin: OriginTold
    days_ago: int
    state: str
    reason: str = ""
    answered_by: str | None = None
    answered_days_ago: int | None = None


class LineTold(Told):
    """A line of a payment plan: so many days after an event, or after the day on which it is told."""

    yuan: int
    trigger: str
    days: int


class StepTold(Told):
    """One step of a deal."""

    days_ago: int
    by: str
    action: str
    text: str = ""
    contract_type: str = ""
    price_model: str = ""
    amount_yuan: int = 0
    payable_yuan: int = 0
    royalty_percent: str = ""
    royalty_base: str = ""
    use_days: int | None = None
    delivery: str = ""
    acceptance: str = ""
    valid_days: int | None = None
    signs_first: str = ""
    sign_days: int | None = None
    by_app: bool = False
    line: int = 1
    reason: str = ""
    end_reason: EndReason | None = None
    clauses: dict[str, str] = {}
    dropped: tuple[int, ...] = ()
    lines: tuple[LineTold, ...] = ()
    shares: dict[str, str] = {}
    """Of those who made the result and sign too, in per cent, by the key of the person."""


class DealTold(Told):
    """The steps of the deal that an accepted interest opened."""

    interest: str
    steps: tuple[StepTold, ...]


class TargetTold(Told):
    """Targets of a figure, in fen or as a number by county and `city`; `part_of_year_ago` says when (1: at its start)."""

    figure: str
    reason: str
    part_of_year_ago: float
    values: dict[str, int]


class BenefitTold(Told):
    """What a result brought a unit in the year before it was declared."""

    result: str
    organisation: str
    person: str
    days_ago: int
    basis: str
    unit_yuan: int
    quantity: int
    quantity_of: str
    costs_yuan: int
    costs_for: str
    scope: str
    repeatability: Repeatability
    verified_days_ago: int | None = None


class OfflineTold(Told):
    """A deal made outside the platform; seller and buyer are keys of units, or anybody's name with a county.

    `settled_days_ago`: it was found to be the contract that is on the platform; `taken_off_days_ago`: it was booked off.
    """

    key: str
    days_ago: int
    by: str
    title: str
    seller: str
    seller_county: str | None = None
    buyer: str
    buyer_county: str | None = None
    contract_type: str
    amount_yuan: int
    signed_days_ago: int
    source: str
    all_the_same: bool = False
    taken_off_days_ago: int | None = None
    settled_days_ago: int | None = None
    settled_by: str | None = None
    reason: str = ""


class ConfidentialTold(Told):
    """A confidentiality agreement between the sides of an accepted interest; on which days its reader opened something."""

    interest: str
    reader: str
    owner: str
    asked_days_ago: int
    countersigned_days_ago: int | None = None
    read_days_ago: tuple[int, ...] = ()


class Story(Told):
    """Everything, file by file."""

    organisations: tuple[Unit, ...]
    people: tuple[Person, ...]
    bases: tuple[Place, ...]
    results: tuple[ResultTold, ...]
    needs: tuple[NeedTold, ...]
    interests: tuple[InterestTold, ...]
    deals: tuple[DealTold, ...]
    targets: tuple[TargetTold, ...] = ()
    benefits: tuple[BenefitTold, ...] = ()
    offline: tuple[OfflineTold, ...] = ()
    confidentiality: tuple[ConfidentialTold, ...] = ()

    def cast(self) -> "Story":
        """The same people, units and bases, and nothing that they did."""
        kept = {name: getattr(self, name) for name in ("organisations", "people", "bases")}
        return Story(**{**dict.fromkeys(type(self).model_fields, ()), **kept})

    def person(self, key: str) -> Person:
        """The person of a key."""
        return next(person for person in self.people if person.key == key)

    def official_of(self, county: str) -> str:
        """Who decides for a county: its own official, else one of the city."""
        mine = [one.key for one in self.people if one.role == "county_official" and one.county == county]
        return mine[0] if mine else next(one.key for one in self.people if one.role == "city_official")

    def administrator_of(self, unit: str) -> str:
        """Who runs a unit's account."""
        mine = [one for one in self.people if one.organisation == unit]
        return next((one for one in mine if one.role == "organisation_administrator"), mine[0]).key


def read_story() -> Story:
    """Read every file. Raises ValidationError for what does not fit."""
    names = Story.model_fields
    return Story(**{name: json.loads((DATA / f"{name}.json").read_text(encoding="utf-8")) for name in names})
