"""The networks that thimble ships: their sizes and the recipe that trains each."""

from dataclasses import dataclass

from runtime.errors import DataError
from train.network import Network, parse


@dataclass(frozen=True)
class Recipe:
    """How a preset is trained on MNIST, and fine-tuned for quantization."""

    epochs: int
    peak_rate: float  # Adam's learning rate at the end of the warm-up
    augmentation: str  # a name in train.augment.LEVELS
    teacher: str = ""  # the preset whose pretrained model is distilled; "": none
    qat_epochs: int = 2
    qat_rate: float = 1e-4
    drawings: bool = False  # whether no digits, and rare forms of digits, are drawn to learn from


@dataclass(frozen=True)
class Preset:
    """A named network with the recipe that was measured for it."""

    name: str
    network: Network
    recipe: Recipe


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "base",
            parse("conv 5x5x16 same max, conv 5x5x36 same max, dense 128, dense", norm=False),
            Recipe(32, 2e-3, "heavy", qat_rate=1e-4, drawings=True),
        ),
        Preset(
            "small",
            parse("conv 5x5x14 max, conv 5x5x32 max, dense 32, dense", norm=False),
            Recipe(60, 3e-3, "mid", teacher="base", qat_rate=2e-4, drawings=True),
        ),
        Preset(
            "micro",
            parse("conv 5x5x8 max, conv 5x5x20 max, dense"),
            Recipe(60, 4e-3, "mid", teacher="base", qat_epochs=8, qat_rate=3e-4, drawings=True),
        ),
        Preset(
            "nano",
            parse("conv 5x5x4 max, conv 5x5x12 max, dense"),
            Recipe(60, 4e-3, "light", teacher="base", qat_rate=3e-4),
        ),
        Preset(  # for 8 KB of flash, all told
            "pico",
            parse("conv 5x5x4 max, conv 5x5x10 max, dense"),
            Recipe(60, 4e-3, "light", teacher="base", qat_rate=3e-4),
        ),
        Preset(  # and for 1 KB of RAM
            "femto",
            parse("conv 3x3x3 max, conv 5x5x11 max, dense"),
            Recipe(60, 4e-3, "light", teacher="base", qat_rate=3e-4),
        ),
    )
}


def find(name: str) -> Preset:
    """The preset of that name; raises DataError with the names there are."""
    if name not in PRESETS:
        raise DataError(f"no preset is called {name!r}; there are {', '.join(PRESETS)}")
    return PRESETS[name]
