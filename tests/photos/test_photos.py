"""Photos of digits: what lies around the paper, falls on it or is printed on it is not read."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from runtime import image, sheet
from runtime.classifier import Classifier
from runtime.dataset import Examples
from tests.photos import kinds, scene
from tests.photos.__main__ import read
from train import data

EASY = replace(scene.TUNE, sizes=((640, 480), (480, 640)))
"""The sizes that are quick to draw."""


@pytest.mark.parametrize("kind", [kind for kind in kinds.KINDS if kind != "blank"])
def test_photos_of_each_kind_are_read(kind: str, mnist: Examples) -> None:
    """Of 20 photos at least 18 right, every digit in its place; docs/photos.md has hundreds."""
    model = Classifier("base")
    right = 0
    for number in range(20):
        rng = np.random.default_rng([*kind.encode(), number])
        photo = kinds.make(kind, EASY, rng, mnist)
        right += read(photo.content, photo.text, model).is_right
    assert right >= 18


def test_what_is_no_scene_keeps_its_bytes() -> None:
    """The embedded digits, 8x8 as they are, give what they gave before there were scenes."""
    pixels = data.embedded().inputs
    digest = "2c8b1d9fdcce6834c007ccdcf0794b904c15b0a896068761cb02f555e709c897"
    assert hashlib.sha256(pixels.tobytes()).hexdigest() == digest


def blocks(digit: np.ndarray[tuple[int, int], np.dtype[np.uint8]], *, light: bool) -> Image.Image:
    """An embedded digit in squares of 20 pixels, with a margin of paper."""
    ink = np.kron(np.pad(digit, 1), np.ones((20, 20))) * (255 / 16)
    return Image.fromarray(np.uint8(np.rint(ink if light else 255 - ink)))


def test_plain_drawings_keep_their_bytes() -> None:
    """A hundred large digits on even paper, dark and light: as before there were scenes."""
    with np.load(data.__file__.replace("data.py", "digits.npz")) as file:
        small = file["images"][:100]
    pictures = [blocks(digit, light=number % 2 == 1) for number, digit in enumerate(small)]
    pixels = np.stack([image.normalize(picture) for picture in pictures])
    digest = "36dd9cbf1a988103390a31298c38dea15b9e7abd5d2b38f23354001fc6e27bed"
    assert hashlib.sha256(pixels.tobytes()).hexdigest() == digest


def test_a_light_digit_is_no_sheet_of_paper() -> None:
    """Thick ones have the form of one now and then, but not its even brightness."""
    with np.load(data.__file__.replace("data.py", "digits.npz")) as file:
        small = file["images"][:300]
    greys = [image.to_grey(blocks(digit, light=True)) for digit in small]
    assert [sheet.cut_out(grey)[0].shape for grey in greys] == [grey.shape for grey in greys]


def test_boxes_are_in_the_pixels_of_the_picture() -> None:
    """Also where a small digit was looked at once more: 40 pixels of 1200."""
    page = Image.new("L", (1200, 900), 240)
    page.paste(20, (700, 500, 712, 540))
    (digit,) = image.digits(page)
    assert np.abs(np.subtract(digit.box, (700, 500, 712, 540))).max() <= 2


@pytest.mark.parametrize("size", [(300, 200), (1200, 900)])
def test_one_thin_line_is_a_1_and_no_rule(size: tuple[int, int]) -> None:
    """From border to border a line is erased as a rule, unless there is nothing else."""
    page = Image.new("L", size, 240)
    middle = size[0] // 2
    page.paste(20, (middle, 0, middle + size[0] // 100, size[1]))
    assert Classifier("base").predict(page).label == "1"
