"""Suspected duplicates: what waits, what was settled, and one pair side by side."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.duplicates import queries, service, weights
from marketplace.duplicates.blueprint import blueprint
from marketplace.duplicates.forms import DifferentForm, SameForm
from marketplace.duplicates.queries import Pair
from marketplace.duplicates.rules import DuplicateState, RecordKind
from marketplace.duplicates.service import name_of
from marketplace.web.access import official, requires
from marketplace.web.context import reading
from marketplace.web.locale import translate
from marketplace.web.submission import submitted

__all__ = ["blueprint"]


@blueprint.get("/duplicates")
@requires(official)
def listed() -> str:
    """What waits, and what was settled."""
    with reading() as uow:
        groups = [(state, queries.listed(uow, state)) for state in DuplicateState if state is not DuplicateState.MOOT]
        waiting, twice = weights.waiting(uow.session, uow.actor), weights.counted_twice(uow.session, uow.actor)
    return render_template("duplicates/listed.html", groups=groups, waiting=waiting, twice=twice)


@blueprint.get("/duplicates/<int:duplicate_id>")
@requires(official)
def pair(duplicate_id: int) -> str:
    """One pair side by side."""
    return _page(_pair(duplicate_id), SameForm(formdata=None), DifferentForm(formdata=None))


@blueprint.post("/duplicates/<int:duplicate_id>/confirm")
@requires(official)
def confirm(duplicate_id: int) -> str | Response:
    """They are one contract."""
    found, form = _pair(duplicate_id), SameForm()
    form.offer(_choices(found))
    done = submitted(form, lambda uow: service.confirm(uow, duplicate_id, form.standing.data, form.note.data or ""))
    if done is None:
        return _page(found, form, DifferentForm(formdata=None))
    if found.is_between_contracts:
        flash(_("Confirmed. Both contracts count until their parties end one of them: ask them to."), "warning")
    else:
        flash(_("Confirmed. The other row is booked off."), "success")
    return redirect(url_for("duplicates.pair", duplicate_id=duplicate_id), code=303)


@blueprint.post("/duplicates/<int:duplicate_id>/distinguish")
@requires(official)
def distinguish(duplicate_id: int) -> str | Response:
    """They are two contracts."""
    form = DifferentForm()
    if submitted(form, lambda uow: service.distinguish(uow, duplicate_id, form.reason.data)) is None:
        return _page(_pair(duplicate_id), SameForm(formdata=None), form)
    flash(_("Recorded: two contracts. Nobody is asked about this pair again."), "success")
    return redirect(url_for("duplicates.pair", duplicate_id=duplicate_id), code=303)


def _pair(duplicate_id: int) -> Pair:
    with reading() as uow:
        return queries.pair(uow, duplicate_id)


def _choices(found: Pair) -> list[tuple[str, str]]:
    """What may count; where nothing may yet, whoever has the form from before is told why."""
    offered = found.may_count or (found.first,)
    return [(name_of(one), f"{translate(one.kind.label)} {one.id} · {one.title}") for one in offered]


def _page(found: Pair, same: SameForm, different: DifferentForm) -> str:
    same.offer(_choices(found))
    names = [name_of(one) for one in found.records]
    return render_template(
        "duplicates/pair.html", page=found, names=names, same=same, different=different, kinds=RecordKind
    )
