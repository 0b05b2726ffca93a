"""What fields, actions and next steps are called on the pages of results and needs (msgids)."""

from collections.abc import Mapping

from marketplace.kernel.messages import N_

FIELDS: Mapping[str, str] = {
    "title": N_("Title"),
    "industry": N_("Industry"),
    "county": N_("County"),
    "ways": N_("Ways of cooperation"),
    "party_id": N_("Owner"),
}

CONSEQUENCES: Mapping[str, str] = {
    "consent": N_("Your unit agrees that this result is published. It goes to the union's official for review next."),
    "object": N_("The result goes back to its author with your reason. It is not published."),
    "pause": N_("Others no longer see it until you show it again."),
    "suspend": N_("Others no longer see it. Its owner reads your reason."),
    "reinstate": N_("Everybody sees it again. Its owner reads your reason."),
    "withdraw": N_("It is taken back for good, and nobody else sees it any more. This cannot be undone."),
    "close_solved": N_("The need is closed as solved and leaves the catalogue. This cannot be undone."),
    "close_unsolved": N_("The need is closed as unsolved and leaves the catalogue. This cannot be undone."),
}
"""What will happen, said before a button that asks once."""

NEXT_STEPS: Mapping[str, str] = {
    "draft": N_("Go on writing, then hand it in."),
    "submitted": N_("It is on its way to the review."),
    "owner_review": N_("The owner unit is asked. If it stays silent, the union's official decides."),
    "county_review": N_("The union's official is reading it."),
    "review": N_("The union's official is reading it."),
    "changes_requested": N_("Read the remarks, change the text and hand it in again."),
    "published": N_("Everybody can find it. See what fits."),
    "paused": N_("Nobody else sees it. Show it again when you like."),
    "stale": N_("Say that it is still current, or it will expire."),
    "expired": N_("It has left the catalogue. Publish it anew if it is still current."),
    "suspended": N_("An official has taken it out of sight; the reason is on its page."),
    "withdrawn": N_("It was taken back."),
    "solved": N_("It is closed."),
    "unsolved": N_("It is closed."),
}
"""One sentence for the owner by state; `expired` is said of both kinds."""
