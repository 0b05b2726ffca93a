"""What the registrar's form asks for, by date: read from `official_form.toml`, so that a new form needs no code. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from marketplace.kernel.messages import Labelled

FILE = Path(__file__).with_name("official_form.toml")
TOTAL, EQUIPMENT, TECHNOLOGY = "amount_total", "amount_equipment", "amount_technology"


class FieldKind(Labelled):
    """What is typed into a field, and so how its value is kept: text, a code of its list, fen, or an ISO day."""

    TEXT = "text"
    CHOICE = "choice"
    MONEY = "money"
    DAY = "day"
    DERIVED = "derived"


@dataclass(frozen=True)
class Option:
    """One value of a list; `of` names what in this house it stands for, to fill the form in from."""

    code: str
    name: str
    name_en: str
    of: frozenset[str] = frozenset()

    def named(self, locale: str) -> str:
        """The name in the reader's language."""
        return self.name_en if locale.startswith("en") else self.name


@dataclass(frozen=True)
class Field:
    """One field. `label` is its heading on the form, which the export bears whatever the reader's language."""

    key: str
    kind: FieldKind
    label: str
    label_en: str
    is_required: bool
    options: tuple[Option, ...] = ()

    def named(self, locale: str) -> str:
        """The heading in the reader's language."""
        return self.label_en if locale.startswith("en") else self.label

    def option(self, code: str) -> Option | None:
        """The value of a code, or None for one that is not in the list."""
        return next((one for one in self.options if one.code == code), None)

    def code_for(self, word: str | None) -> str:
        """The code of what stands for a word of this house, empty where nothing does."""
        return next((one.code for one in self.options if word is not None and word in one.of), "")


@dataclass(frozen=True)
class RuleSet:
    """The form as it has been since a day, the rules it rests on, and what a user has to know of them."""

    since: date
    source: str
    remark: str
    remark_en: str
    fields: tuple[Field, ...]

    def remarked(self, locale: str) -> str:
        """The remark in the reader's language; empty where there is none."""
        return self.remark_en if locale.startswith("en") else self.remark


def form_on(day: date) -> RuleSet:
    """The form in use on a day. Raises LookupError for a day before the first rules."""
    known = [one for one in _read() if one.since <= day]
    if not known:
        raise LookupError(f"no form for the registration of technology contracts on {day}")
    return max(known, key=lambda one: one.since)


Values = Mapping[str, str | int]
"""What was filled in, by the key of the field; what is empty is left out."""


def with_derived(values: Values) -> dict[str, str | int]:
    """The values with the technology amount: the total less equipment and materials (技术合同认定规则 2001 art. 52)."""
    total, equipment = values.get(TOTAL), values.get(EQUIPMENT)
    found = {key: value for key, value in values.items() if key != TECHNOLOGY}
    if isinstance(total, int) and isinstance(equipment, int) and equipment <= total:
        found[TECHNOLOGY] = total - equipment
    return found


@dataclass(frozen=True)
class Filled:
    """A field as it is shown: its heading, and a text, an amount in fen or a day; all three None where it is empty."""

    label: str
    text: str | None = None
    fen: int | None = None
    day: date | None = None


def filled(form: RuleSet, values: Values, locale: str) -> list[Filled]:
    """What was filled in, in the order of the form and in the reader's language."""
    return [_filled(field, values.get(field.key), locale) for field in form.fields]


def _filled(field: Field, value: str | int | None, locale: str) -> Filled:
    label = field.named(locale)
    if value is None:
        return Filled(label)
    if field.kind in {FieldKind.MONEY, FieldKind.DERIVED}:
        return Filled(label, fen=int(value))
    if field.kind is FieldKind.DAY:
        return Filled(label, day=date.fromisoformat(str(value)))
    option = field.option(str(value)) if field.kind is FieldKind.CHOICE else None
    return Filled(label, option.named(locale) if option else str(value))


@lru_cache
def _read() -> tuple[RuleSet, ...]:
    with FILE.open("rb") as file:
        table = tomllib.load(file)
    lists = {name: tuple(_option(row) for row in rows) for name, rows in table["lists"].items()}
    return tuple(_rule_set(row, table["fields"], lists) for row in table["rules"])


def _option(row: dict[str, object]) -> Option:
    of = row.get("of", [])
    words = frozenset(map(str, of)) if isinstance(of, list) else frozenset({str(of)})
    return Option(str(row["code"]), str(row["name"]), str(row["name_en"]), words)


def _rule_set(
    row: dict[str, object], fields: Mapping[str, Mapping[str, object]], lists: Mapping[str, tuple[Option, ...]]
) -> RuleSet:
    keys, own_lists, since = row["fields"], row.get("lists", {}), row["since"]
    if not (isinstance(keys, list) and isinstance(own_lists, dict) and isinstance(since, date)):
        raise TypeError("official_form.toml: `fields` is a list, `lists` a table, `since` a day")
    return RuleSet(
        since=since,
        source=str(row["source"]),
        remark=str(row.get("remark", "")),
        remark_en=str(row.get("remark_en", "")),
        fields=tuple(_field(key, fields[key], lists.get(str(own_lists.get(key, key)), ())) for key in map(str, keys)),
    )


def _field(key: str, row: Mapping[str, object], options: tuple[Option, ...]) -> Field:
    kind = FieldKind(str(row["kind"]))
    return Field(
        key=key,
        kind=kind,
        label=str(row["label"]),
        label_en=str(row["label_en"]),
        is_required=bool(row.get("required", True)),
        options=options if kind is FieldKind.CHOICE else (),
    )
