"""Forms of confidentiality agreements."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from marketplace.deals.signing_forms import SignForm as SignDocumentForm
from marketplace.listings.models import Attachment
from marketplace.web.forms import ChecksField, Form


class PapersForm(Form):
    """The papers that the owner opens."""

    papers = ChecksField(_l("Papers that are opened as well"), coerce=int, validate_choice=False)

    def offer(self, papers: Sequence[Attachment]) -> None:
        """Let these be chosen; one that is gone meanwhile is refused by the use case."""
        self.papers.choices = [(one.id, one.name) for one in papers]


class SignForm(SignDocumentForm):
    """What every signature is confirmed by; the owner also says which papers are opened with it."""

    party = None
    papers = PapersForm.papers

    def offer(self, papers: Sequence[Attachment]) -> None:
        """As above."""
        self.papers.choices = [(one.id, one.name) for one in papers]
