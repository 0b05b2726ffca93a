"""Forms of organisations and their members."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from marketplace.organisations.rules import Industry, MembershipRole, OrganisationKind, OrganisationSize
from marketplace.organisations.service import OrganisationData
from marketplace.web.forms import CountyField, Form, choices, chosen

FILL = _l("Please fill this in.")


class OrganisationForm(Form):
    """What an organisation is."""

    name = StringField(
        _l("Full name"),
        validators=[InputRequired(message=FILL), Length(max=200)],
        description=_l("As it stands on the business licence or registration certificate."),
    )
    kind = SelectField(_l("Kind"), choices=choices(OrganisationKind))
    credit_code = StringField(
        _l("Unified social credit code"),
        validators=[InputRequired(message=FILL), Length(max=40)],
        description=_l("18 characters; it stands on the licence."),
    )
    county = CountyField(
        _l("County"),
        empty=_l("Please choose"),
        validators=[InputRequired(message=FILL)],
        description=_l("The union of this county verifies the organisation."),
    )
    industry = SelectField(_l("Industry"), choices=choices(Industry, empty=_l("Please choose")))
    size = SelectField(_l("Size"), choices=choices(OrganisationSize, empty=_l("Please choose")))
    representative = StringField(_l("Legal representative"), validators=[InputRequired(message=FILL), Length(max=80)])

    def read(self) -> OrganisationData:
        """The validated input."""
        return OrganisationData(
            name=self.name.data or "",
            kind=OrganisationKind(self.kind.data),
            credit_code=self.credit_code.data or "",
            county=self.county.data,
            industry=chosen(Industry, self.industry.data),
            size=chosen(OrganisationSize, self.size.data),
            representative=self.representative.data or "",
        )


class PaperForm(Form):
    """One file."""

    file = FileField(_l("File"))


class RoleForm(Form):
    """The role of a member."""

    role = SelectField(_l("Role"), choices=choices(MembershipRole))

    def read(self) -> MembershipRole:
        """The validated input."""
        return MembershipRole(self.role.data)
