"""The page of registration in a deal, which several views show: as it is, or with what was refused."""

from flask import render_template
from flask_babel import get_locale

from marketplace.deals.forms import DayForm, ReasonForm
from marketplace.registrations.forms import RefusalForm
from marketplace.registrations.official_form import filled
from marketplace.registrations.queries import registration_page
from marketplace.web.context import reading
from marketplace.web.refused import Refused, forms_for


def show_page(deal_id: int, refused: Refused | None = None) -> str:
    """The page as it is now. Raises NotFound for whoever has no part in the deal."""
    with reading() as uow:
        page = registration_page(uow, deal_id)
    locale = str(get_locale())
    return render_template(
        "registrations/page.html",
        page=page,
        contents={row.registration.id: filled(row.form, row.registration.content, locale) for row in page.rows},
        refused=refused.form if refused else None,
        reason_form=forms_for(ReasonForm, refused),
        refusal_form=forms_for(RefusalForm, refused),
        day_form=forms_for(DayForm, refused),
    )
