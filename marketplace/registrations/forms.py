"""The forms of registrations: the registrar's own form as its rules give it, its papers, and CNIPA's notice."""

from datetime import date
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from marketplace.deals.forms import ReasonForm
from marketplace.registrations.filling import LONGEST_VALUE
from marketplace.registrations.official_form import Field, FieldKind, RuleSet, Values
from marketplace.registrations.patents import LONGEST_NOTICE, Registered
from marketplace.registrations.records import LONGEST_NUMBER, Paper
from marketplace.registrations.rules import LONGEST_REASON, RecordKind
from marketplace.registrations.service import Typed
from marketplace.web.forms import FILL_IN, TOO_LONG, Form, MoneyField, row_id, upload_of

LONG_TEXTS = frozenset({"content"})
_SCAN = _l("Add the scan of the paper: PDF, JPEG or PNG.")


class ApplicationForm(Form):
    """What every form for an application has; the fields are added by `application_form`."""

    version = HiddenField()

    def fill_from(self, form: RuleSet, values: Values, version: int) -> None:
        """Begin with these values, of a draft that was saved so often."""
        self.version.data = str(version)
        for field in shown(form):
            value = values.get(field.key)
            if value is not None and field.kind is FieldKind.DAY:
                self[field.key].data = date.fromisoformat(str(value))
            elif value is not None:
                self[field.key].process_data(value)

    def read(self, form: RuleSet) -> Typed:
        """What was typed, by the key of the field."""
        return {field.key: self._value(field) for field in shown(form)}

    def read_version(self) -> int:
        """How often the draft had been saved that was shown."""
        return row_id(self.version.data) or 0

    def _value(self, field: Field) -> str | int | None:
        typed = self[field.key]
        if field.kind is FieldKind.MONEY:
            fen: int | None = typed.fen
            return fen
        if field.kind is FieldKind.DAY:
            return typed.data.isoformat() if typed.data else None
        return typed.data or None


def shown(form: RuleSet) -> list[Field]:
    """The fields one fills in; what is reckoned from others is not typed."""
    return [field for field in form.fields if field.kind is not FieldKind.DERIVED]


def application_form(form: RuleSet) -> ApplicationForm:
    """The registrar's form in the reader's language. What is missing is told when it is handed in, not when a draft is saved."""
    locale = str(get_locale())
    fields = {field.key: _field(field, locale) for field in shown(form)}
    made: ApplicationForm = type("OfficialForm", (ApplicationForm,), fields)()
    for field in shown(form):
        made[field.key].flags.required = field.is_required
    return made


def _field(field: Field, locale: str) -> Any:
    label = field.named(locale)
    if field.kind is FieldKind.CHOICE:
        options = [SelectChoice(one.code, one.named(locale)) for one in field.options]
        return SelectField(label, choices=[SelectChoice("", "—"), *options])
    if field.kind is FieldKind.MONEY:
        return MoneyField(label)
    if field.kind is FieldKind.DAY:
        return DateField(label, validators=[Optional()])
    kind = TextAreaField if field.key in LONG_TEXTS else StringField
    return kind(label, validators=[Length(max=LONGEST_VALUE, message=TOO_LONG)])


class CertificateForm(Form):
    """A certificate as it lies before the seller."""

    number = StringField(
        _l("Number on the paper"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_NUMBER, message=TOO_LONG)]
    )
    day = DateField(_l("Day on the paper"), validators=[InputRequired(FILL_IN)])
    a2 = MoneyField(_l("Contract total (A2)"), validators=[DataRequired(FILL_IN)])
    a3 = MoneyField(_l("Technology amount (A3)"), validators=[DataRequired(FILL_IN)])
    file = FileField(_l("Scan of the paper"), validators=[FileRequired(_SCAN)])

    def read(self) -> Paper:
        """What was typed, once it is valid."""
        return Paper(
            RecordKind.CERTIFICATE,
            self.number.data,
            self.day.data,
            self.a2.fen or 0,
            self.a3.fen or 0,
            upload_of(self.file.data),
        )


class ChangeForm(CertificateForm):
    """A changed certificate, and why it was changed."""

    reason = TextAreaField(
        _l("Why it was changed"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_REASON, message=TOO_LONG)]
    )

    def read(self) -> Paper:
        """What was typed, once it is valid."""
        day, scan = self.day.data, upload_of(self.file.data)
        amounts = self.a2.fen or 0, self.a3.fen or 0
        return Paper(RecordKind.CHANGE, self.number.data, day, *amounts, scan, self.reason.data)


class CancellationForm(Form):
    """The registrar's paper on a cancellation, and why."""

    number = StringField(
        _l("Number on the paper"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_NUMBER, message=TOO_LONG)]
    )
    day = DateField(_l("Day on the paper"), validators=[InputRequired(FILL_IN)])
    reason = TextAreaField(
        _l("Why it was cancelled"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_REASON, message=TOO_LONG)]
    )
    file = FileField(_l("Scan of the paper"), validators=[FileRequired(_SCAN)])

    def read(self) -> Paper:
        """What was typed, once it is valid."""
        scan = upload_of(self.file.data)
        return Paper(RecordKind.CANCELLATION, self.number.data, self.day.data, 0, 0, scan, self.reason.data)


PAPER_FORMS: dict[RecordKind, type[CertificateForm] | type[CancellationForm]] = {
    RecordKind.CERTIFICATE: CertificateForm,
    RecordKind.CHANGE: ChangeForm,
    RecordKind.CANCELLATION: CancellationForm,
}


class RefusalForm(ReasonForm):
    """A refusal of the registrar: its day and its reason."""

    day = DateField(_l("Day of the refusal"), validators=[InputRequired(FILL_IN)])


class NoticeForm(Form):
    """CNIPA's notice on the registration of an assignment."""

    number = StringField(
        _l("Number of the notice"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_NOTICE, message=TOO_LONG)]
    )
    day = DateField(_l("Day of registration"), validators=[InputRequired(FILL_IN)])
    file = FileField(_l("Scan of the notice"), validators=[FileRequired(_SCAN)])

    def read(self) -> Registered:
        """What was typed, once it is valid."""
        return Registered(self.number.data, self.day.data, upload_of(self.file.data))
