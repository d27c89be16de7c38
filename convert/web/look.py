"""What makes an app one's own: its name, colour, icon and words."""

import argparse
import colorsys
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convert.web import icon
from runtime import classifier, image
from runtime.errors import DataError

APP = Path(classifier.__file__).parent / "web" / "app"
"""The page that every app is."""
LANGUAGES = ("en", "fr")
"""What the page speaks."""
NIGHT = "#1f2228"
"""The page's cards in the dark, on which text is harder to read than on its background; by day
that is the background, the icon's paper."""
CONTRAST = 4.5
"""Of text on its background, as WCAG 2 wants it."""
_STEP = 0.01
_TEXTS, _LABELS = "text-en.js", "labels"


@dataclass(frozen=True)
class Look:
    """How an app presents itself."""

    name: str = "thimble"
    color: str = icon.COPPER  # #rrggbb
    icon: Path | None = None  # a picture; None: the thimble
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by language, then key
    rate: int = 50  # rows of a sensor a second

    def icons(self) -> dict[str, bytes]:
        """The icon's files; raises ImageError for one that cannot be read."""
        sizes = (192, 512)
        if self.icon is None:
            return {f"icon-{size}.png": icon.draw(size, self.color) for size in sizes}
        picture = image.read(self.icon).convert("RGBA")
        return {f"icon-{size}.png": icon.fitted(picture, size) for size in sizes}

    def style(self) -> bytes:
        """The colour as a style sheet, so dark by day and so light by night that it can be read."""
        day, night = (readable(self.color, paper) for paper in (icon.PAPER, NIGHT))
        on_day, on_night = (_on(one) for one in (day, night))
        return (
            f":root {{ --accent: {day}; --on-accent: {on_day}; }}\n"
            "@media (prefers-color-scheme: dark) {\n"
            f"  :root {{ --accent: {night}; --on-accent: {on_night}; }}\n}}\n"
        ).encode()


def color(text: str) -> str:
    """An argument that is a colour, #rrggbb."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no colour: give one as {icon.COPPER}")
    return text.lower()


def words(path: Path) -> dict[str, dict[str, Any]]:
    """A task's own words: JSON, {"en": {"tagline": ..., "labels": {"cat": "chat"}}, "fr": ...}.

    Raises DataError for a file that is anything else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise DataError(f"{path} is no JSON ({error}): mend it") from error
    known = set(re.findall(r"(?m)^    (\w+):", (APP / _TEXTS).read_text(encoding="utf-8")))
    for language, texts in found.items() if isinstance(found, dict) else [("", None)]:
        if language not in LANGUAGES or not isinstance(texts, dict):
            raise DataError(
                f'{path} must be {{"en": {{"tagline": ...}}, "fr": {{...}}}}: the languages that '
                f"the app speaks are {', '.join(LANGUAGES)}"
            )
        for key, text in texts.items():
            if key != _LABELS and key not in known:
                raise DataError(
                    f"{path}: the page says no {key!r} ({language!r}): take a key of {_TEXTS}"
                )
            _require_word(path, language, key, text)
    return dict(found)


def title(text: str) -> str:
    """An argument that is an app's name: not blank."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is blank: give one that is read on a phone")
    return text


def _require_word(path: Path, language: str, key: str, text: object) -> None:
    is_map = isinstance(text, dict) and all(isinstance(one, str) for one in text.values())
    if not (is_map if key == _LABELS else isinstance(text, str)):
        wanted = "an object of texts by label" if key == _LABELS else "a text"
        raise DataError(f"{path}: {key!r} in {language!r} must be {wanted}")


def readable(wanted: str, paper: str) -> str:
    """``wanted``, darker or lighter until text of it can be read on ``paper``."""
    hue, light, saturation = colorsys.rgb_to_hls(*_channels(wanted))
    step = -_STEP if luminance(paper) > 0.5 else _STEP
    found = wanted
    while contrast(found, paper) < CONTRAST:
        light = min(max(light + step, 0.0), 1.0)
        rgb = colorsys.hls_to_rgb(hue, light, saturation)
        found = "#" + "".join(f"{round(255 * one):02x}" for one in rgb)
    return found


def _on(background: str) -> str:
    """White or nearly black: what is read better on ``background``."""
    return max(("#ffffff", "#16181c"), key=lambda one: contrast(one, background))


def contrast(one: str, other: str) -> float:
    """Of two colours, by WCAG 2: 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(text: str) -> float:
    """Of a colour, by WCAG 2: 0 to 1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(text)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(text: str) -> tuple[float, float, float]:
    red, green, blue = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue
