"""runtime.image and runtime.ink: any picture of a digit becomes MNIST's form of it."""

import io
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFilter

from runtime import arrays, dataset, image, paper
from runtime.errors import ImageError

Pixels = npt.NDArray[np.uint8]


def draw_two(size: tuple[int, int] = (200, 240), width: int = 20) -> Image.Image:
    """A 2 in black lines on white, mode L."""
    picture = Image.new("L", size, 255)
    x, y = size[0] / 200, size[1] / 240
    points = [(60, 80), (75, 50), (110, 45), (140, 75), (130, 115), (60, 190), (150, 190)]
    scaled = [(px * x, py * y) for px, py in points]
    ImageDraw.Draw(picture).line(scaled, fill=0, width=width, joint="curve")
    return picture


def likeness(first: Pixels, second: Pixels) -> float:
    """The correlation of two pictures: 1 when they are the same but for contrast."""
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


@pytest.fixture(scope="module")
def two() -> Pixels:
    return image.normalize(draw_two())


def with_alpha(colour: int) -> Image.Image:
    alpha = draw_two().point(lambda value: 255 - value)
    return Image.merge("LA", [Image.new("L", alpha.size, colour), alpha])


def deep(picture: Image.Image, dtype: str, top: float) -> Image.Image:
    values = np.asarray(picture, np.float64) / 255 * top
    return Image.fromarray(values.astype(dtype))


PICTURES: dict[str, Callable[[], Image.Image]] = {
    "light on dark": lambda: draw_two().point(lambda value: 255 - value),
    "grey on grey": lambda: draw_two().point(lambda value: 120 + value // 8),
    "RGB": lambda: draw_two().convert("RGB"),
    "1": lambda: draw_two().convert("1"),
    "P": lambda: draw_two().convert("RGB").quantize(16),
    "CMYK": lambda: draw_two().convert("RGB").convert("CMYK"),
    "YCbCr": lambda: draw_two().convert("RGB").convert("YCbCr"),
    "HSV": lambda: draw_two().convert("RGB").convert("HSV"),
    "I;16": lambda: deep(draw_two(), "uint16", 65535),
    "I": lambda: deep(draw_two(), "int32", 65535),
    "F": lambda: deep(draw_two(), "float32", 1),
    "LA black on nothing": lambda: with_alpha(0),
    "LA white on nothing": lambda: with_alpha(255),
    "RGBA black on nothing": lambda: with_alpha(0).convert("RGBA"),
    "RGBA white on nothing": lambda: with_alpha(255).convert("RGBA"),
    "RGBA opaque": lambda: draw_two().convert("RGBA"),
    "P with transparency": lambda: with_alpha(0).convert("RGBA").quantize(16),
    "large": lambda: draw_two((2000, 2400), 200),
    "small": lambda: draw_two().resize((60, 72), Image.Resampling.BOX),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_one_digit_in_any_form_becomes_the_same_picture(kind: str, two: Pixels) -> None:
    """Mode, depth, size, transparency and polarity do not change what the network sees."""
    assert likeness(image.normalize(PICTURES[kind]()), two) > 0.97


def test_paper_is_0_and_the_digit_fills_20_pixels_about_its_centre_of_mass(two: Pixels) -> None:
    """The form is that of MNIST, by its description: a 20x20 box, centre of mass in the middle."""
    rows, columns = np.flatnonzero(two.any(axis=1)), np.flatnonzero(two.any(axis=0))
    assert two.shape == (28, 28)
    assert two.dtype == np.uint8
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    assert two.max() == 255
    places = np.arange(28) + 0.5
    for axis in (0, 1):
        middle = (two.sum(axis=axis) * places).sum() / two.sum()
        assert 14 <= middle < 15


def test_the_aspect_ratio_is_kept() -> None:
    """A bar of 40 by 200 pixels becomes one of 4 by 20."""
    picture = Image.new("L", (300, 300), 255)
    ImageDraw.Draw(picture).rectangle((100, 50, 139, 249), fill=0)
    inked = image.normalize(picture) > 127
    assert (inked.any(axis=1).sum(), inked.any(axis=0).sum()) == (20, 4)


@pytest.mark.parametrize("invert", [False, True])
def test_mnist_comes_back_as_it_is(invert: bool, mnist: dataset.Examples) -> None:
    """A picture that is in MNIST's form already is hardly changed, in either polarity."""
    same = 0
    for pixels in mnist.inputs[:200]:
        saved = Image.fromarray(255 - pixels if invert else pixels)
        difference = image.normalize(saved).astype(int) - pixels
        same += int(np.abs(difference).max() <= 8)
    assert same >= 180


def photo(picture: Image.Image, seed: int = 1) -> Image.Image:
    """``picture`` as a phone would see it: uneven light, a shadow, noise and blur."""
    generator = np.random.default_rng(seed)
    page = np.asarray(picture.filter(ImageFilter.GaussianBlur(1)), np.float64) / 255
    height, width = page.shape
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    light = (0.9 - 0.4 * x) * (1 - 0.35 / (1 + np.exp((y - 0.5) / 0.03)))
    seen = (0.2 + 0.75 * page) * light + generator.normal(0, 0.03, page.shape)
    return Image.fromarray((np.clip(seen, 0, 1) * 255).astype(np.uint8))


def test_light_shadow_and_noise_are_removed(two: Pixels) -> None:
    """A photo with a gradient, a shadow across the digit and noise gives nearly the clean form."""
    seen = image.normalize(photo(draw_two((600, 720), 60)))
    assert likeness(seen, two) > 0.97
    assert (seen[two == 0] == 0).mean() > 0.9


def test_a_table_at_the_edge_and_dust_are_left_out(two: Pixels) -> None:
    """A dark strip along two sides and a speck far away do not count as ink."""
    page = Image.new("L", (300, 340), 255)
    page.paste(draw_two(), (60, 60))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 15, 339), fill=30)
    pen.rectangle((0, 0, 299, 12), fill=30)
    pen.ellipse((280, 320, 284, 324), fill=0)
    assert likeness(image.normalize(page), two) > 0.97


def test_thin_strokes_become_as_wide_as_mnists(two: Pixels) -> None:
    """A line of 1 in 100 of the digit's height is thickened, and still shows the same digit."""
    thin = image.normalize(draw_two(width=2))
    inked, widest = (thin > 127).sum(), (two > 127).sum()
    assert 0.5 * widest < inked < 1.2 * widest
    assert likeness(thin, two) > 0.7


@pytest.mark.parametrize("level", [0, 90, 255])
@pytest.mark.parametrize("noise", [0, 6])
def test_a_blank_picture_is_refused(level: int, noise: int) -> None:
    """Paper without ink, noisy or not, has nothing to read."""
    values = np.random.default_rng(2).normal(level, noise, (300, 200))
    page = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    with pytest.raises(ImageError, match="nothing to read"):
        image.normalize(page)


def test_a_fully_transparent_picture_is_refused() -> None:
    """What cannot be seen is not read."""
    with pytest.raises(ImageError, match="nothing to read"):
        image.normalize(Image.new("RGBA", (40, 40), (0, 0, 0, 0)))


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int, tmp_path: Path) -> None:
    """All eight orientations give the upright picture: EXIF 2.3, tag 0x0112."""
    turns = Image.Transpose
    stored = {
        1: None,
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_90,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_270,
    }[orientation]
    upright = draw_two()
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = upright if stored is None else upright.transpose(stored)
    path = tmp_path / "digit.jpg"
    path.write_bytes(encoded(turned, "JPEG", quality=95, exif=exif))
    found = image.read(path)
    assert found.size == upright.size
    assert likeness(np.asarray(found.convert("L")), np.asarray(upright)) > 0.99


PNG = encoded(draw_two())
FRAMES = [draw_two(), draw_two(width=4)]
BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty file"),
    "text": (b"hello, I am a picture\n" * 9, "not a picture"),
    "truncated": (PNG[: len(PNG) // 2], "damaged"),
    "corrupt": (PNG[:60] + b"\xff" * 40 + PNG[100:], "damaged"),
    "truncated jpeg": (encoded(draw_two(), "JPEG")[:900], "damaged"),
    "gif": (encoded(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]), "2 frames"),
    "apng": (encoded(FRAMES[0], "PNG", save_all=True, append_images=FRAMES[1:]), "2 frames"),
    "webp": (encoded(FRAMES[0], "WEBP", save_all=True, append_images=FRAMES[1:]), "2 frames"),
    "tiff": (encoded(FRAMES[0], "TIFF", save_all=True, append_images=FRAMES[1:]), "2 frames"),
    "tiny": (encoded(Image.new("L", (3, 50))), "3x50"),
    "bomb": (encoded(Image.new("1", (8001, 8000))), "megapixels"),
    "pillow's bomb": (encoded(Image.new("1", (20000, 10000))), "megapixels"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_an_unfit_file_is_refused_in_one_line_with_its_name(kind: str, tmp_path: Path) -> None:
    """What is wrong and in which file is said in an ImageError, without a warning from Pillow."""
    content, message = BROKEN[kind]
    path = tmp_path / "some picture.png"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ImageError, match=message) as caught:
            image.read(path)
    assert "some picture.png" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["missing.png", "."])
def test_what_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    """A missing file and a folder are ImageErrors."""
    with pytest.raises(ImageError, match=r"does not exist|is not a file"):
        image.read(tmp_path / name)


def test_pillows_limit_is_left_alone(tmp_path: Path) -> None:
    """Reading changes none of Pillow's global settings."""
    (tmp_path / "digit.png").write_bytes(PNG)
    before = Image.MAX_IMAGE_PIXELS
    image.read(tmp_path / "digit.png")
    assert before == Image.MAX_IMAGE_PIXELS


def test_a_phones_mpo_is_read(tmp_path: Path) -> None:
    """A JPEG with previews behind it, as phones write them, is one picture."""
    path = tmp_path / "digit.jpg"
    path.write_bytes(encoded(FRAMES[0], "MPO", save_all=True, append_images=FRAMES[1:]))
    assert likeness(np.asarray(image.read(path).convert("L")), np.asarray(FRAMES[0])) > 0.99


def test_mutated_files_never_raise_anything_else(tmp_path: Path) -> None:
    """Bytes changed at random give a picture or an ImageError."""
    generator = np.random.default_rng(3)
    path = tmp_path / "digit"
    outcomes = {"picture": 0, "error": 0}
    for kind in ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"):
        original = encoded(draw_two((60, 72), 6), kind)
        for _ in range(40):
            content = bytearray(original)
            for place in generator.integers(0, len(content), 3):
                content[place] = generator.integers(256)
            path.write_bytes(content)
            try:
                image.normalize(image.read(path))
                outcomes["picture"] += 1
            except ImageError:
                outcomes["error"] += 1
    assert min(outcomes.values()) > 0


def test_to_float_divides_by_255_and_adds_the_channel() -> None:
    """0 becomes 0.0, 255 becomes 1.0, and the shape gains an axis of 1."""
    pixels = np.array([[[0, 51], [102, 255]]], np.uint8)
    result = image.to_float(pixels)
    assert result.shape == (1, 2, 2, 1)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result.ravel(), [0, 0.2, 0.4, 1], rtol=1e-6)


def test_quantize_rounds_half_to_even_and_clips() -> None:
    """Steps of 0.5 from -3: ties go to the even step, and int8's limits hold."""
    values = np.array([0.25, 0.75, -0.25, 1.0, 1000, -1000], np.float32)
    result = image.quantize(values, 0.5, -3, np.int8)
    assert result.dtype == np.int8
    assert result.tolist() == [-3, -1, -3, -1, 127, -128]


def test_components_are_8_connected() -> None:
    """Pixels that touch at a corner are one component, a U is one, and the count is right."""
    drawn = ["#...#.#", "#...#..", ".#.#..#", "..#...#"]
    mask = np.array([[mark == "#" for mark in row] for row in drawn])
    names, count = arrays.components(mask)
    assert count == 3
    assert len({names[0, 0], names[0, 4], names[3, 2]}) == 1
    assert len({names[0, 0], names[0, 6], names[3, 6]}) == 3
    assert (names[~mask] == 0).all()


def test_closing_fills_what_is_narrower_than_its_square() -> None:
    """A slit of 3 in light paper vanishes under a square of 5 and stays under one of 3."""
    page = np.ones((20, 20), np.float32)
    page[:, 8:11] = 0
    assert paper.close(page, 2).min() == 1
    assert (paper.close(page, 1) == page).all()
