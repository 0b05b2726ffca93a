"""Shortest ways to a declared and a verified benefit."""

import io

from marketplace.benefits import checking, service
from marketplace.benefits.rules import Reckoning, Repeatability
from marketplace.benefits.service import Benefit
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.permissions import Actor
from tests.personas import People

YEAR = 2025


def benefit(unit_fen: int = 1_200, quantity: int = 10_000, costs_fen: int = 2_000_000, reason: str = "") -> Benefit:
    """12 yuan a piece, 10,000 pieces, less 20,000 yuan: 100,000 yuan."""
    return Benefit(
        Reckoning(unit_fen, quantity, costs_fen),
        basis="三号线返修率由2.1%降到0.4%。",
        quantity_of="件",
        costs_for="工装折旧和培训" if costs_fen else "",
        scope="二车间四条线，三月起使用。",
        repeatability=Repeatability.ADAPTED,
        proof=Upload(io.BytesIO(b"%PDF-1.7 proof"), "财务证明.pdf"),
        reason=reason,
    )


def declared(
    factory: UnitOfWorkFactory, people: People, result_id: int, what: Benefit | None = None, year: int = YEAR
) -> int:
    """A declaration of the seller for its own result; its id."""
    with factory.writing(people.seller_contact) as uow:
        return service.declare(uow, people.seller_id, result_id, year, what or benefit()).id


def corrected(factory: UnitOfWorkFactory, people: People, declaration_id: int, what: Benefit) -> int:
    """A correction that waits; its id."""
    with factory.writing(people.seller_contact) as uow:
        return service.correct(uow, declaration_id, what).id


def verify(factory: UnitOfWorkFactory, official: Actor, declaration_id: int) -> None:
    """An official has checked it."""
    with factory.writing(official) as uow:
        checking.verify(uow, declaration_id)
