"""Forms of alerts."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from marketplace.alerts.rules import NAME_LENGTH, Frequency
from marketplace.web.forms import Form, RadiosField, choices


class PreferenceForm(Form):
    """How often one wants to hear of matches, and whether any may be recommended."""

    frequency = RadiosField(_l("How often you hear of new matches"), choices=lambda: choices(Frequency))
    recommendations = BooleanField(_l("Recommend to me what fits my results and needs"))


class SearchForm(Form):
    """Name and frequency of a saved search."""

    name = StringField(
        _l("Name of the search"),
        validators=[InputRequired(message=_l("Give the search a name.")), Length(max=NAME_LENGTH)],
    )
    frequency = SelectField(_l("How often you hear of new finds"), choices=lambda: choices(Frequency))
