"""The pages of needs; what they share with results comes from the listings."""

from marketplace.listings.kinds import Kind, register
from marketplace.listings.pages import add_pages
from marketplace.listings.policy import is_mine
from marketplace.listings.rules import ListingKind
from marketplace.needs import catalogue, edit_views, indexing, policy, queries, service
from marketplace.needs.blueprint import blueprint
from marketplace.needs.labels import CHECKS, FIELDS
from marketplace.needs.models import Need

__all__ = ["blueprint", "catalogue"]

NEED = register(
    Kind(
        name=ListingKind.NEED,
        model=Need,
        visible=policy.visible,
        mine=is_mine,
        public_text=indexing.public_text,
        names_party=policy.may_know_party,
        read=queries.read,
        lacking=service.lacking,
        create_draft=service.create_draft,
        submit=service.submit,
        approve=service.approve,
        request_changes=service.request_changes,
        actions={
            "suspend": service.suspend,
            "reinstate": service.reinstate,
            "close_solved": lambda uow, need_id, _reason: service.close_solved(uow, need_id),
            "close_unsolved": service.close_unsolved,
            "withdraw": lambda uow, need_id, _reason: service.withdraw(uow, need_id),
        },
        typed_in=lambda _uow, need, field: getattr(need, field),
        restore=service.restore,
        revise=service.revise,
        revise_form=edit_views.revise_form,
        labels=FIELDS,
        checks=CHECKS,
    )
)
add_pages(blueprint, NEED)
