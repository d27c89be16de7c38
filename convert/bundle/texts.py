"""The notes of a bundle: ``notes/*.md``, with what is true of this one.

<!-- if uint8 int8 -->  what follows stays where one of these holds ...
<!-- end -->            ... up to here
{{name}}                is filled in
"""

import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

import numpy as np

from runtime import image
from runtime.tasks.scaling import Scaling

NOTES = ("README.md", "android.md", "ios.md", "web.md")
_BLOCK = re.compile(
    r"^[ ]*<!-- if ([\w ]+) -->\n(.*?)^[ ]*<!-- end -->\n", re.MULTILINE | re.DOTALL
)
_PLACE = re.compile(r"\{\{(\w+)\}\}")


def written(described: Mapping[str, Any]) -> dict[str, bytes]:
    """Each note for the bundle whose contract is ``described``, by name."""
    folder = resources.files("convert.bundle") / "notes"
    true, known = facts(described), places(described)
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in NOTES}
    return {name: filled(text, true, known).encode() for name, text in texts.items()}


def filled(text: str, true: set[str], known: Mapping[str, str]) -> str:
    """``text`` with the blocks that are ``true`` and the places that are ``known``."""
    kept = _BLOCK.sub(lambda found: found[2] if true & {*found[1].split()} else "", text)
    return _PLACE.sub(lambda found: known[found[1]], kept)


def facts(described: Mapping[str, Any]) -> set[str]:
    """What holds of a bundle, by the names that the notes use."""
    first = described["outputs"][0]
    meaning = "binary" if first.get("scores") == "binary" else first["kind"]
    found = {described["model"]["input"]["type"], described["task"]["kind"], meaning}
    found |= {"labels"} if "labels" in described else set()
    found |= {"several"} if len(described["outputs"]) > 1 else {"single"}
    found |= {"memory"} if "memory" in described else set()
    if first.get("threshold") is not None:
        found.add("threshold")
    return found | ({"as_they_are"} if _as_they_are(described) else set())


def places(described: Mapping[str, Any]) -> dict[str, str]:
    """What the notes' places hold."""
    task, given = described["task"], described["model"]["input"]
    answer, first = described["model"]["output"], described["outputs"][0]
    size = "x".join(map(str, task["shape"]))
    is_picture = task["stored"] == "uint8"
    means, deviations = task["scaling"]["mean"], task["scaling"]["deviation"]
    low = -128 if given["type"] == "int8" else 0
    return {
        "type": given["type"],
        "size": size,
        "key": "pixels" if is_picture else "values",
        "thing": "a picture" if is_picture else "your data",
        **_sides(task),
        "values": f"{size} {'pixels of 8 bits' if is_picture else 'numbers'}",
        "count": str(int(np.prod(task["shape"]))),
        "mean_kotlin": ", ".join(_float(one) + "f" for one in means),
        "deviation_kotlin": ", ".join(_float(one) + "f" for one in deviations),
        "mean": ", ".join(map(_float, means)),
        "deviation": ", ".join(map(_float, deviations)),
        "scale": _float(given.get("scale", 1)),
        "zero_point": str(given.get("zero_point", 0)),
        "answer_scale": _float(answer.get("scale", 1)),
        "less_zero_point": f"{-answer.get('zero_point', 0):+d}".replace("+", "+ ").replace(
            "-", "- "
        ),
        "threshold": repr(first.get("threshold")),
        "low": str(low),
        "high": str(low + 255),
    }


def _sides(task: Mapping[str, Any]) -> dict[str, str]:
    """Of a picture; {} where the input is none."""
    if task["kind"] != "image":
        return {}
    names = ("height", "width", "channels")
    sides = {name: str(side) for name, side in zip(names, task["shape"], strict=True)}
    return sides | {"fit": task["fit"], "fit_java": task["fit"].upper()}


def _float(value: float) -> str:
    """As source of Kotlin, Swift and JavaScript: what float32 has to know, with a point."""
    text = f"{value:.9g}"
    return text if "." in text or "e" in text else f"{text}.0"


def _as_they_are(described: Mapping[str, Any]) -> bool:
    """Whether each 8-bit value is its own code."""
    given = described["model"]["input"]
    if given["type"] != "uint8" or described["task"]["stored"] != "uint8":
        return False
    scaling = Scaling(*(tuple(described["task"]["scaling"][key]) for key in ("mean", "deviation")))
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[:, None], len(scaling.mean), axis=1)
    codes = image.quantize(scaling.real(ramp), given["scale"], given["zero_point"], np.uint8)
    return bool((codes == ramp).all())
