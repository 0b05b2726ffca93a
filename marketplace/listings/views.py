"""Pages that results and needs share."""

from marketplace.listings import importing_views
from marketplace.listings.blueprint import blueprint

__all__ = ["blueprint", "importing_views"]
