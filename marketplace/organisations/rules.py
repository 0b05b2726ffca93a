"""Pure rules about organisations: credit code, verification, membership."""

import re
import unicodedata

from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow

CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class OrganisationKind(Labelled):
    """What an organisation is."""

    ENTERPRISE = "enterprise", N_("Enterprise")
    UNION = "union", N_("Union body")
    INSTITUTE = "institute", N_("Institute")


class OrganisationSize(Labelled):
    """Size class; matters for payment terms (保障中小企业款项支付条例)."""

    LARGE = "large", N_("Large")
    MEDIUM = "medium", N_("Medium")
    SMALL = "small", N_("Small or micro")


class Industry(Labelled):
    """Industries of the city; an organisation has one, and so has a listing."""

    MACHINERY = "machinery", N_("Machinery")
    AUTOMOTIVE = "automotive", N_("Automotive and parts")
    CHEMICAL = "chemical", N_("Chemicals")
    TEXTILE = "textile", N_("Textiles and clothing")
    FOOD = "food", N_("Food processing")
    AGRICULTURE = "agriculture", N_("Modern agriculture")
    ELECTRONICS = "electronics", N_("Electronics and information")
    ENERGY = "energy", N_("Power and energy")
    MATERIALS = "materials", N_("New materials and metallurgy")
    CONSTRUCTION = "construction", N_("Construction and building materials")
    PAPER = "paper", N_("Paper and packaging")
    MEDICAL = "medical", N_("Medicine and health")
    ENVIRONMENT = "environment", N_("Energy saving and environment")
    LOGISTICS = "logistics", N_("Transport and logistics")
    OTHER = "other", N_("Other")


class OrganisationState(Labelled):
    """How far an organisation's identity has been established."""

    LISTED = "listed", N_("Named in an import")
    DRAFT = "draft", N_("Registered, papers missing")
    SUBMITTED = "submitted", N_("Waiting for verification")
    VERIFIED = "verified", N_("Verified")
    RETURNED = "returned", N_("Returned")


class MembershipRole(Labelled):
    """What a member may do for the organisation; a contact and an administrator may act for it."""

    MEMBER = "member", N_("Member")
    CONTACT = "contact", N_("Company contact")
    ADMINISTRATOR = "administrator", N_("Organisation administrator")


class MembershipState(Labelled):
    """A member is admitted by the organisation's administrator."""

    REQUESTED = "requested", N_("Requested")
    ADMITTED = "admitted", N_("Admitted")
    REFUSED = "refused", N_("Refused")
    LEFT = "left", N_("Left")


class PartyKind(Labelled):
    """Who can be a party to a deal."""

    ORGANISATION = "organisation", N_("Organisation")
    PERSON = "person", N_("Natural person")


class Paper(Labelled):
    """What an organisation shows to be verified; the value begins the name of its column."""

    LICENCE = "licence", N_("Business licence or registration certificate")
    AUTHORISATION = "authorisation", N_("Authorisation signed by the legal representative")


R, S, M = Relation, OrganisationState, MembershipState

ORGANISATION_STATES = StateTable(
    "organisation",
    S.DRAFT,
    (
        arrow("take_over", {S.LISTED}, S.DRAFT, {R.AUTHOR}, N_("Take over")),
        arrow("submit", {S.DRAFT, S.RETURNED}, S.SUBMITTED, {R.OWNER}, N_("Submit for verification")),
        arrow("verify", {S.SUBMITTED}, S.VERIFIED, {R.OFFICIAL}, N_("Verify")),
        arrow("return", {S.SUBMITTED}, S.RETURNED, {R.OFFICIAL}, N_("Return"), reason=True),
        arrow("revoke", {S.VERIFIED}, S.RETURNED, {R.OFFICIAL}, N_("Revoke verification"), reason=True),
        arrow("change", {S.VERIFIED}, S.DRAFT, {R.OWNER}, N_("Change name, code, county or representative")),
        arrow("release", {S.DRAFT, S.RETURNED}, S.LISTED, {R.OFFICIAL}, N_("Release the name"), reason=True),
    ),
    timers=((S.SUBMITTED, 7),),
)

MEMBERSHIP_STATES = StateTable(
    "membership",
    M.REQUESTED,
    (
        arrow("admit", {M.REQUESTED}, M.ADMITTED, {R.OWNER, R.OFFICIAL}, N_("Admit")),
        arrow("refuse", {M.REQUESTED}, M.REFUSED, {R.OWNER, R.OFFICIAL}, N_("Refuse")),
        arrow("leave", {M.ADMITTED}, M.LEFT, {R.AUTHOR, R.OWNER}, N_("End membership")),
    ),
    timers=((M.REQUESTED, 14),),
)


def name_key(name: str) -> str:
    """What two spellings of one name have in common: NFKC, lower case, without white space and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())


def clean_credit_code(text: str) -> str:
    """Upper case, without white space, full-width characters made plain."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def is_credit_code(code: str) -> bool:
    """Whether an 统一社会信用代码 has the form and check character of GB 32100-2015. Format only, never proof of identity."""
    if not re.fullmatch(f"[{CREDIT_CODE_ALPHABET}]{{18}}", code):
        return False
    weighted = sum(CREDIT_CODE_ALPHABET.index(char) * (3**place % 31) for place, char in enumerate(code[:17]))
    return CREDIT_CODE_ALPHABET[-weighted % 31] == code[17]
