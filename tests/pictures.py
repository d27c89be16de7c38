"""The pictures of docs/how-it-works.md, from a real network: ``python -m tests.pictures``.

A digit goes through the float network of a preset, and each step's result is drawn:
pictures/how-window.png, how-block1.png, how-block2.png, how-head.png.
"""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from PIL import Image

from runtime import image
from train import store
from train.tf import keras

mpl.use("Agg")

OUT = Path("pictures")
DIGIT = Path("runtime/examples/two.jpg")
PRESET = "micro"
MAPS = 8
"""How many maps of a block are shown."""
WINDOW = (7, 9)
"""Where the window of the first picture lies: row and column of its corner."""


def main() -> None:
    """Make them all."""
    model = store.load(Path(f"train/pretrained/{PRESET}.keras"))
    (digit,) = image.digits(image.read(DIGIT))
    pixels = digit.pixels.astype(np.float32).reshape(28, 28) / 255
    names = [layer.name for layer in model.layers]
    whole = keras.Model(model.inputs, [layer.output for layer in model.layers])
    answers = [answer.numpy()[0] for answer in whole(pixels[None, ..., None])]
    found = dict(zip(names, answers, strict=True))
    weights, bias = model.get_layer("conv1").get_weights()
    save(window(pixels, weights[:, :, 0, 0], float(bias[0])), "window")
    save(block(found, 1), "block1")
    save(block(found, 2), "block2")
    save(head(found["logits"]), "head")


def save(figure: Any, name: str) -> None:
    """Write a picture with few colours, which makes it small."""
    path = OUT / f"how-{name}.png"
    figure.savefig(path, dpi=110, bbox_inches="tight")
    plt.close(figure)
    Image.open(path).convert("RGB").quantize(128).save(path, optimize=True)


def draw(axes: Any, values: np.ndarray, title: str = "", *, signed: bool = False) -> None:
    """One map: signed values in blue and red around white, others from white to black."""
    most = float(np.abs(values).max()) or 1.0
    low, colours = (-most, "RdBu_r") if signed else (0.0, "Greys")
    axes.imshow(values, cmap=colours, vmin=low, vmax=most)
    axes.set_title(title, fontsize=9)
    axes.set_xticks([])
    axes.set_yticks([])


def window(pixels: np.ndarray, kernel: np.ndarray, bias: float) -> Any:
    """A window of the digit, the filter over it, their products, and what they add up to."""
    row, column = WINDOW
    size = len(kernel)
    part = pixels[row : row + size, column : column + size]
    figure, axes = plt.subplots(1, 4, figsize=(9, 2.6))
    draw(axes[0], pixels, "the digit, 28x28 pixels")
    axes[0].add_patch(
        plt.Rectangle((column - 0.5, row - 0.5), size, size, fill=False, color="red", linewidth=2)
    )
    draw(axes[1], part, f"a window of {size}x{size}")
    draw(axes[2], kernel, "a filter's weights", signed=True)
    draw(axes[3], part * kernel, "their products", signed=True)
    total = float((part * kernel).sum()) + bias
    axes[3].set_xlabel(f"sum and bias: {total:.2f}", fontsize=9)
    return figure


def block(found: dict[str, np.ndarray], number: int) -> Any:
    """Convolution, max-pool and ReLU of a block, the first maps of each."""
    kinds = (("conv", "convolution"), ("pool", "max-pool 2x2"), ("relu", "ReLU"))
    figure, axes = plt.subplots(len(kinds), MAPS, figsize=(9, 3.7))
    for row, (kind, title) in zip(axes, kinds, strict=True):
        maps = found[f"{kind}{number}"]
        for axis, channel in zip(row, range(MAPS), strict=True):
            draw(axis, maps[..., channel], signed=kind != "relu")
        row[0].set_ylabel(f"{title}\n{'x'.join(map(str, maps.shape))}", fontsize=9)
    return figure


def head(logits: np.ndarray) -> Any:
    """The ten numbers at the end."""
    figure, axes = plt.subplots(figsize=(6, 2.2))
    best = int(logits.argmax())
    colours = ["#b2182b" if digit == best else "#bbbbbb" for digit in range(len(logits))]
    axes.bar(range(len(logits)), logits, color=colours)
    axes.set_xticks(range(len(logits)))
    axes.axhline(0, color="black", linewidth=0.5)
    axes.set_ylabel("logit", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main()
