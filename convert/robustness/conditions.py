"""The columns of the table, by the kind of task."""

from convert.robustness.changes import (
    Condition,
    brightness,
    contrast,
    gain,
    geometric,
    noise,
    without,
)
from train.augment import Level

CLEAN = Condition("clean", lambda values: values)
DIGITS = (
    CLEAN,
    Condition("shift 4 px", geometric(Level(shift=4))),
    Condition("rotation 20°", geometric(Level(rotation=20))),
    Condition("scale 20 %", geometric(Level(scale=0.2))),
    Condition("shear 0.2", geometric(Level(shear=0.2))),
    Condition("all of these", geometric(Level(shift=4, rotation=20, scale=0.2, shear=0.2))),
    Condition("noise 0.2", noise(0.2)),
    Condition("grey paper", lambda images: 0.5 + 0.5 * images),
)
PICTURES = (
    CLEAN,
    Condition("shift 4 px", geometric(Level(shift=4), "REFLECT")),
    Condition("rotation 20°", geometric(Level(rotation=20), "REFLECT")),
    Condition("scale 20 %", geometric(Level(scale=0.2), "REFLECT")),
    Condition("noise 0.1", noise(0.1)),
    Condition("half contrast", contrast(0.5)),
    Condition("brightness 0.2", brightness(0.2)),
)
ARRAYS = (
    CLEAN,
    Condition("noise 0.2", noise(0.2)),
    Condition("noise 0.5", noise(0.5)),
    Condition("gain 20 %", gain(0.2)),
    Condition("gain 50 %", gain(0.5)),
    Condition("a channel less", without(1)),
)
CONDITIONS = {"digits": DIGITS, "image": PICTURES, "tensor": ARRAYS}
"""By the kind of task."""
