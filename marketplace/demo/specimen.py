"""Papers for the demo: a page that nobody can mistake for a real licence, authorisation or signed contract."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

SIZE = (620, 877)
"""A4 at 75 dots per inch."""

INK, GREY, RED = (40, 40, 40), (205, 205, 205), (178, 34, 34)


def specimen(title: str, reference: str, kind: str = "PNG") -> BytesIO:
    """A page with a title in Latin letters and a reference, grey lines for text, and SPECIMEN across; PNG or PDF."""
    page = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(page)
    draw.text((60, 60), title, INK, ImageFont.load_default(28))
    draw.text((60, 105), reference, INK, ImageFont.load_default(16))
    for line in range(160, 640, 24):
        draw.rectangle((60, line, 560 - line % 7 * 18, line + 8), GREY)
    draw.ellipse((390, 660, 550, 820), outline=RED, width=5)
    draw.text((410, 728), "SPECIMEN", RED, ImageFont.load_default(26))
    draw.text((60, 730), "SPECIMEN - NOT A REAL DOCUMENT", RED, ImageFont.load_default(18))
    out = BytesIO()
    page.save(out, kind)
    out.seek(0)
    return out
