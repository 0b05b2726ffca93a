"""What a person confirms a signature by, beside his password."""

from marketplace.kernel.messages import N_, Labelled


class Factor(Labelled):
    """A code that was sent to him, or one that his authenticator app makes; it is recorded with each signature."""

    TOTP = "totp", N_("Code from your authenticator app")
    CODE = "code", N_("Code that is sent to you")
