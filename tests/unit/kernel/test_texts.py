"""Text as it stands within other text."""

from marketplace.kernel.texts import in_quotes


def test_quotation_marks_within_quotation_marks_are_single() -> None:
    assert in_quotes("关于“喷液圈”的改进") == "“关于‘喷液圈’的改进”"
    assert in_quotes("变压器油箱自动焊接工装") == "“变压器油箱自动焊接工装”"
