"""Forms of matches and interests."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from marketplace.matching.rules import DismissReason
from marketplace.matching.service import MESSAGE_LENGTH, REASON_LENGTH
from marketplace.web.forms import Form, choices


class DismissForm(Form):
    """Why a match does not suit."""

    reason = SelectField(_l("Why does it not suit?"), choices=choices(DismissReason))
    note = StringField(_l("In a few words"), validators=[Optional(), Length(max=200)])


class InterestForm(Form):
    """For whom one speaks, about which own listing, and what one says."""

    own = SelectField(validators=[Optional()])
    party = SelectField(_l("You speak for"), validators=[Optional()])
    message = TextAreaField(
        _l("Your message"),
        validators=[
            InputRequired(_l("Write a line to the other side.")),
            Length(max=MESSAGE_LENGTH, message=_l("At most %(max)d characters.")),
        ],
    )


class DeclineForm(Form):
    """The reason the sender reads."""

    reason = TextAreaField(
        _l("Reason"),
        validators=[
            InputRequired(_l("Give the reason: the sender has a right to it.")),
            Length(max=REASON_LENGTH, message=_l("At most %(max)d characters.")),
        ],
    )
