"""Pages that results and needs share."""

from marketplace.listings import claim_views, file_views, importing_views, overwritten_views, review_views
from marketplace.listings.blueprint import blueprint

__all__ = ["blueprint", "claim_views", "file_views", "importing_views", "overwritten_views", "review_views"]
