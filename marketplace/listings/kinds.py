"""What each kind of listing hands to the pages that serve both. A kind registers itself; this layer knows none by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.permissions import Actor
from marketplace.listings.completeness import Missing
from marketplace.listings.models import Listing, Revision
from marketplace.listings.photos import PhotoChange
from marketplace.listings.rules import ListingKind
from marketplace.web.forms import Form

Act = Callable[[UnitOfWork, int, str], Listing]


@dataclass(frozen=True)
class Kind:
    """The use cases and texts of one kind. `actions` are buttons of the page; the rest is named by the use case it is."""

    name: ListingKind
    model: type[Listing]
    visible: Callable[[Actor], ColumnElement[bool]]
    mine: Callable[[Actor], ColumnElement[bool]]
    public_text: Callable[[Any], str]
    names_party: Callable[[Actor, Any], bool]
    read: Callable[[UnitOfWork, Any], Any]
    lacking: Callable[[UnitOfWork, Any], list[Missing]]
    create_draft: Callable[[UnitOfWork], Listing]
    submit: Callable[[UnitOfWork, int], Listing]
    approve: Act
    request_changes: Callable[[UnitOfWork, int, str, Mapping[str, str]], Listing]
    actions: Mapping[str, Act]
    typed_in: Callable[[UnitOfWork, Any, str], Any]
    restore: Callable[[UnitOfWork, int, str, Any], Listing]
    revise: Callable[[UnitOfWork, int, Mapping[str, Any], PhotoChange], Revision]
    revise_form: Callable[[UnitOfWork, Any], Form]
    labels: Mapping[str, str]
    checks: Mapping[str, str]

    @property
    def plural(self) -> str:
        """`results` or `needs`: the blueprint, the folder of templates, the first part of the address."""
        return f"{self.name.value}s"

    def url(self, endpoint: str, listing_id: int, **values: Any) -> str:
        """The address of a page of one listing of this kind."""
        return url_for(f"{self.plural}.{endpoint}", **{f"{self.name.value}_id": listing_id, **values})


_KINDS: dict[ListingKind, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known to the pages that serve both."""
    _KINDS[kind.name] = kind
    return kind


def kind_of(listing: Listing) -> Kind:
    """The kind of a listing."""
    return _KINDS[listing.kind]
