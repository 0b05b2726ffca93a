"""In whose name imported rows stand: the unit the sheet names, made when nobody knows it yet, or the importer's own."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.organisations.models import Organisation, Party
from marketplace.organisations.parties import party_of_organisation
from marketplace.organisations.rules import OrganisationKind, OrganisationState, PartyKind, name_key


@dataclass(frozen=True)
class NamedUnit:
    """A unit as a sheet names it."""

    name: str
    county: str | None

    @property
    def key(self) -> str:
        """What two spellings of one name have in common."""
        return name_key(self.name)


def parties_of(uow: UnitOfWork, units: Mapping[str, NamedUnit]) -> dict[str, int]:
    """Key -> party of each unit. Unknown ones are listed, in the order of their keys: importers must not cross each other."""
    known = {
        organisation.name_key: (organisation, party_id)
        for organisation, party_id in uow.session.execute(
            select(Organisation, Party.id)
            .outerjoin(Party, Party.organisation_id == Organisation.id)
            .where(Organisation.name_key.in_(units))
        )
    }
    new = [_listed(uow, units[key]) for key in sorted(units) if key not in known]
    uow.session.add_all(new)
    uow.flush()
    homeless = [*new, *(organisation for organisation, party_id in known.values() if party_id is None)]
    made = {row.name_key: Party(kind=PartyKind.ORGANISATION, organisation_id=row.id) for row in homeless}
    uow.session.add_all(made.values())
    uow.flush()
    old = {key: party_id for key, (_, party_id) in known.items() if party_id is not None}
    return {**old, **{key: party.id for key, party in made.items()}}


def own_party(uow: UnitOfWork) -> int:
    """The party for rows that name no unit: the importing official's organisation, else the union that runs the service."""
    mine = Organisation.id.in_(uow.actor.organisation_ids)
    union = Organisation.kind == OrganisationKind.UNION
    first = select(Organisation).order_by(Organisation.kind != OrganisationKind.UNION, Organisation.id).limit(1)
    found = uow.session.scalar(first.where(mine))
    if found is None and not uow.actor.is_system:
        found = uow.session.scalar(first.where(union))
    if found is not None:
        return party_of_organisation(uow, found.id).id
    unit = NamedUnit(uow.settings.union_name, None)
    return parties_of(uow, {unit.key: unit})[unit.key]


def _listed(uow: UnitOfWork, unit: NamedUnit) -> Organisation:
    is_union = unit.name == uow.settings.union_name or unit.name.endswith("总工会")
    return Organisation(
        name=unit.name,
        name_key=unit.key,
        kind=OrganisationKind.UNION if is_union else OrganisationKind.ENTERPRISE,
        county=unit.county,
        state=OrganisationState.LISTED,
        created_at=uow.now(),
    )
