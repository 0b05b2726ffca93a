"""The form of a base."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from marketplace.bases.rules import BaseKind, BaseLevel
from marketplace.bases.service import BaseData
from marketplace.web.forms import CountyField, Form, choices


class BaseForm(Form):
    """Name, kind, level, county, leader, sector."""

    name = StringField(_l("Name of the base"), validators=[InputRequired(), Length(max=200)])
    kind = SelectField(_l("Kind"), choices=choices(BaseKind))
    level = SelectField(_l("Level"), choices=choices(BaseLevel))
    county = CountyField(_l("County"))
    leader = StringField(_l("Leader"), validators=[InputRequired(), Length(max=80)])
    sector = StringField(_l("Field of work"), validators=[Length(max=80)])

    def read(self) -> BaseData:
        """The validated input."""
        return BaseData(
            name=self.name.data or "",
            kind=BaseKind(self.kind.data),
            level=BaseLevel(self.level.data),
            county=self.county.data,
            leader=self.leader.data or "",
            sector=self.sector.data or "",
        )
