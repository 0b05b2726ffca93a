"""One standard text has a second version, which later contracts are drafted from, and a proposal for another waits."""

from collections.abc import Iterator
from datetime import time, timedelta

from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.standard import Slot
from marketplace.demo.cues import Cue, cue
from marketplace.demo.stage import Stage
from marketplace.demo.story import Story
from marketplace.kernel.clock import china_day
from marketplace.standards import service
from marketplace.standards.queries import versions_of
from marketplace.standards.service import Typed

PROPOSED, APPROVED, WAITING = 75, 72, 2
"""Days before the loading."""

NOTICE = timedelta(days=7)
"""So long after the proposal a version begins."""

CHANGED = Slot(DocumentKind.CONTRACT, "confidentiality")
WAITS = Slot(DocumentKind.CONTRACT, "dispute")


def standard_cues(stage: Stage, story: Story) -> Iterator[Cue]:
    """An administrator and an official of the city are needed; a story without them has the first versions alone."""
    of_role = {one.role: one.key for one in reversed(story.people)}
    admin, official = (of_role.get(role) for role in ("administrator", "city_official"))
    if admin is None or official is None:
        return
    made: list[int] = []

    def begin() -> None:
        old, new = "自本合同终止之日起不少于三年", "自本合同终止之日起不少于五年"
        made.append(_propose(stage, admin, CHANGED, old, new, "市律师协会审阅意见：技术秘密的保密期不宜短于五年。"))

    def approve() -> None:
        with stage.acting(official) as uow:
            service.approve(uow, made[0])

    def propose() -> None:
        old, new = "或者技术市场管理机构调解", "、技术市场管理机构或者商事调解组织调解"
        _propose(stage, admin, WAITS, old, new, "市工商联商事调解中心已经成立，可以受理技术合同争议。")

    yield cue(PROPOSED, time(9, 30), begin)
    yield cue(APPROVED, time(16), approve)
    yield cue(WAITING, time(11), propose)


def _propose(stage: Stage, admin: str, slot: Slot, old: str, new: str, reason: str) -> int:
    with stage.acting(admin) as uow:
        wording = versions_of(uow.session, slot)[0].wording
        day = china_day(uow.now()) + NOTICE
        typed = Typed(wording.heading, wording.text.replace(old, new), day, reason, wording.version)
        return service.propose(uow, slot, typed).id
