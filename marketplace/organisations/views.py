"""Pages of organisations for everybody and for their own people."""

from typing import BinaryIO, cast

from flask import flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.infra import media
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.organisations import member_pages, papers, policy, queries, service, verification_pages
from marketplace.organisations.blueprint import blueprint
from marketplace.organisations.forms import OrganisationForm, PaperForm, RoleForm
from marketplace.organisations.models import Organisation
from marketplace.organisations.rules import ORGANISATION_STATES, Paper
from marketplace.web.access import public, requires, signed_in
from marketplace.web.context import current_actor, reading
from marketplace.web.forms import is_member
from marketplace.web.paging import Paging, page_number
from marketplace.web.submission import submitted

__all__ = ["blueprint", "member_pages", "verification_pages"]
PAGE_SIZE = 30


@blueprint.get("/organisations")
@public
def catalogue() -> str:
    """Organisations by name, code and county."""
    text, county = request.args.get("q", "")[:200], request.args.get("county") or None
    which = queries.found(text, county)
    with reading() as uow:
        page = Paging(page_number(), PAGE_SIZE, queries.count(uow.session, which))
        rows = queries.listed(uow.session, which, page.offset, page.size)
    return render_template("organisations/catalogue.html", rows=rows, page=page, q=text, county=county)


@blueprint.get("/organisations/<int:organisation_id>")
@public
def page(organisation_id: int) -> str:
    """What everybody may know of an organisation."""
    with reading() as uow:
        organisation = policy.require_known(uow, organisation_id)
        actor = uow.actor
        mine = queries.memberships_of(uow.session, actor.user_id) if actor.user_id is not None else []
        context = {
            "membership": next((row for row in mine if row.organisation_id == organisation.id), None),
            "is_owner": Relation.OWNER in policy.relations(uow, organisation),
            "results": queries.published_results(uow.session, organisation.id),
        }
    return render_template("organisations/page.html", organisation=organisation, **context)


@blueprint.route("/organisations/new", methods=["GET", "POST"])
@requires(signed_in)
def register() -> str | Response:
    """Register an organisation, or take over one that an import named."""
    form = OrganisationForm(name=request.args.get("name", ""), county=request.args.get("county"))
    organisation = submitted(form, lambda uow: service.register(uow, form.read()))
    if organisation is not None:
        flash(_("The organisation is registered. Now upload its papers."), "success")
        return redirect(url_for("organisations.manage", organisation_id=organisation.id), code=303)
    return render_template("organisations/edit.html", form=form, organisation=None)


@blueprint.get("/organisations/<int:organisation_id>/manage")
@requires(signed_in)
def manage(organisation_id: int) -> str:
    """Everything its administrators do: papers, verification, members."""
    return manage_page(organisation_id, PaperForm(None))


@blueprint.route("/organisations/<int:organisation_id>/edit", methods=["GET", "POST"])
@requires(signed_in)
def edit(organisation_id: int) -> str | Response:
    """Change what was entered."""
    with reading() as uow:
        organisation = _owned(uow, organisation_id)
    form = OrganisationForm(obj=organisation)
    if submitted(form, lambda uow: service.change(uow, organisation_id, form.read())):
        flash(_("The organisation is changed."), "success")
        return redirect(url_for("organisations.manage", organisation_id=organisation_id), code=303)
    return render_template("organisations/edit.html", form=form, organisation=organisation)


@blueprint.post("/organisations/<int:organisation_id>/papers/<kind>")
@requires(signed_in)
def upload(organisation_id: int, kind: str) -> str | Response:
    """Keep a paper."""
    paper = _paper(kind)
    form = PaperForm()

    def use_case(uow: UnitOfWork) -> Organisation:
        if not form.file.data:
            raise InvalidInput(N_("Choose a file first."), field="file")
        return papers.save(uow, organisation_id, paper, cast(BinaryIO, form.file.data.stream))

    if submitted(form, use_case):
        flash(_("The file is uploaded."), "success")
        return redirect(url_for("organisations.manage", organisation_id=organisation_id), code=303)
    return manage_page(organisation_id, form, paper)


@blueprint.get("/organisations/<int:organisation_id>/papers/<kind>")
@requires(signed_in)
def paper(organisation_id: int, kind: str) -> Response:
    """One paper, for its people and the officials; a PDF is handed over as a file, a picture may be shown."""
    with reading() as uow:
        found = papers.open_paper(uow, organisation_id, _paper(kind))
    as_file = found.media_type not in media.IMAGES
    response = send_file(found.stream, found.media_type, as_attachment=as_file, download_name=found.name)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/organisations/<int:organisation_id>/submit")
@requires(signed_in)
def submit(organisation_id: int) -> str | Response:
    """Ask to be verified."""
    form = PaperForm()
    if submitted(form, lambda uow: service.submit(uow, organisation_id)):
        flash(_("Submitted. The union of the county looks at the papers and answers here."), "success")
        return redirect(url_for("organisations.manage", organisation_id=organisation_id), code=303)
    return manage_page(organisation_id, form)


def manage_page(organisation_id: int, form: PaperForm, paper: Paper | None = None) -> str:
    """The page an administrator works on; `form` holds what was refused, `paper` which upload it was."""
    with reading() as uow:
        organisation = _owned(uow, organisation_id)
        held = policy.relations(uow, organisation)
        members = queries.members_of(uow.session, organisation_id)
    actions = {t.action for t in ORGANISATION_STATES.available(organisation.state, held)}
    context = {"form": form, "wrong": paper, "papers": list(Paper), "actions": actions, "role_form": RoleForm(None)}
    is_member = organisation_id in current_actor().administered_ids
    return render_template(
        "organisations/manage.html", organisation=organisation, members=members, is_member=is_member, **context
    )


def _owned(uow: UnitOfWork, organisation_id: int) -> Organisation:
    organisation = policy.require_insider(uow, organisation_id)
    if Relation.OWNER not in policy.relations(uow, organisation):
        raise NotPermitted(N_("Only an administrator of the organisation may do this."))
    return organisation


def _paper(kind: str) -> Paper:
    if not is_member(Paper, kind):
        raise NotFound(N_("There is no such file."))
    return Paper(kind)
