"""Officials keep the registry of bases, each for his county."""

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.bases import queries, service
from marketplace.bases.rules import BaseKind, BaseLevel
from marketplace.bases.service import BaseData
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import InvalidInput, NotFound, NotPermitted
from tests.personas import People

STUDIO = BaseData("王建国创新工作室", BaseKind.STUDIO, BaseLevel.CITY, "qingzhou", "王建国", "焊接")


def test_a_county_official_registers_a_base_of_his_county(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing(people.county_official) as uow:
        base_id = service.register(uow, STUDIO).id
    with factory.reading() as uow:
        (row,) = queries.listed(uow.session, "qingzhou")
        assert (row.id, row.name, row.leader) == (base_id, "王建国创新工作室", "王建国")
        assert uow.session.scalar(select(AuditRow.object)) == f"base:{base_id}"


@pytest.mark.parametrize("who", ["worker", "company", "administrator", "other_official"])
def test_nobody_else_registers_a_base(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    with pytest.raises(NotPermitted), factory.writing(getattr(people, who)) as uow:
        service.register(uow, STUDIO)


def test_a_base_cannot_be_moved_into_a_county_of_somebody_else(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing(people.county_official) as uow:
        base_id = service.register(uow, STUDIO).id
    moved = BaseData("王建国创新工作室", BaseKind.STUDIO, BaseLevel.CITY, "gaomi", "王建国")
    with pytest.raises(NotPermitted), factory.writing(people.county_official) as uow:
        service.change(uow, base_id, moved)


def test_a_name_is_registered_once(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing(people.city_official) as uow:
        service.register(uow, STUDIO)
    with pytest.raises(InvalidInput) as refused, factory.writing(people.city_official) as uow:
        service.register(uow, STUDIO)
    assert "name" in refused.value.fields


def test_changing_a_base_that_is_not_there(factory: UnitOfWorkFactory, people: People) -> None:
    with pytest.raises(NotFound), factory.writing(people.city_official) as uow:
        service.change(uow, 99, STUDIO)
