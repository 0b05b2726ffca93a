"""The three steps of a result, and the form of a change. Every field may stay empty: a draft may be incomplete."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FieldList, FormField, HiddenField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import Length, Optional

from marketplace.kernel.messages import N_, Labelled
from marketplace.listings.forms import TOO_LONG, FilesField, TitleForm, WhereAndHow, line, text
from marketplace.listings.rules import TEXT_LENGTH, Category, Maturity
from marketplace.results.contributors import EMAIL_LENGTH, NAME_LENGTH, Person
from marketplace.results.labels import FIELDS
from marketplace.results.models import Contributor, Result
from marketplace.results.rules import CONTRIBUTORS, Disclosure, Ownership, suggest_ownership
from marketplace.web.forms import ChecksField, Form, MoneyField, RadiosField, choices, chosen, later, row_id

LIMITS = Result.text_limits
CHOOSE = _l("Please choose")
SPARE_ROWS = 2


class YesNo(Labelled):
    """An answer to a question."""

    YES = "yes", N_("Yes")
    NO = "no", N_("No")


class AnswerField(RadiosField):
    """A question that may still be open."""

    def pre_validate(self, form: Any) -> None:
        """Nothing chosen is no mistake in a draft."""
        if self.data:
            super().pre_validate(form)


def _answer(label: str) -> AnswerField:
    return AnswerField(later(label), choices=choices(YesNo))


def _said(value: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(value or "")


class EffectForm(TitleForm):
    """What problem it solves, and with what effect."""

    problem = text(FIELDS["problem"], TEXT_LENGTH)
    description = text(FIELDS["description"], TEXT_LENGTH)
    metric = line(FIELDS["metric"], LIMITS["metric"])
    before = line(FIELDS["before"], LIMITS["before"])
    after = line(FIELDS["after"], LIMITS["after"])
    unit = line(FIELDS["unit"], LIMITS["unit"])
    conditions = text(FIELDS["conditions"], TEXT_LENGTH)
    proof = text(FIELDS["proof"], TEXT_LENGTH)

    def read_effect(self) -> dict[str, Any]:
        """The validated input."""
        names = ("title", "problem", "description", "metric", "before", "after", "unit", "conditions", "proof")
        return {name: self[name].data or "" for name in names}


class WhatForm(EffectForm):
    """Step 1, with photos and proofs."""

    photos = FilesField(_l("Photos"))
    proofs = FilesField(_l("Papers that prove the effect"))

    def read(self) -> dict[str, Any]:
        """The fields of the result."""
        return self.read_effect()


class ProtectionForm(Form):
    """How it is protected, and what everybody may read."""

    disclosure = AnswerField(later(FIELDS["disclosure"]), choices=choices(Disclosure))
    patent_number = line(FIELDS["patent_number"], LIMITS["patent_number"])
    patent_filed_on = DateField(later(FIELDS["patent_filed_on"]), validators=[Optional()])
    summary = text(FIELDS["summary"], TEXT_LENGTH)

    def read_protection(self) -> dict[str, Any]:
        """The validated input."""
        return {
            "disclosure": chosen(Disclosure, self.disclosure.data),
            "patent_number": self.patent_number.data or "",
            "patent_filed_on": self.patent_filed_on.data,
            "summary": self.summary.data or "",
        }


class PersonForm(PlainForm):  # type: ignore[misc]
    """One contributor; `user_id` keeps the link to somebody who is on the platform."""

    name = StringField(_l("Name"), validators=[Length(max=NAME_LENGTH, message=TOO_LONG)])
    email = StringField(
        _l("E-mail of the account, if there is one"), validators=[Length(max=EMAIL_LENGTH, message=TOO_LONG)]
    )
    user_id = HiddenField()

    def read(self) -> Person:
        """The person as typed."""
        return Person(self.name.data or "", self.email.data or "", row_id(self.user_id.data))


class WhoForm(ProtectionForm):
    """Step 2: who made it, who owns it, how it is protected."""

    seen = HiddenField()
    contributors = FieldList(FormField(PersonForm), label=_l("Who made it"), max_entries=CONTRIBUTORS)
    names_confirmed = BooleanField(_l("Everybody I name here has agreed to be named."))
    base_id = SelectField(later(FIELDS["base_id"]))
    made_in_job = _answer(FIELDS["made_in_job"])
    made_with_means = _answer(FIELDS["made_with_means"])
    agreement = _answer(FIELDS["agreement"])
    ownership = RadiosField(later(FIELDS["ownership"]), choices=choices(Ownership, empty=_l("As my answers say")))
    party_id = SelectField(_l("Unit that owns it"))
    security_reviewed = BooleanField(
        _l("The security review (保密审查) of my unit, or my own where there is none, has been done.")
    )

    def read(self) -> dict[str, Any]:
        """The fields of the result; without an own choice the three answers decide."""
        answers = [_said(self[name].data) for name in ("made_in_job", "made_with_means", "agreement")]
        return {
            **self.read_protection(),
            **dict(zip(("made_in_job", "made_with_means", "agreement"), answers, strict=True)),
            "ownership": chosen(Ownership, self.ownership.data) or suggested(answers),
            "base_id": row_id(self.base_id.data),
            "names_confirmed": bool(self.names_confirmed.data),
            "security_reviewed": bool(self.security_reviewed.data),
        }

    def people(self) -> list[Person]:
        """The contributors as typed, empty lines and all."""
        return [row.form.read() for row in self.contributors]

    def party(self) -> int | None:
        """The unit chosen."""
        return row_id(self.party_id.data)

    def add_rows(self) -> None:
        """Empty lines to go on with."""
        while len(self.contributors) < CONTRIBUTORS and self._empty_rows() < SPARE_ROWS:
            self.contributors.append_entry()

    def _empty_rows(self) -> int:
        return len([row for row in self.contributors if not row.form.name.data])


def suggested(answers: list[bool | None]) -> Ownership | None:
    """What the three answers point to, once all are given."""
    in_job, with_means, agreed = answers
    if in_job is None or with_means is None or agreed is None:
        return None
    return suggest_ownership(in_job, with_means, agreed)


class UseForm(WhereAndHow):
    """How it may be taken over, and by what it is found."""

    maturity = SelectField(later(FIELDS["maturity"]), choices=choices(Maturity, empty=CHOOSE))
    category = SelectField(later(FIELDS["category"]), choices=choices(Category, empty=CHOOSE))
    price_fen = MoneyField(later(FIELDS["price_fen"]))
    benefit_fen = MoneyField(later(FIELDS["benefit_fen"]))

    def read_use(self) -> dict[str, Any]:
        """The validated input."""
        return {
            **self.read_where_and_how(),
            "maturity": chosen(Maturity, self.maturity.data),
            "category": chosen(Category, self.category.data),
            "price_fen": self.price_fen.fen,
            "benefit_fen": self.benefit_fen.fen,
        }


class HowForm(UseForm):
    """Step 3."""

    seen = HiddenField()

    def read(self) -> dict[str, Any]:
        """The fields of the result."""
        return self.read_use()


class ReviseForm(EffectForm, ProtectionForm, UseForm):
    """A change of a published result: everything but the people, the ownership and the proofs."""

    photos = FilesField(_l("New photos"))
    photos_off = ChecksField(_l("Photos to take off"), coerce=int, choices=())

    def read(self) -> dict[str, Any]:
        """The fields of the result."""
        return {**self.read_effect(), **self.read_protection(), **self.read_use()}


STEPS: tuple[type[Any], ...] = (WhatForm, WhoForm, HowForm)


def typed_values(result: Result, people: list[Contributor]) -> dict[str, Any]:
    """The result as its forms show it."""
    values = {name: getattr(result, name) for name in result.content_fields}
    for name in ("made_in_job", "made_with_means", "agreement"):
        values[name] = {True: "yes", False: "no"}.get(values[name], "")
    values["seen"] = str(result.version)
    values["party_id"] = str(result.party_id)
    values["base_id"] = str(result.base_id or "")
    values["contributors"] = [{"name": one.name, "email": "", "user_id": str(one.user_id or "")} for one in people]
    return {
        name: "" if value is None and not name.endswith(("_fen", "_on")) else value for name, value in values.items()
    }
