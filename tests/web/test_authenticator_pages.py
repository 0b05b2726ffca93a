"""Pages of the authenticator app: set up, used to sign, removed by its person, taken away by an administrator."""

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from tests.authenticating import code_at, set_up
from tests.factories import make_contract, make_deal
from tests.letters import Letterbox
from tests.personas import PASSWORD, People, another_administrator

Browse = Callable[[Actor], FlaskClient]
PATH = "/me/authenticator"


@pytest.fixture
def document_id(factory: UnitOfWorkFactory, people: People) -> int:
    """A text that waits for both signatures."""
    return make_contract(factory, people, make_deal(factory, people))


def secret_on(page: str) -> str:
    found = re.search(r"data-secret>([A-Z2-7 ]+)<", page)
    assert found, page
    return found.group(1)


def signing(page: str, **typed: str) -> dict[str, str]:
    """What the form of a signature sends."""
    hidden = dict(re.findall(r'<input id="(sha256|party)" name="\w+" type="hidden" value="([^"]*)">', page))
    return {**hidden, "agrees": "y", "password": PASSWORD, **typed}


def test_from_the_set_up_to_a_signature_that_anybody_can_check(
    factory: UnitOfWorkFactory, people: People, browse: Browse, clock: SetClock, document_id: int
) -> None:
    browser = browse(people.company)
    assert PATH in browser.get("/me").text
    assert "data-secret" not in browser.get(PATH).text
    assert browser.post(PATH, data={"current_password": "wrong password"}).status_code == 200
    assert browser.post(PATH, data={"current_password": PASSWORD}).status_code == 303
    shown = browser.get(PATH)
    secret = secret_on(shown.text).replace(" ", "")
    assert "no-store" in shown.headers["Cache-Control"]
    assert f"secret={secret}" in html.unescape(shown.text)
    assert 'src="data:image/svg+xml' in shown.text
    wrong = browser.post(f"{PATH}/confirm", data={"code": "12345"})
    assert (wrong.status_code, secret_on(wrong.text).replace(" ", "")) == (200, secret)
    assert 'value="12345"' in wrong.text, "nothing typed is lost"
    assert browser.post(f"{PATH}/confirm", data={"code": code_at(factory, secret)}).status_code == 303
    assert secret not in browser.get(PATH).text
    clock.forward(minutes=1)
    path = f"/documents/{document_id}/signature"
    page = browser.get(path).text
    assert re.search(r'<input checked[^>]* name="factor"[^>]* value="totp">', page)
    typed = signing(page, factor="totp", code=code_at(factory, secret))
    assert browser.post(path, data=typed).status_code == 303
    said = "签署人凭账号、密码和本人身份验证器生成的验证码签署"
    own = browser.get(f"/documents/{document_id}").text
    assert said in own
    code = re.search(r'href="(/verify/\w+)"', own)
    assert code
    assert said in browser.get(code.group(1)).text


def test_whoever_has_a_code_sent_is_taken_to_mean_that(
    factory: UnitOfWorkFactory, people: People, browse: Browse, letters: Letterbox, document_id: int
) -> None:
    set_up(factory, people.company)
    browser, path = browse(people.company), f"/documents/{document_id}/signature"
    party = signing(browser.get(path).text)["party"]
    sent = browser.post(f"{path}/code", data={"party": party}).location
    page = browser.get(sent).text
    assert re.search(r'<input checked[^>]* name="factor"[^>]* value="code">', page)
    refused = browser.post(path, data=signing(page, factor="code", code="1"))
    assert refused.status_code == 200
    assert re.search(r'<input checked[^>]* name="factor"[^>]* value="code">', refused.text)
    assert browser.post(path, data=signing(page, factor="neither", code="1")).status_code == 200


def test_a_person_without_an_app_is_asked_for_nothing_new(people: People, browse: Browse, document_id: int) -> None:
    assert 'name="factor"' not in browse(people.company).get(f"/documents/{document_id}/signature").text


def test_a_lost_phone(factory: UnitOfWorkFactory, people: People, browse: Browse, letters: Letterbox) -> None:
    set_up(factory, people.company)
    assert any("已绑定身份验证器" in mail.text for mail in letters.read()), "somebody else may have set it up"
    browser = browse(people.company)
    sent = browser.post(f"{PATH}/removal-code")
    page = browser.get(sent.location).text
    assert re.search(r'<input checked[^>]* name="factor"[^>]* value="code">', page)
    address = re.search(r"person\d+@example.com", page)
    assert address
    typed = {"factor": "code", "code": "000000", "current_password": PASSWORD}
    assert browser.post(f"{PATH}/remove", data=typed).status_code == 200
    gone = browser.post(f"{PATH}/remove", data={**typed, "code": letters.code(address.group())})
    assert gone.status_code == 303
    assert f'action="{PATH}"' in browser.get(PATH).text, "another one can be set up"


def test_an_administrator_removes_it_on_the_page_of_the_person(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    set_up(factory, people.company)
    path = f"/admin/users/{people.company.user_id}"
    browser = browse(another_administrator(factory))
    assert f"{path}/authenticator" in browser.get(path).text
    assert browser.post(f"{path}/authenticator", data={"reason": " "}).status_code == 200
    assert browser.post(f"{path}/authenticator", data={"reason": "手机丢失"}).status_code == 303
    after = browser.get(path).text
    assert f"{path}/authenticator" not in after
    assert "手机丢失" in after
    assert browse(people.city_official).post(f"{path}/authenticator", data={"reason": "x"}).status_code in {403, 404}


def test_without_the_key_the_page_says_what_to_do(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    browser = browse(people.company)
    browser.post(PATH, data={"current_password": PASSWORD})
    factory.services.settings.identity_keys_file.unlink()
    answer = browser.get(PATH)
    assert answer.status_code == 409
    assert "identity_keys.json" in answer.text
