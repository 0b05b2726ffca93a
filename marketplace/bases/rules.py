"""What kinds and levels of base there are."""

from marketplace.kernel.messages import N_, Labelled


class BaseKind(Labelled):
    """The form of a base."""

    STUDIO = "studio", N_("Innovation studio")
    ALLIANCE = "alliance", N_("Studio alliance")
    CENTRE = "centre", N_("Empowerment centre")
    TEAM = "team", N_("Service team")


class BaseLevel(Labelled):
    """Who recognised it."""

    NATIONAL = "national", N_("National")
    PROVINCE = "province", N_("Province")
    CITY = "city", N_("City")
    COUNTY = "county", N_("County")
    ENTERPRISE = "enterprise", N_("Enterprise level")
