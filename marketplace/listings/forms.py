"""Fields and small forms that results and needs share."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from marketplace.kernel.messages import N_
from marketplace.listings.content import NOTE_LENGTH
from marketplace.listings.labels import FIELDS
from marketplace.listings.rules import TITLE_LENGTH, Industry, Way
from marketplace.web.forms import ChecksField, CountyField, Form, choices, chosen, later, row_id

TOO_LONG = _l("Please shorten this to %(max)d characters.")


def line(label: str, limit: int, **options: Any) -> Field:
    """A text of one line; empty is allowed, a draft may be incomplete."""
    return StringField(later(label), validators=[Length(max=limit, message=TOO_LONG)], **options)


def text(label: str, limit: int, **options: Any) -> Field:
    """A text of several lines."""
    return TextAreaField(later(label), validators=[Length(max=limit, message=TOO_LONG)], **options)


def seen_version(form: Any) -> int | None:
    """The version of the draft that was on the screen when this form was made."""
    return row_id(form.seen.data)


class WhereAndHow(Form):
    """Where a listing belongs and how the sides may work together."""

    ways = ChecksField(later(FIELDS["ways"]), choices=choices(Way))
    industry = SelectField(later(FIELDS["industry"]), choices=choices(Industry, empty=_l("Please choose")))
    county = CountyField(later(FIELDS["county"]), empty=_l("Please choose"))

    def read_where_and_how(self) -> dict[str, Any]:
        """The validated input."""
        return {
            "ways": self.ways.data,
            "industry": chosen(Industry, self.industry.data),
            "county": self.county.data or None,
        }


class TitleForm(Form):
    """A title, and the version of the draft on the screen."""

    seen = HiddenField()
    title = line(FIELDS["title"], TITLE_LENGTH)


class FilesField(MultipleFileField):  # type: ignore[misc]
    """Several files; those that were really chosen are `files`."""

    @property
    def files(self) -> list[Any]:
        """The uploads with a name."""
        return [upload for upload in self.data or [] if getattr(upload, "filename", "")]


class ReasonForm(Form):
    """The words that go with an action."""

    reason = text(N_("Reason"), NOTE_LENGTH)


class ClaimForm(Form):
    """For which party a listing is claimed, and how one can see that."""

    party_id = SelectField(_l("For whom"), coerce=int)
    note = text(N_("How can one see that it is yours?"), NOTE_LENGTH)


def review_form(checks: dict[str, str], fields: dict[str, str]) -> Form:
    """Ticks for what an official checks, a remark for each field, and a reason."""
    ticks = {f"check_{code}": BooleanField(later(words)) for code, words in checks.items()}
    remarks = {f"note_{name}": line(label, NOTE_LENGTH) for name, label in fields.items()}
    make: Callable[..., Form] = type("ReviewForm", (ReasonForm,), {**ticks, **remarks})
    return make()
