"""What happens when something can be found: people are told of it, in the inbox and by mail."""

from marketplace.alerts.delivery import announce_due, note, tell_due
from marketplace.alerts.finding import Findings, look, prepare
from marketplace.alerts.letters import LETTERS
from marketplace.infra.worker import Survey

__all__ = ["LETTERS", "LOOKOUT", "announce_due", "prepare", "tell_due"]

LOOKOUT: Survey[Findings] = Survey(look, note)
"""Matches what is new against the other side and the saved searches, outside the write transaction, and tells people."""
