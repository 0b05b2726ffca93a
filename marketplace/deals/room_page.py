"""The page of a deal's room, which several views show: as it is, or with what was refused."""

from flask import render_template

from marketplace.deals.forms import EndingForm, EndUseForm, MessageForm, ReasonForm
from marketplace.deals.policy import WRITERS
from marketplace.deals.progress import Stage
from marketplace.deals.queries import room
from marketplace.kernel.states import Relation
from marketplace.web.context import reading
from marketplace.web.locale import translate
from marketplace.web.refused import Refused, forms_for
from marketplace.web.wording import phrase


def show_room(deal_id: int, form: MessageForm | None = None, refused: Refused | None = None) -> str:
    """The room as it is now. Raises NotFound for whoever has no part in it."""
    with reading() as uow:
        page = room(uow, deal_id)
    return render_template(
        "deals/room.html",
        page=page,
        form=form or MessageForm(formdata=None),
        refused=refused.form if refused else None,
        may_write=bool(page.relations & WRITERS),
        is_party=Relation.PARTY in page.relations,
        reason_form=forms_for(ReasonForm, refused),
        ending_form=forms_for(EndingForm, refused),
        end_use_form=forms_for(EndUseForm, refused)("end_use"),
        stages=[_in_words(stage) for stage in page.stages],
    )


def _in_words(stage: Stage) -> Stage:
    missing = phrase(stage.missing, stage.params) if stage.missing else ""
    return Stage(translate(stage.label), stage.status, missing)
