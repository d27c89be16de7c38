"""How many drawings of no digit are taken for digits, and how many digits are misread.

For example:
  python -m tests.digits
  python -m tests.digits base build/micro
"""

import sys
from collections.abc import Mapping

from PIL import Image

from runtime.classifier import Classifier, Prediction, bundled
from tests.digits import drawings
from tests.web.strokes import DIGITS

Pictures = Mapping[str, list[Image.Image]]


def others() -> dict[str, Pictures]:
    """What is no digit, by how new it is to the networks."""
    return {
        "kinds seen in training": drawings.several(drawings.SEEN),
        "kinds never seen": drawings.several(drawings.UNSEEN),
        "letters of a font": {one: [drawings.glyph(one)] for one in drawings.LETTERS},
        "signs of a font": {one: [drawings.glyph(one)] for one in drawings.SIGNS},
    }


def digits() -> dict[str, Pictures]:
    """Digits as people write them; the first character of a name is what it shows."""
    lean = {
        f"{name}, slanted {slant}": pictures
        for slant in (0.3, 0.5)
        for name, pictures in drawings.several(
            DIGITS, lambda one, s=slant: drawings.slanted(one, s)
        ).items()
    }
    return {
        "1 with an upstroke": drawings.several(drawings.ONES),
        "7, some with a bar": drawings.several(drawings.SEVENS),
        "0 to 9, plain": drawings.several(DIGITS),
        "0 to 9, slanted": lean,
    }


def told(model: Classifier, pictures: Pictures) -> list[tuple[str, Prediction]]:
    """What ``model`` says of each."""
    return [(name, model.predict(one)) for name, every in pictures.items() for one in every]


def main(names: list[str]) -> None:
    """Print both tables for each model."""
    for name in names:
        model = Classifier(name)
        print(f"\n{name}: no digits | of | taken for a digit | with 90 % or more")
        for kind, pictures in others().items():
            found = told(model, pictures)
            taken = [(what, one) for what, one in found if not one.is_none]
            sure = sum(one.probability >= 0.9 for _, one in taken)
            worst: dict[str, int] = {}
            for what, _ in taken:
                worst[what] = worst.get(what, 0) + 1
            print(f"{kind} | {len(found)} | {len(taken)} | {sure} | {worst}")
        print(f"\n{name}: digits | of | misread | refused | misread with 90 % or more")
        for kind, pictures in digits().items():
            found = told(model, pictures)
            kept = [(what, one) for what, one in found if not one.is_none]
            wrong = [(what, one) for what, one in kept if one.label != what[0]]
            sure = sum(one.probability >= 0.9 for _, one in wrong)
            print(
                f"{kind} | {len(found)} | {len(wrong)} | {len(found) - len(kept)} | {sure} | "
                f"{sorted({f'{w[:9]}->{o.label}' for w, o in wrong})}"
            )


if __name__ == "__main__":
    main(sys.argv[1:] or list(bundled()))
