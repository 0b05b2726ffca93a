"""Forms of the envelope around a document: how it is sent, and handing a signature over."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from marketplace.contracts.envelope import Envelope
from marketplace.deals.document_queries import DocumentPage, Signatory
from marketplace.powers.queries import Agent
from marketplace.powers.service import Handover
from marketplace.web.forms import FILL_IN, Form, upload_of
from marketplace.web.refused import Refused, forms_for

_TOGETHER = "together"


class SendForm(Form):
    """In which order the parties sign, and until when."""

    order = SelectField(_l("Order of signatures"), choices=(), default=_TOGETHER)
    sign_by = DateField(_l("Last day for signing"), validators=[Optional()])

    def offer(self, signatories: Iterable[Signatory]) -> None:
        """The orders there are: together, or each of the parties first."""
        first = [SelectChoice(str(one.party.id), _("%(name)s signs first", name=one.party.name)) for one in signatories]
        self.order.choices = [SelectChoice(_TOGETHER, _("Together, in any order")), *first]

    def read(self) -> Envelope:
        """What was chosen, once it is valid."""
        chosen = self.order.data
        return Envelope(None if chosen == _TOGETHER else int(chosen), self.sign_by.data)


def send_form(page: DocumentPage, refused: Refused | None) -> SendForm:
    """The form as it was sent, else with the usual day."""
    form = forms_for(SendForm, refused)("send")
    form.offer(page.signatories)
    if refused is None or refused.form is not form:
        form.order.data, form.sign_by.data = _TOGETHER, page.usual_day
    return form


class PowerForm(Form):
    """Who signs in one's place, until when, and the paper that says so."""

    to = SelectField(_l("Who signs"), coerce=int, choices=(), validators=[InputRequired(FILL_IN)])
    until = DateField(_l("Last day of the written power"), validators=[InputRequired(FILL_IN)])
    file = FileField(
        _l("Written power"),
        validators=[FileRequired(_l("Add the written power that was signed or sealed: PDF, JPEG or PNG."))],
    )

    def offer(self, agents: Iterable[Agent]) -> None:
        """Whom the signature can be handed over to."""
        self.to.choices = [SelectChoice(one.id, one.name) for one in agents]

    def read(self) -> Handover:
        """What was chosen, once it is valid."""
        return Handover(self.to.data, self.until.data, upload_of(self.file.data))
