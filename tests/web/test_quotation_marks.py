"""What people call things stands within quotation marks; their own ones are then single, on pages and in mail."""

from collections.abc import Callable

from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import make_deal, make_need, make_result
from tests.letters import Letterbox
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]


def test_quotation_marks_within_quotation_marks(
    factory: UnitOfWorkFactory, people: People, browse: Browse, letters: Letterbox
) -> None:
    result_id = make_result(factory, people, title="关于“喷液圈”的改进")
    make_deal(factory, people, result_id=result_id, need_id=make_need(factory, people))
    mails = [mail.text for mail in letters.read()]
    assert any("“关于‘喷液圈’的改进”" in text for text in mails)
    pages = [*mails, browse(people.company).get("/notifications").text]
    assert "“关于‘喷液圈’的改进”" in pages[-1]
    assert not any("““" in text or "“关于“" in text for text in pages)
