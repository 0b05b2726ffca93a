"""Public pages on which anybody checks a contract or letter of intent, by its code or by the file itself."""

import hashlib

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.deals import verification
from marketplace.deals.blueprint import blueprint
from marketplace.deals.forms import VerifyForm, upload_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.web.access import public
from marketplace.web.context import reading
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
        found = verification.by_code(uow, code)
    content = request.args.get("content", "")
    return render_template("contracts/verified.html", found=found, content=content, file=found.file_with(content))


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
