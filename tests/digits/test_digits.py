"""What the presets make of drawings that no training has: digits of many hands, and no digits."""

import pytest
from PIL import Image

from runtime import image
from runtime.classifier import Classifier
from tests.digits import drawings
from tests.digits.__main__ import digits, others, told
from tests.web.strokes import DIGITS

TAUGHT = ("base", "small")
"""The presets that learnt what is no digit."""
SEEN, UNSEEN = 0.02, 0.35
"""Of no digits, the share that may be taken for one: of kinds seen in training, and never seen."""


@pytest.mark.parametrize("name", TAUGHT)
def test_no_digits_are_refused(name: str) -> None:
    """Nearly all of the kinds that were learnt, and most of those that were not."""
    model = Classifier(name)
    kinds = others()
    for kind, most in (("kinds seen in training", SEEN), ("kinds never seen", UNSEEN)):
        answers = [one for _, one in told(model, kinds[kind])]
        assert sum(not one.is_none for one in answers) <= most * len(answers)


@pytest.mark.parametrize("name", TAUGHT)
def test_digits_of_many_hands_are_read(name: str) -> None:
    """1 with an upstroke, 7 with a bar, slanted ones: of 368 drawings at most 3 % not."""
    model = Classifier(name)
    answers = [answer for pictures in digits().values() for answer in told(model, pictures)]
    wrong = [(what, one.label) for what, one in answers if one.is_none or one.label != what[0]]
    assert len(wrong) <= 0.03 * len(answers), wrong


def page(text: str, places: list[tuple[float, float]], size: float, pen: int) -> Image.Image:
    """Digits of ``size`` pixels, each with its corner at its place, of a pad of 640x640."""
    strokes = [
        [(x / 640 + a * size / 640, y / 640 + b * size / 640) for a, b in stroke]
        for one, (x, y) in zip(text, places, strict=True)
        for stroke in DIGITS[one]
    ]
    return drawings.drawing(strokes, pen, side=640)


@pytest.mark.parametrize(
    ("text", "places", "size", "pen"),
    [
        ("1234", [(60, 20), (280, 20), (50, 220), (290, 220)], 300, 6),
        ("3141592653589", [(10 + 46 * n, 200) for n in range(13)], 120, 3),
        ("1000000", [(10 + 80 * n, 200) for n in range(7)], 120, 2),
        ("27182", [(20 + 60 * n, 100 + 25 * n) for n in range(5)], 150, 3),
    ],
)
def test_none_of_several_is_left_out(
    text: str, places: list[tuple[float, float]], size: float, pen: int
) -> None:
    """Two rows in their order, thirteen beside each other, a thin pen, a row that falls."""
    model = Classifier("base")
    picture = page(text, places, size, pen)
    assert "".join(model.predict(one.pixels).label for one in image.digits(picture)) == text


def test_a_face_is_one_thing() -> None:
    """Its ring is no frame around eyes and mouth: what is drawn is read as it was drawn."""
    for pen in drawings.PENS:
        (found,) = image.digits(drawings.drawing(drawings.SEEN["smiley"], pen))
        assert found.box[2] - found.box[0] > drawings.PAD / 2


def test_digits_that_touch_are_one_in_doubt() -> None:
    """Two of them that a line joins: no digit, or said to be wide."""
    model = Classifier("base")
    for left, right in ("48", "26", "35", "90"):
        strokes = [
            [(0.45 * x + shift, 0.3 + 0.45 * y) for x, y in stroke]
            for one, shift in ((left, 0.12), (right, 0.3))
            for stroke in DIGITS[one]
        ]
        joined = [*strokes, [(0.25, 0.52), (0.55, 0.52)]]
        (found,) = image.digits(drawings.drawing(joined, 8))
        assert found.is_wide or model.predict(found.pixels).is_none
