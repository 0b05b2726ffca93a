"""A link that asks to go on elsewhere stays on this site."""

import pytest

from marketplace.web.redirects import local_path


@pytest.mark.parametrize("target", ["/", "/results?q=焊接&page=2", "/me#password"])
def test_a_path_of_ours_is_followed(target: str) -> None:
    assert local_path(target, "/home") == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "results",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "/\t/x",
    ],
)
def test_anything_else_is_not(target: str | None) -> None:
    assert local_path(target, "/home") == "/home"
