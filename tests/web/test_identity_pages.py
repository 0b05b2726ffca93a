"""Pages of identity and authority: what is typed is kept, wrong roles learn nothing, and the number is written nowhere."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from marketplace.identity.models import Authority, Identity
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.schema import whole_schema
from tests.factories import make_contract, make_deal, make_signed
from tests.identifying import NUMBER, PAPER, VERSION, declare, newcomer
from tests.pdfs import pdf_text
from tests.personas import PASSWORD, People, made_up_number

Browse = Callable[[Actor], FlaskClient]


def give(number: str = NUMBER, **values: str) -> dict[str, str]:
    return {"number": number, "agrees": "y", "version": VERSION, **values}


def page(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_a_person_gives_his_number_and_sees_it_masked(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    client = browse(newcomer(factory))
    assert "个人信息保护法第二十九条" in page(client, "/me/identity")
    assert client.post("/me/identity", data=give()).status_code == 303
    shown = page(client, "/me/identity")
    assert f"3799**********{NUMBER[-4:]}" in shown
    assert NUMBER not in shown


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (give(NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")), "校验码"),
        ({"number": NUMBER, "version": VERSION}, "单独同意"),
        (give(version="2025-01"), "单独同意"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    factory: UnitOfWorkFactory, people: People, browse: Browse, data: dict[str, str], said: str
) -> None:
    response = browse(newcomer(factory)).post("/me/identity", data=data)
    shown = response.get_data(as_text=True)
    assert said in shown
    assert data["number"] in shown


def test_the_full_number_needs_the_password_and_is_not_kept(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    person = newcomer(factory)
    declare(factory, person)
    client = browse(person)
    wrong = client.post("/me/identity/number", data={"current_password": "not the password"})
    assert NUMBER not in wrong.get_data(as_text=True)
    right = client.post("/me/identity/number", data={"current_password": PASSWORD})
    assert NUMBER in right.get_data(as_text=True)
    assert right.headers["Cache-Control"] == "no-store"


def test_the_official_compares_without_seeing_it(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    identity_id = declare(factory, newcomer(factory))
    client = browse(people.county_official)
    shown = page(client, f"/identities/{identity_id}")
    assert NUMBER not in shown
    assert NUMBER[-4:] not in shown
    wrong = client.post(f"/identities/{identity_id}/verify", data={"number": made_up_number(5), "means": "card"})
    assert "不一致" in wrong.get_data(as_text=True)
    done = client.post(f"/identities/{identity_id}/verify", data={"number": NUMBER, "means": "card"})
    assert done.status_code == 303
    assert browse(people.other_official).get(f"/identities/{identity_id}").status_code == 404
    assert browse(people.worker).get(f"/identities/{identity_id}").status_code == 404


def test_a_power_is_recorded_read_and_verified(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    path = f"/organisations/{people.buyer_id}/authorities"
    client = browse(people.company_admin)
    data = {
        "user": str(people.company.user_id),
        "kind": "power",
        "matters": "签署技术许可合同",
        "deal": "",
        "limit": "20万",
        "valid_from": "2026-11-01",
        "valid_until": "2026-10-01",
    }
    refused = client.post(path, data={**data, "file": (io.BytesIO(PAPER), "委托书.pdf")}).get_data(as_text=True)
    assert "截止日早于起始日" in refused
    assert "签署技术许可合同" in refused
    good = {**data, "valid_until": "2027-10-31", "file": (io.BytesIO(PAPER), "委托书.pdf")}
    assert client.post(path, data=good).status_code == 303
    with factory.reading() as uow:
        made = uow.session.query(Authority).order_by(Authority.id.desc()).first()
    assert made is not None
    assert (made.limit_fen, made.valid_until) == (20_000_000, date(2027, 10, 31))
    one = f"/authorities/{made.id}"
    assert browse(people.stranger).get(one).status_code == 404
    assert browse(people.stranger).get(f"{one}/scan").status_code == 404
    official = browse(people.city_official)
    with official.get(f"{one}/scan") as scan:
        assert scan.data == PAPER
    assert official.post(f"{one}/verify").status_code == 303
    assert "已认证" in page(official, one)


def test_the_signing_page_says_what_is_missing_and_where_to_mend_it(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    document_id = make_contract(factory, people, make_deal(factory, people))
    agent = newcomer(factory, unit=people.buyer_id)
    shown = page(browse(agent), f"/documents/{document_id}/signature")
    assert 'href="/me/identity"' in shown
    assert f'href="/organisations/{people.buyer_id}/authorities"' in shown
    assert 'name="password"' not in shown
    assert "签署前的核实事项" in shown


def test_what_a_signature_rested_on_is_printed(
    factory: UnitOfWorkFactory, people: People, browse: Browse, drain: Callable[[], int]
) -> None:
    make_signed(factory, people)
    drain()
    client = browse(people.company)
    shown = page(client, "/documents/1")
    assert "身份证件号码 3799**********" in shown
    with client.get("/documents/1/document.pdf") as pdf:
        printed = pdf_text(pdf.data)
    assert "证件号码" in printed
    assert "授权委托" in printed


@pytest.fixture
def spoken(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that is logged, down to the statements sent to the database."""
    loggers = [logging.getLogger(name) for name in ("sqlalchemy.engine", "marketplace", "werkzeug")]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG):
        yield caplog
    for one, level in zip(loggers, levels, strict=True):
        one.setLevel(level)


def test_the_number_is_in_no_row_log_letter_or_export(
    factory: UnitOfWorkFactory,
    people: People,
    browse: Browse,
    drain: Callable[[], int],
    spoken: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    person, other = newcomer(factory), newcomer(factory, unit=people.buyer_id)
    browse(person).post("/me/identity", data=give())
    browse(other).post("/me/identity", data=give())  # Refused: the database says why in its error.
    with factory.reading() as uow:
        identity_id = uow.session.query(Identity.id).filter(Identity.user_id == person.user_id).scalar()
    official = browse(people.county_official)
    official.post(f"/identities/{identity_id}/verify", data={"number": made_up_number(5), "means": "card"})
    official.post(f"/identities/{identity_id}/verify", data={"number": NUMBER, "means": "card"})
    browse(person).post("/me/identity/number", data={"current_password": PASSWORD})
    drain()
    with factory.reading() as uow:
        rows = [
            [list(map(str, row)) for row in uow.session.execute(text(f"SELECT * FROM {table}"))]
            for table in whole_schema().tables
        ]
    dump = json.dumps(rows, ensure_ascii=False)
    assert person.name in dump  # The dump holds what it should.
    said = capsys.readouterr()
    assert [NUMBER in one for one in (dump, spoken.text, said.out, said.err)] == [False] * 4
    files = [path for path in factory.services.settings.data_dir.rglob("*") if path.is_file()]
    assert [path for path in files if NUMBER.encode() in path.read_bytes()] == []
