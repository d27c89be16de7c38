"""The networks that thimble ships: their sizes and the recipe that trains each."""

from dataclasses import dataclass

from runtime.errors import DataError


@dataclass(frozen=True)
class Architecture:
    """Sizes of a two-block convolutional network."""

    channels: tuple[int, int]  # output channels of the two convolutions
    kernel: int = 5  # side of the square convolution kernels, in pixels
    padding: str = "valid"  # "same" keeps the size of the map, "valid" shrinks it
    hidden: int = 0  # units of the dense layer before the last one; 0: there is none
    batch_norm: bool = False  # batch normalisation after each convolution, folded for export


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
    """A named architecture with the recipe that was measured for it."""

    name: str
    architecture: Architecture
    recipe: Recipe


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "base",
            Architecture((16, 36), padding="same", hidden=128),
            Recipe(32, 2e-3, "heavy", qat_rate=1e-4, drawings=True),
        ),
        Preset(
            "small",
            Architecture((14, 32), hidden=32),
            Recipe(60, 3e-3, "mid", teacher="base", qat_rate=2e-4, drawings=True),
        ),
        Preset(
            "micro",
            Architecture((8, 20), batch_norm=True),
            Recipe(60, 4e-3, "mid", teacher="base", qat_rate=3e-4),
        ),
        Preset(
            "nano",
            Architecture((4, 12), batch_norm=True),
            Recipe(60, 4e-3, "light", teacher="base", qat_rate=3e-4),
        ),
    )
}


def find(name: str) -> Preset:
    """The preset of that name; raises DataError with the names there are."""
    if name not in PRESETS:
        raise DataError(f"no preset is called {name!r}; there are {', '.join(PRESETS)}")
    return PRESETS[name]
