"""The events that may change rows, by what they are about: a process reads the rows of a figure again after one of them."""

DOCUMENTS = frozenset({"deal.moved", "document.moved"})
RECEIPTS = frozenset({"receipt.moved"})
REWARDS = frozenset({"reward.moved"})
PAYOUTS = frozenset({"payout.moved"})
LISTINGS = frozenset({"listing.moved"})
INTERESTS = frozenset({"interest.moved"})
REGISTRATIONS = frozenset({"registration.record_moved"})
MILESTONES = frozenset({"milestone.moved"})
BENEFITS = frozenset({"benefit.moved"})
DEALS = frozenset({"deal.moved"})
STEPS = DOCUMENTS | MILESTONES | RECEIPTS | frozenset({"deal.offer_moved", "royalty.moved", "preemption.moved"})
"""Whatever writes a line of a deal's history."""
RELATIONS = frozenset({"deal.relation_found"})
