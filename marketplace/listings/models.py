"""Tables that results and needs share. Result and Need add their own table by joined inheritance."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.kernel.messages import Labelled
from marketplace.kernel.states import StateTable
from marketplace.listings.rules import AttachmentKind, ClaimState, Industry, ListingKind, ProblemKind, RevisionState


class Listing(Base):
    """What stands in a catalogue. `party_id` owns it, `author_id` wrote it (None: imported, nobody has claimed it yet).

    `version` counts every change; the index is reconciled by it, and two windows on one draft notice each other by it.
    What differs between the kinds is said by the subclass: its machine, and in which states it is seen, edited, revised.
    """

    __tablename__ = "listings"

    states: ClassVar[StateTable[Any]]
    shown_in: ClassVar[frozenset[Any]]
    edited_in: ClassVar[frozenset[Any]]
    revised_in: ClassVar[frozenset[Any]]
    text_limits: ClassVar[Mapping[str, int]]
    content_fields: ClassVar[frozenset[str]]
    revised_fields: ClassVar[frozenset[str]]
    drafts_shared: ClassVar[bool]

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ListingKind] = mapped_column(EnumText(ListingKind))
    title: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    industry: Mapped[Industry | None] = mapped_column(EnumText(Industry))
    county: Mapped[str | None] = mapped_column(String(20))
    ways: Mapped[list[str]] = mapped_column(JSON, default=list)
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    on_behalf: Mapped[bool] = mapped_column(default=False)
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    import_run_id: Mapped[int | None] = mapped_column(ForeignKey("import_runs.id"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stage_since: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fresh_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(40))

    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012 - SQLAlchemy's own way to declare it
    __table_args__: Any = (
        one_of("kind", ListingKind),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_at_if_published"),
        Index("uq_listings_fingerprint", "kind", "fingerprint", unique=True),
        Index("ix_listings_kind_state", "kind", "state", "stage_since"),
        Index(
            "uq_listings_untouched",
            "kind",
            "author_id",
            unique=True,
            sqlite_where=text("state = 'draft' AND version = 1 AND title = ''"),
            postgresql_where=text("state = 'draft' AND version = 1 AND title = ''"),
        ),
    )

    @property
    def status(self) -> Labelled:
        """The state as a member of the kind's own enum, with its word."""
        known: Labelled = type(self.states.initial)(self.state)
        return known


class Decision(Base):
    """One step in a listing's life, with the words that went with it; `field_notes` maps a field to what is wrong there. Only
    added: figures of the past rest on it."""

    __tablename__ = "listing_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listings.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[str] = mapped_column(String(40))
    to_state: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text, default="")
    field_notes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)


append_only(Decision)


class Attachment(Base):
    """A photo or proof; the bytes, and those of a picture's thumbnail, lie in the file store under their hash.

    A proposed photo belongs to the listing's open change; nobody but insiders sees it before that is approved.
    """

    __tablename__ = "listing_attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listings.id"), index=True)
    kind: Mapped[AttachmentKind] = mapped_column(EnumText(AttachmentKind))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    thumbnail_sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_proposed: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (one_of("kind", AttachmentKind),)


class Overwritten(Base):
    """What stood in a field of a draft before a save from a window that had not seen it; its author may take it back."""

    __tablename__ = "listing_overwritten"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listings.id"), index=True)
    field: Mapped[str] = mapped_column(String(40))
    value: Mapped[Any] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Revision(Base):
    """A proposed change to a published listing: field name -> new value, as JSON; at most one is open.

    `photos_removed` are the attachments it takes off; those it adds are the listing's proposed ones.
    """

    __tablename__ = "listing_revisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listings.id"), index=True)
    state: Mapped[RevisionState] = mapped_column(EnumText(RevisionState))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    photos_removed: Mapped[list[int]] = mapped_column(JSON, default=list)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("state", RevisionState),
        Index(
            "uq_listing_revisions_open",
            "listing_id",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
    )


class Claim(Base):
    """Somebody says that an imported listing is his unit's (`party_id`)."""

    __tablename__ = "listing_claims"

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listings.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    state: Mapped[ClaimState] = mapped_column(EnumText(ClaimState))
    note: Mapped[str] = mapped_column(Text)
    claimed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("state", ClaimState),
        Index(
            "uq_listing_claims_open",
            "listing_id",
            "party_id",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )


class ImportRun(Base):
    """One import of a spreadsheet, with its progress; a dry run changes nothing but this row.

    `held` rows are nearly the same as others and wait for a word; `choices` are the words an official has said.
    """

    __tablename__ = "import_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ListingKind] = mapped_column(EnumText(ListingKind))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    dry_run: Mapped[bool]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("parties.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    incomplete: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    ignored_columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    held: Mapped[int] = mapped_column(default=0)
    choices: Mapped[dict[str, bool]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (one_of("kind", ListingKind),)


class ImportProblem(Base):
    """A row to be told of: which, which column, and why (a msgid with its parameters).

    One that is nearly the same as several others has a line for each; whether it was imported, its run's `choices` tell.
    """

    __tablename__ = "import_problems"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id"), index=True)
    row: Mapped[int]
    column: Mapped[str] = mapped_column(String(80), default="")
    kind: Mapped[ProblemKind] = mapped_column(EnumText(ProblemKind), default=ProblemKind.REFUSED)
    message: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    listing_id: Mapped[int | None] = mapped_column(ForeignKey("listings.id"))

    __table_args__ = (one_of("kind", ProblemKind),)
