"""Photos made safe to show: decoded and drawn anew, so that nothing of the upload but its pixels survives.

Place and time of the taking, the camera's serial number and whatever is hidden behind the picture go with the old file.
"""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageOps

from marketplace.infra import media
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

MAX_SIDE = 2000
THUMBNAIL_SIDE = 480
MAX_PIXELS = 64_000_000  # a phone's 50 megapixels pass; a bomb of a few kilobytes that unfolds to gigabytes does not

_FORMATS = {"JPEG": media.JPEG, "PNG": media.PNG, "WEBP": media.WEBP}
_OPTIONS: dict[str, dict[str, int | bool]] = {
    "JPEG": {"quality": 85, "optimize": True, "progressive": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 85},
}
_TOO_LARGE = N_("This picture has more than %(limit)s million pixels. Choose a smaller one.")
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# What Pillow raises for broken files, whatever it says in its documents.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)


@dataclass(frozen=True)
class Picture:
    """An image file in memory: bytes and media type, and its sides in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int


def clean_image(stream: BinaryIO, max_side: int = MAX_SIDE) -> Picture:
    """Draw the photo anew: upright, without metadata, no side above `max_side` pixels. Raises InvalidInput."""
    try:
        with Image.open(stream, formats=tuple(_FORMATS)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise InvalidInput(_TOO_LARGE, limit=MAX_PIXELS // 1_000_000)
            # A phone's JPEG with a second picture inside calls itself MPO; the first picture is the photo.
            return _encode(_pixels(image, max_side), image.format if image.format in _FORMATS else "JPEG")
    except _BOMBS:
        raise InvalidInput(_TOO_LARGE, limit=MAX_PIXELS // 1_000_000) from None
    except _BROKEN:
        raise InvalidInput(N_("This picture cannot be read. Take a JPEG, PNG or WebP file.")) from None


def thumbnail(stream: BinaryIO) -> Picture:
    """The same photo for a list: no side above 480 pixels. Raises InvalidInput."""
    return clean_image(stream, THUMBNAIL_SIDE)


def _pixels(image: Image.Image, max_side: int) -> Image.Image:
    """Only pixels: a new image has no comment, EXIF, XMP or text chunk that an encoder could carry over."""
    image.draft("RGB", (max_side, max_side))  # lets a JPEG be decoded at a fraction of its size
    upright = ImageOps.exif_transpose(image)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    plain.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    return clean


def _encode(image: Image.Image, form: str) -> Picture:
    out = BytesIO()
    image.save(out, form, **_OPTIONS[form])
    return Picture(out.getvalue(), _FORMATS[form], image.width, image.height)
