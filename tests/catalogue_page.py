"""A catalogue page as a reader sees it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

from flask.testing import FlaskClient

Index = Callable[[], None]
MARK = re.compile(r"</?mark>")


class Page(HTMLParser):
    """The titles of the cards and the facets of a catalogue page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.titles = [
            MARK.sub("", title) for title in re.findall(r'<h2 class="card-title"><a href="[^"]*">(.*?)</a>', text)
        ]
        self.links = re.findall(r'<h2 class="card-title"><a href="([^"]*)">', text)
        options = re.findall(
            r'<li><a href="([^"]*)" rel="nofollow"[^>]*>\s*<span>(?:<svg.*?</svg>)?(.*?)</span> '
            r'<span class="facet-count">(\d+)</span>',
            text,
            re.DOTALL,
        )
        self.facets = {label: (int(count), url.replace("&amp;", "&")) for url, label, count in options}


def open_page(client: FlaskClient, url: str) -> Page:
    answer = client.get(url)
    assert answer.status_code == 200
    return Page(answer.text)
