"""Public pages on which anybody checks a contract, a letter of intent or a confidentiality agreement, by code or by the file."""

import hashlib
import ssl

from flask import Blueprint, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from marketplace.checking.forms import VerifyForm
from marketplace.confidentiality import verification as agreements
from marketplace.deals import verification as documents
from marketplace.deals.sealing import serial_text
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.web.access import public
from marketplace.web.context import reading, runtime
from marketplace.web.forms import upload_of
from marketplace.web.submission import looked_up

blueprint = Blueprint("checking", __name__)


@blueprint.route("/verify", methods=["GET", "POST"])
@public
def verify() -> str | Response:
    """Type a code, or choose a file, which is not kept."""
    form = VerifyForm()
    address = looked_up(form, lambda uow: _address(uow, form))
    return redirect(address, code=303) if address else render_template("contracts/verify.html", form=form)


@blueprint.get("/verify/<code>")
@public
def verified(code: str) -> str:
    """How the document with this code stands; `content` is the SHA-256 of a file that was compared."""
    content, services = request.args.get("content", ""), runtime().factory.services
    with reading() as uow:
        agreement, now = agreements.by_code(uow, code), uow.now()
        found = documents.by_code(uow, code) if agreement is None else None
    shown = {"content": content, "serial_text": serial_text}
    if agreement is not None:
        seals = agreements.check_seals(services, agreement, now)
        return render_template("confidentiality/verified.html", found=agreement, seals=seals, **shown)
    assert found is not None
    seals, pdf = documents.check_seals(services, found, now), found.pdf_with(content)
    return render_template("contracts/verified.html", found=found, pdf=pdf, seals=seals, **shown)


@blueprint.get("/verify/root.pem")
@public
def root_certificate() -> FlaskResponse:
    """What the certificates of signatures lead to, for whoever checks a PDF with a program of his own. Raises NotFound."""
    roots = runtime().factory.services.certificates.roots
    if not roots:
        raise NotFound(N_("There is no such file."))
    pem = "".join(map(ssl.DER_cert_to_PEM_cert, roots))
    response = FlaskResponse(pem, mimetype="application/x-pem-file")
    response.headers["Content-Disposition"] = 'attachment; filename="jiangguo-root.pem"'
    return response


def _address(uow: UnitOfWork, form: VerifyForm) -> str:
    """Where the document's page is. Raises InvalidInput beside what was typed or chosen."""
    upload = upload_of(form.file.data)
    try:
        if upload is not None:
            content = hashlib.sha256(upload.stream.read()).hexdigest()
            code = agreements.code_of_content(uow, content) or documents.code_of_content(uow, content)
            return url_for(".verified", code=code, content=content)
        return url_for(".verified", code=_code(uow, form.code.data or ""))
    except NotFound as error:
        raise InvalidInput(error.message or N_("Nothing was found."), field="file" if upload else "code") from None


def _code(uow: UnitOfWork, typed: str) -> str | None:
    """The code as it is kept. Raises NotFound."""
    agreement = agreements.by_code(uow, typed)
    return agreement.agreement.code if agreement else documents.by_code(uow, typed).document.code
