"""Examples as a finger draws them: strokes of points in 0..1 of the pad, y down."""

import math
from collections.abc import Sequence

from playwright.sync_api import Page

Points = list[tuple[float, float]]


def arc(centre: tuple[float, float], radii: tuple[float, float], start: int, end: int) -> Points:
    """Part of an ellipse; degrees from the right, clockwise as y points down."""
    (x, y), (rx, ry), steps = centre, radii, 9
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]


DIGITS: dict[str, list[Points]] = {
    "0": [arc((0.5, 0.5), (0.17, 0.27), -90, 275)],
    "1": [[(0.52, 0.22), (0.5, 0.78)]],
    "2": [[*arc((0.5, 0.36), (0.16, 0.14), -170, 40), (0.34, 0.76), (0.68, 0.76)]],
    "3": [[*arc((0.48, 0.36), (0.15, 0.13), -150, 80), *arc((0.48, 0.63), (0.17, 0.15), -80, 150)]],
    "4": [[(0.42, 0.24), (0.33, 0.55), (0.68, 0.55)], [(0.6, 0.28), (0.58, 0.8)]],
    "5": [
        [(0.64, 0.25), (0.4, 0.25), (0.38, 0.46), *arc((0.48, 0.61), (0.17, 0.16), -110, 140)],
    ],
    "6": [[(0.6, 0.22), (0.44, 0.42), *arc((0.51, 0.62), (0.15, 0.16), 180, -170)]],
    "7": [[(0.32, 0.26), (0.68, 0.26), (0.47, 0.78)]],
    "8": [
        [
            *arc((0.5, 0.37), (0.13, 0.13), 70, -250),
            *arc((0.5, 0.64), (0.16, 0.15), -80, 250),
        ]
    ],
    "9": [[*arc((0.5, 0.38), (0.15, 0.14), 0, -340), (0.65, 0.4), (0.58, 0.78)]],
}


def touch(page: Page, strokes: Sequence[Points]) -> None:
    """Draw on the pad with real touch input."""
    pad = page.locator("#pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    line = page.context.new_cdp_session(page)
    for stroke in strokes:
        kind = "touchStart"
        for x, y in stroke:
            at = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
            line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
            kind = "touchMove"
        line.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    line.detach()
