"""The form that takes a spreadsheet."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from marketplace.listings.rules import ListingKind
from marketplace.web.forms import Form, RadiosField, choices


class ImportForm(Form):
    """What the rows are, and the file."""

    kind = RadiosField(_l("What do the rows hold?"), choices=choices(ListingKind), default=ListingKind.RESULT.value)
    file = FileField(
        _l("Spreadsheet"),
        description=_l("CSV or XLSX, at most 20 MB. The first row names the columns, in any order."),
        validators=[FileRequired(_l("Choose a file."))],
    )
