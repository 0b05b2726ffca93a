"""Pages of organisations: public ones, those of their own people, and those of officials."""

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.kernel.permissions import Actor
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]
FIELDS = {
    "name": "青州<i>新程</i>机械有限公司",
    "kind": "enterprise",
    "credit_code": "91350100M000100Y43",
    "county": "qingzhou",
    "industry": "machinery",
    "size": "small",
    "representative": "程新",
}
PDF = b"%PDF-1.4\n%%EOF"


def registered(client: FlaskClient) -> str:
    """Register, and return the address of the organisation."""
    answer = client.post("/organisations/new", data=FIELDS)
    assert answer.status_code == 303, answer.text
    return str(answer.location).removesuffix("/manage")


def upload(client: FlaskClient, address: str, kind: str, content: bytes = PDF) -> int:
    return client.post(f"{address}/papers/{kind}", data={"file": (io.BytesIO(content), "scan.pdf")}).status_code


def handed_in(client: FlaskClient) -> str:
    address = registered(client)
    assert [upload(client, address, kind) for kind in ("licence", "authorisation")] == [303, 303]
    assert client.post(f"{address}/submit").location == f"{address}/manage"
    return address


def test_from_registering_to_verified(browse: Browse, people: People, client: FlaskClient) -> None:
    mine, official = browse(people.loner), browse(people.county_official)
    address = handed_in(mine)
    assert address in official.get("/organisations/waiting").text
    page = official.get(f"{address}/verification").text
    assert f"{address}/papers/licence" in page
    assert "青州&lt;i&gt;新程&lt;/i&gt;机械有限公司" in page
    assert official.post(f"{address}/verification/verify").location == f"{address}/verification"
    assert "state-good" in client.get(address).text
    assert address not in official.get("/organisations/waiting").text


def test_a_return_without_a_reason_is_asked_for_one(browse: Browse, people: People) -> None:
    mine, official = browse(people.loner), browse(people.county_official)
    address = handed_in(mine)
    assert official.post(f"{address}/verification/return", data={"reason": ""}).status_code == 200
    assert official.post(f"{address}/verification/return", data={"reason": "执照<已>过期"}).status_code == 303
    assert "执照&lt;已&gt;过期" in mine.get(f"{address}/manage").text
    assert official.post(f"{address}/verification/nonsense").status_code == 404


def test_papers_go_to_their_people_and_officials_only(browse: Browse, people: People, client: FlaskClient) -> None:
    mine = browse(people.loner)
    address = handed_in(mine)
    for reader in (mine, browse(people.county_official), browse(people.city_official)):
        answer = reader.get(f"{address}/papers/licence")
        assert (answer.status_code, answer.data) == (200, PDF)
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=licence-")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        answer.close()
    for stranger in (people.stranger, people.company_admin, people.other_official, people.administrator):
        assert browse(stranger).get(f"{address}/papers/licence").status_code == 404
        assert browse(stranger).get(f"{address}/manage").status_code == 404
        assert browse(stranger).post(f"{address}/submit").status_code == 404
        assert upload(browse(stranger), address, "licence") == 404
    assert client.get(f"{address}/papers/licence").status_code == 303
    assert mine.get(f"{address}/papers/passport").status_code == 404


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"<html><script>alert(1)</script>", b""])
def test_a_file_of_another_kind_is_refused_beside_its_field(browse: Browse, people: People, content: bytes) -> None:
    mine = browse(people.loner)
    address = registered(mine)
    answer = mine.post(f"{address}/papers/licence", data={"file": (io.BytesIO(content), "licence.pdf")})
    assert answer.status_code == 200
    assert "field-error" in answer.text


@pytest.mark.parametrize(("beyond", "status"), [(1, 200), (2 * 1024 * 1024, 413)])
def test_a_file_over_the_limit_is_refused(browse: Browse, people: People, beyond: int, status: int) -> None:
    mine = browse(people.loner)
    address = registered(mine)
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="licence.pdf"\r\n\r\n'
    over = PDF + b"\0" * (20 * 1024 * 1024 + beyond)
    # The body is written by hand: the test client would leave a temporary file of this size open.
    answer = mine.post(
        f"{address}/papers/licence",
        data=head + over + b"\r\n--edge--\r\n",
        content_type="multipart/form-data; boundary=edge",
    )
    assert answer.status_code == status
    assert "20 MB" in answer.text or status == 413
    assert f'{address}/papers/licence"' in mine.get(f"{address}/manage").text
    assert mine.get(f"{address}/papers/licence").status_code == 404


def test_what_was_typed_stays_when_registering_is_refused(browse: Browse, people: People) -> None:
    answer = browse(people.loner).post("/organisations/new", data={**FIELDS, "credit_code": "91350100M000100Y44"})
    assert answer.status_code == 200
    assert "91350100M000100Y44" in answer.text
    assert "程新" in answer.text
    assert "error-summary" in answer.text


def test_joining_and_being_admitted(browse: Browse, people: People) -> None:
    mine, admin = browse(people.loner), browse(people.company_admin)
    address = f"/organisations/{people.buyer_id}"
    assert f"{address}/join" in mine.get(address).text
    assert mine.post(f"{address}/join").location == address
    assert f"{address}/join" not in mine.get(address).text
    page = admin.get(f"{address}/manage").text
    found = re.search(r"/memberships/(\d+)/admit", page)
    assert found
    assert browse(people.stranger).post(found.group(0), data={"role": "member"}).status_code == 404
    assert admin.post(found.group(0), data={"role": "nonsense"}).status_code == 422
    assert admin.post(found.group(0), data={"role": "contact"}).location == f"{address}/manage"
    assert address in mine.get("/me/organisations").text
    assert mine.post(f"/memberships/{found.group(1)}/end").location == "/me/organisations"


def test_the_last_administrator_is_told_why_he_stays(browse: Browse, people: People) -> None:
    admin = browse(people.company_admin)
    found = re.search(r"/memberships/\d+/end", admin.get("/me/organisations").text)
    assert found
    assert admin.post(found.group(0)).status_code == 409


def test_the_list_is_searched_and_officials_pages_are_theirs(
    browse: Browse, people: People, client: FlaskClient
) -> None:
    page = client.get("/organisations", query_string={"q": "蓝海<b>"})
    assert "<b>" not in page.text
    assert (
        "寿光蓝海化工有限公司" in client.get("/organisations", query_string={"q": "蓝海", "county": "shouguang"}).text
    )
    assert client.get("/organisations/9999").status_code == 404
    assert browse(people.worker).get("/organisations/waiting").status_code == 404
    assert browse(people.worker).get(f"/organisations/{people.seller_id}/verification").status_code == 404
    assert browse(people.other_official).get(f"/organisations/{people.seller_id}/verification").status_code == 404


def test_an_administrator_changes_what_was_entered(browse: Browse, people: People) -> None:
    mine = browse(people.loner)
    address = registered(mine)
    assert mine.post(f"{address}/edit", data={**FIELDS, "name": "青州新程重工有限公司"}).status_code == 303
    assert "青州新程重工有限公司" in mine.get(f"{address}/manage").text
    assert browse(people.stranger).get(f"{address}/edit").status_code == 404
    assert browse(people.county_official).get(f"{address}/edit").status_code == 403
