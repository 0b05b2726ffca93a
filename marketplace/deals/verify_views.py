"""Public pages on which anybody checks a contract or letter of intent, by its code or by the file itself."""

import hashlib
import ssl

from flask import Response as FlaskResponse
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.deals import verification
from marketplace.deals.blueprint import blueprint
from marketplace.deals.forms import VerifyForm, upload_of
from marketplace.deals.sealing import serial_text
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.web.access import public
from marketplace.web.context import reading, runtime
from marketplace.web.submission import looked_up


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
    with reading() as uow:
        found, now = verification.by_code(uow, code), uow.now()
    content = request.args.get("content", "")
    return render_template(
        "contracts/verified.html",
        found=found,
        content=content,
        pdf=found.pdf_with(content),
        seals=verification.check_seals(runtime().factory.services, found, now),
        serial_text=serial_text,
    )


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
            return url_for(".verified", code=verification.code_of_content(uow, content), content=content)
        return url_for(".verified", code=verification.by_code(uow, form.code.data or "").document.code)
    except NotFound as error:
        raise InvalidInput(error.message or N_("Nothing was found."), field="file" if upload else "code") from None
