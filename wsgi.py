"""What a WSGI server and `flask --app wsgi` load."""

from marketplace.app import create_app
from marketplace.web.working import attend

app = create_app()
attend(app)
