"""Where alerts lead to, for code that has no request to build addresses in."""

OVERVIEW = "/alerts"


def message_path(message_id: int) -> str:
    """The page of one message."""
    return f"/alerts/messages/{message_id}"


def mute_path(token: str) -> str:
    """The page that asks whether to mute what the token names."""
    return f"/alerts/mute/{token}"


def one_click_path(token: str) -> str:
    """What a mail program calls when its own button is pressed (RFC 8058)."""
    return f"/alerts/one-click/{token}"
