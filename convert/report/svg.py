"""Matplotlib figures as inline SVG that follows the page: its text colour, its palette, its font.

Figures are drawn in stand-in colours, which become CSS variables here, so that one picture is
legible in light, in dark and in print.
"""

import io
import re
from contextlib import AbstractContextManager
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

INK, FAINT, FLOAT, INT8, FILL = "#010101", "#020202", "#030303", "#040404", "#050505"
"""Stand-ins: text and axes, grid lines, the float network, the int8 network, quiet areas."""

_VARIABLES = {INK: "ink", FAINT: "line", FLOAT: "float", INT8: "int8", FILL: "fill"}
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: found, selected, read aloud
    "svg.hashsalt": "thimble",  # the same figure gives the same bytes
    "text.parse_math": False,  # a layer may be called $1
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
}


def figure(width: float = 3.3, height: float = 2.3) -> Figure:
    """An empty figure of that size in inches; draw in it within ``style``."""
    return Figure(figsize=(width, height), layout="constrained")


def style() -> AbstractContextManager[None]:
    """The look of all figures, as a context."""
    return mpl.rc_context(STYLE)


def inline(drawn: Figure, name: str, text: str) -> Markup:
    """``drawn`` as an ``<svg>`` with ids that start with ``name``; ``text`` is read out for it.

    ``name``: letters, digits and hyphens.
    """
    sink = io.StringIO()
    with style():
        drawn.savefig(sink, format="svg", transparent=True, metadata={"Date": None})
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(sink.getvalue())  # noqa: S314 - matplotlib's own output
    for element in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(element)
    # In CSS pixels at its natural size: 96 an inch, where matplotlib has 72 points.
    for side, inches in zip(("width", "height"), drawn.get_size_inches(), strict=True):
        root.set(side, f"{96 * inches:.0f}")
    root.set("role", "img")
    root.set("aria-label", text)
    content = _themed(_named(ElementTree.tostring(root, encoding="unicode"), name))
    return Markup(content)  # noqa: S704 - ElementTree has escaped whatever is text in it


def _named(content: str, name: str) -> str:
    """Ids that no other figure of the page has, and references that follow them."""
    content = re.sub(r'\bid="', f'id="{name}-', content)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", content)


def _themed(content: str) -> str:
    for colour, variable in _VARIABLES.items():
        content = content.replace(colour, f"var(--{variable})")
    return content
