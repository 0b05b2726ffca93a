"""Where each thing that waits is done: one tap from the home page or the queue."""

from collections.abc import Mapping

from flask import url_for

from marketplace.home.review_queue import ReviewRow
from marketplace.home.rules import ReviewKind, TaskKind
from marketplace.home.waiting import Task
from marketplace.kernel.messages import N_

_TASKS: Mapping[TaskKind, tuple[str, str, str]] = {
    TaskKind.INTEREST: ("matching.interest", "interest_id", N_("Answer")),
    TaskKind.CONTRIBUTOR: ("results.page", "result_id", N_("Agree or not")),
    TaskKind.OWNER_CONSENT: ("results.page", "result_id", N_("Decide")),
    TaskKind.RESULT_RETURNED: ("results.page", "result_id", N_("Read the remarks")),
    TaskKind.NEED_RETURNED: ("needs.page", "need_id", N_("Read the remarks")),
    TaskKind.FRESHNESS: ("results.page", "result_id", N_("Confirm")),
    TaskKind.DEAL: ("deals.room", "deal_id", N_("Go there")),
    TaskKind.DELEGATED: ("deals.document", "document_id", N_("Read and sign")),
    TaskKind.MADE: ("deals.document", "document_id", N_("Read and sign")),
    TaskKind.PREEMPTION: ("deals.preemption", "preemption_id", N_("Answer")),
    TaskKind.CONFIDENTIALITY: ("confidentiality.page", "agreement_id", N_("Read it")),
    TaskKind.REGISTER: ("registrations.page", "deal_id", N_("Go there")),
    TaskKind.APPLICATION: ("registrations.page", "deal_id", N_("Go there")),
    TaskKind.CERTIFICATE: ("registrations.page", "deal_id", N_("Go there")),
    TaskKind.SPLIT: ("rewards.reward", "reward_id", N_("Look at it")),
    TaskKind.PAYOUT: ("rewards.reward", "reward_id", N_("Answer")),
    TaskKind.REWARD: ("rewards.reward", "reward_id", N_("Go there")),
    TaskKind.MEMBER: ("organisations.manage", "organisation_id", N_("Decide")),
    TaskKind.UNIT_PAPERS: ("organisations.manage", "organisation_id", N_("Hand in papers")),
    TaskKind.CLAUSE: ("clauses.proposal", "proposal_id", N_("Look at it")),
    TaskKind.IDENTITY_RETURNED: ("identity.mine", "identity", N_("Give it again")),
    TaskKind.AUTHORITY_REFUSED: ("identity.of_unit", "organisation_id", N_("Record another one")),
}
"""Endpoint, the name of its argument, and the word on the button."""

_REVIEWS: Mapping[ReviewKind, tuple[str, str]] = {
    ReviewKind.RESULT: ("listings.review", "listing_id"),
    ReviewKind.NEED: ("listings.review", "listing_id"),
    ReviewKind.REVISION: ("listings.review", "listing_id"),
    ReviewKind.CLAIM: ("listings.decide_claim", "claim_id"),
    ReviewKind.ORGANISATION: ("organisations.verification", "organisation_id"),
    ReviewKind.IDENTITY: ("identity.verification", "identity_id"),
    ReviewKind.AUTHORITY: ("identity.authority", "authority_id"),
    ReviewKind.SCAN: ("deals.room", "deal_id"),
    ReviewKind.RECEIPT: ("deals.payments", "deal_id"),
    ReviewKind.REGISTRATION: ("registrations.page", "deal_id"),
    ReviewKind.DUPLICATE: ("duplicates.pair", "duplicate_id"),
    ReviewKind.REWARD: ("rewards.reward", "reward_id"),
    ReviewKind.BENEFIT: ("benefits.page", "declaration_id"),
    ReviewKind.SNAPSHOT: ("statistics.waiting_snapshot", "snapshot_id"),
}


def task_url(task: Task) -> str:
    """The page on which the task is done."""
    endpoint, argument, _ = _TASKS[task.kind]
    return url_for(endpoint, **{argument: task.target_id})  # type: ignore[arg-type]


def task_action(task: Task) -> str:
    """The word on its button, as a msgid."""
    return _TASKS[task.kind][2]


def review_url(row: ReviewRow) -> str:
    """The page on which it is decided."""
    endpoint, argument = _REVIEWS[row.kind]
    return url_for(endpoint, **{argument: row.target_id})  # type: ignore[arg-type]
