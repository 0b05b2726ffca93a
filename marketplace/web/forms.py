"""The base of every form, the fields our forms share, and how a refused use case comes back to the form."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, BinaryIO, TypeVar, cast

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from wtforms import Form as PlainForm
from wtforms import SelectField, SelectMultipleField, StringField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from marketplace.infra.uploads import Upload
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import Labelled
from marketplace.kernel.money import parse_yuan
from marketplace.web.locale import say, translate
from marketplace.web.regions import county_choices

L = TypeVar("L", bound=Labelled)

FILL_IN = _l("Please fill this in.")
TOO_LONG = _l("This text is too long: at most %(max)d characters.")
"""What validators of many forms say."""


class Form(FlaskForm):  # type: ignore[misc]
    """A form with CSRF; `refuse` shows what a use case said, beside the field where it belongs."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Let WTForms' own messages be translated by Flask-Babel."""

    def refuse(self, error: InvalidInput) -> None:
        """Attach the error to its fields, or to the form as a whole."""
        placed = False
        for name, message in error.fields.items():
            field = self._fields.get(name)
            if field is not None:
                field.errors = [*field.errors, translate(message, **error.params)]
                placed = True
        if not placed:
            self.form_errors.append(say(error))


class InnerForm(PlainForm):  # type: ignore[misc]
    """One line of a list within a form; it is sent with that form's token, and its messages are translated like that form's."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """As of the form around it."""

        csrf = False


def later(message: str) -> Any:
    """A msgid that was marked elsewhere, translated when it is shown. (`_l` marks what stands in its own brackets.)"""
    return _l(message)


def choices(enum: Iterable[Labelled], *, empty: Any = None) -> list[SelectChoice]:
    """Choices of a select from a labelled enum; `empty` is the label of the empty choice."""
    members = [SelectChoice(str(member.value), later(member.label)) for member in enum]
    return members if empty is None else [SelectChoice("", empty), *members]


def row_id(text: str | None) -> int | None:
    """The id or version a hidden field or select carries; None for anything that no row can have."""
    number = text or ""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None


def chosen(enum: type[L], value: str | None) -> L | None:
    """The member a select gave, or None for the empty choice."""
    return enum(value) if value else None


class MoneyField(StringField):  # type: ignore[misc]
    """An amount typed in yuan (`120,000` or `12万`); `fen` is the amount in fen, or None when empty."""

    fen: int | None = None

    def process_data(self, value: int | None) -> None:
        """Show stored fen as yuan."""
        self.fen = value
        self.data = "" if value is None else f"{value // 100}.{value % 100:02d}".removesuffix(".00")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was typed; it is parsed in validation so that nothing typed is lost."""
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, _form: Any) -> None:
        """Parse the amount."""
        self.fen = None
        if self.data and self.data.strip():
            try:
                self.fen = parse_yuan(self.data)
            except InvalidInput as error:
                raise ValidationError(say(error)) from None


class CountyField(SelectField):  # type: ignore[misc]
    """A county of the region; `empty` is the label of the empty choice, if there is one."""

    def __init__(self, label: Any = None, validators: Any = None, empty: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, choices=lambda: self._counties(empty), **kwargs)

    @staticmethod
    def _counties(empty: Any) -> list[SelectChoice]:
        none = [] if empty is None else [SelectChoice("", empty)]
        return none + [SelectChoice(code, name) for code, name in county_choices()]


class ChecksField(SelectMultipleField):  # type: ignore[misc]
    """Several choices as check boxes."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class RadiosField(SelectField):  # type: ignore[misc]
    """One choice as radio buttons."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.RadioInput()


def is_member(enum: type[StrEnum], value: str) -> bool:
    """Whether a query argument names a member."""
    return value in {member.value for member in enum}


def upload_of(file: FileStorage | None) -> Upload | None:
    """What a file field holds, or None when no file was chosen."""
    return Upload(cast(BinaryIO, file.stream), file.filename) if file and file.filename else None
