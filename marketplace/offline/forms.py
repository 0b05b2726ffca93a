"""The forms of the offline ledger: a deal as it is told, a sheet, a paper, a reason."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from marketplace.contracts.rules import ContractType
from marketplace.offline.rules import LONGEST_NAME, LONGEST_REASON, LONGEST_SOURCE, LONGEST_TITLE, Told
from marketplace.web.forms import FILL_IN, TOO_LONG, CountyField, Form, MoneyField, choices, chosen, row_id

_NAME = [InputRequired(FILL_IN), Length(max=LONGEST_NAME, message=TOO_LONG)]
_OUTSIDE = _l("Not given, or outside the city")


class EntryForm(Form):
    """A deal made outside the platform."""

    title = StringField(
        _l("Title of the contract"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_TITLE, message=TOO_LONG)]
    )
    seller_name = StringField(_l("Seller"), validators=_NAME)
    seller_code = StringField(_l("Credit code of the seller"), validators=[Length(max=40, message=TOO_LONG)])
    seller_county = CountyField(_l("County of the seller"), empty=_OUTSIDE)
    buyer_name = StringField(_l("Buyer"), validators=_NAME)
    buyer_code = StringField(_l("Credit code of the buyer"), validators=[Length(max=40, message=TOO_LONG)])
    buyer_county = CountyField(_l("County of the buyer"), empty=_OUTSIDE)
    contract_type = SelectField(
        _l("Type of contract"),
        choices=choices(ContractType, empty=_l("Please choose")),
        validators=[InputRequired(FILL_IN)],
    )
    amount = MoneyField(_l("Amount with tax"), validators=[DataRequired(FILL_IN)])
    day = DateField(_l("Day of signing"), validators=[InputRequired(FILL_IN)])
    source = TextAreaField(
        _l("Where this is known from"),
        validators=[InputRequired(FILL_IN), Length(max=LONGEST_SOURCE, message=TOO_LONG)],
    )
    result = StringField(_l("Number of the result on this platform"), validators=[Optional()])
    all_the_same = BooleanField(_l("It is another contract than those shown; enter it"))

    def validate_result(self, field: StringField) -> None:
        """A number that no result can have."""
        if row_id(field.data.strip()) is None:
            raise ValidationError(_l("The number of a result is the one in the address of its page."))

    def read(self) -> Told:
        """What was typed."""
        return Told(
            title=self.title.data or "",
            seller_name=self.seller_name.data or "",
            buyer_name=self.buyer_name.data or "",
            fen=self.amount.fen,
            day=self.day.data,
            contract_type=chosen(ContractType, self.contract_type.data),
            source=self.source.data or "",
            seller_code=self.seller_code.data or "",
            buyer_code=self.buyer_code.data or "",
            seller_county=self.seller_county.data or None,
            buyer_county=self.buyer_county.data or None,
            result_id=row_id((self.result.data or "").strip()),
        )


class SheetForm(Form):
    """A sheet of such deals."""

    file = FileField(
        _l("Spreadsheet"),
        description=_l("CSV or XLSX, at most 20 MB and 1,000 rows. The first row names the columns, in any order."),
        validators=[FileRequired(_l("Choose a file."))],
    )


class OfflinePaperForm(Form):
    """A scan beside a row."""

    file = FileField(_l("Scan of the contract or of another paper"), validators=[FileRequired(_l("Choose a file."))])


class TakeOffForm(Form):
    """Why a row is booked off."""

    reason = TextAreaField(
        _l("Reason"), validators=[InputRequired(FILL_IN), Length(max=LONGEST_REASON, message=TOO_LONG)]
    )
