"""A photo that is shown holds its pixels and nothing else."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from marketplace.infra import images, media
from marketplace.kernel.errors import InvalidInput

ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F
RED, BLUE = (254, 0, 0), (0, 0, 254)


def photo(form: str = "JPEG", size: tuple[int, int] = (400, 300), mode: str = "RGB", **options: Any) -> BytesIO:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, size[0], size[1]))
    out = BytesIO()
    image.convert(mode).save(out, form, **options)
    out.seek(0)
    return out


def reopened(picture: images.Picture) -> Image.Image:
    return Image.open(BytesIO(picture.content))


def exif(orientation: int) -> Image.Exif:
    data = Image.Exif()
    data[ORIENTATION] = orientation
    data[MAKER] = "Secret phone"
    data.get_ifd(GPS)[2] = (36.0, 42.0, 0.0)
    return data


def test_metadata_goes_and_orientation_is_applied() -> None:
    picture = images.clean_image(photo(exif=exif(6), comment=b"Secret note"))
    assert b"Secret" not in picture.content
    clean = reopened(picture)
    assert not clean.getexif()
    assert clean.size == (picture.width, picture.height) == (300, 400)
    top, bottom = clean.getpixel((150, 10)), clean.getpixel((150, 390))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] > 200, bottom[2] > 200) == (True, True)


def test_hidden_text_of_a_png_goes() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Secret name")
    picture = images.clean_image(photo("PNG", pnginfo=notes))
    assert b"Secret" not in picture.content
    assert not reopened(picture).info


@pytest.mark.parametrize(("form", "kind"), [("JPEG", media.JPEG), ("PNG", media.PNG), ("WEBP", media.WEBP)])
def test_the_kind_stays_and_is_what_the_content_says(form: str, kind: str) -> None:
    picture = images.clean_image(photo(form))
    assert picture.media_type == media.sniff(BytesIO(picture.content)) == kind


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_colours_become_rgb(mode: str) -> None:
    assert reopened(images.clean_image(photo(mode=mode))).mode == "RGB"


def test_transparency_stays() -> None:
    out = BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(out, "PNG")
    assert reopened(images.clean_image(out)).getpixel((5, 5)) == (255, 0, 0, 0)


def test_a_photo_with_a_second_picture_inside_is_a_jpeg() -> None:
    second = Image.new("RGB", (20, 20))
    picture = images.clean_image(photo("MPO", save_all=True, append_images=[second]))
    assert (picture.media_type, picture.width) == (media.JPEG, 400)


@pytest.mark.parametrize(
    ("size", "expected", "small"), [((4000, 3000), (2000, 1500), (480, 360)), ((300, 200), (300, 200), (300, 200))]
)
def test_sides_are_limited_and_never_enlarged(
    size: tuple[int, int], expected: tuple[int, int], small: tuple[int, int]
) -> None:
    assert reopened(images.clean_image(photo(size=size))).size == expected
    assert reopened(images.thumbnail(photo(size=size))).size == small


def bomb(width: int, height: int) -> BytesIO:
    """A PNG that names a huge size and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(b"\x00")), (b"IEND", b"")
    return BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts))


@pytest.mark.parametrize("side", [8_001, 10_000, 30_000])
def test_a_bomb_is_refused_before_it_unfolds(side: int) -> None:
    with pytest.raises(InvalidInput, match="million pixels"):
        images.clean_image(bomb(side, side))


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", photo().getvalue()[:300], b"%PDF-1.7"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        images.clean_image(BytesIO(content))
