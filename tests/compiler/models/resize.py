"""Images made larger and smaller, with sizes from the file or from shapes."""

from functools import partial

from convert.compiler.arithmetic.match import Match
from tests.compiler.models.base import Random
from tests.compiler.models.movement import Draft, sides, typed

LARGEST = 17


def resize(name: str, r: Random, dtype: str = "INT8") -> bytes:
    """Any size to any other, in all three ways to lay pixels over each other."""
    batch, height, width, channels = sides(r, 4, most=9)
    d = Draft(r, dtype, (batch % 3 + 1, height, width, channels))
    way = r.pick({}, {"alignCorners": True}, {"halfPixelCenters": True})
    if r.rng.random() < 0.3:
        factor = int(r.pick(2, 2, 3, 4))
        size = (height * factor, width * factor)
    else:
        size = sides(r, 2, most=LARGEST)
    version = 3 if way.get("halfPixelCenters") else 2
    y = d.tensor((d.shape[0], *size, channels))
    d.b.add(name, [d.x, d.ints(size)], y, version=version, **way)
    return d.b.pack([d.x], y)


def resize_computed(name: str, r: Random) -> bytes:
    """The size is what the shape of the input says, in the other order."""
    _, height, width, channels = sides(r, 4, most=9)
    d = Draft(r, "INT8", (1, height, width, channels))
    whole = d.b.tensor((4,), dtype="INT32")
    d.b.add("SHAPE", [d.x], whole, outType=2)
    size = d.b.tensor((2,), dtype="INT32")
    spec = [d.ints(n) for n in ([2], [0], [-1])]
    d.b.add("STRIDED_SLICE", [whole, *spec], size)
    y = d.tensor((1, width, height, channels))
    way = r.pick({}, {"alignCorners": True}, {"halfPixelCenters": True})
    d.b.add(name, [d.x, size], y, version=3, **way)
    return d.b.pack([d.x], y)


_NEAREST = "RESIZE_NEAREST_NEIGHBOR"
MODELS = {
    _NEAREST: partial(resize, _NEAREST),
    f"{_NEAREST} types": partial(typed, partial(resize, _NEAREST), ("INT16", "FLOAT32")),
    f"{_NEAREST} other types": partial(
        typed, partial(resize, _NEAREST), ("UINT8", "INT32", "BOOL")
    ),
    f"{_NEAREST} computed": partial(resize_computed, _NEAREST),
    "RESIZE_BILINEAR": partial(resize, "RESIZE_BILINEAR"),
    "RESIZE_BILINEAR computed": partial(resize_computed, "RESIZE_BILINEAR"),
}
ONLY = dict.fromkeys(
    (kind for kind in MODELS if kind.endswith(("computed", "other types"))),
    (Match.XNNPACK, Match.REF),
)
