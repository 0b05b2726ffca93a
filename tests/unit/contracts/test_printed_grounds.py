"""What stands beside a signature about the authority it rested on."""

from marketplace.deals.printing import ground_rows
from marketplace.identity.models import SignatureGround
from marketplace.identity.rules import AuthorityKind


def test_a_power_without_a_recorded_end_says_so() -> None:
    """One from before there were authorities is not printed like one that holds for good."""
    ground = SignatureGround(authority_id=7, authority_kind=AuthorityKind.POWER, masked="3799**********0010")
    assert ground_rows(ground, None)[-1] == ("权限", "授权委托（第7号，期限未登记）")
