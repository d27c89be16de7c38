"""The networks have the sizes that are documented, in the order of the source."""

import pytest

from train.model import build
from train.presets import PRESETS
from train.tf import configure

configure(0)

# int8 weights + int32 biases in bytes and multiply-accumulates, counted by hand from the sizes:
# nano: 25*4 + 25*4*12 + 192*10 weights, 4+12+10 biases; 24*24*25*4 + 8*8*25*4*12 + 1920 MACs.
# femto's second map is 9x9, of which pooling takes 8x8.
SIZES = {
    "femto": (2_612 + 4 * 24, 18_252 + 66_825 + 1_760),
    "pico": (2_700 + 4 * 24, 57_600 + 64_000 + 1_600),
    "nano": (3_220 + 4 * 26, 57_600 + 76_800 + 1_920),
    "micro": (200 + 4_000 + 3_200 + 4 * 38, 115_200 + 256_000 + 3_200),
    "small": (350 + 11_200 + 16_384 + 320 + 4 * 88, 201_600 + 716_800 + 16_384 + 320),
    "base": (
        400 + 14_400 + 225_792 + 1_280 + 4 * 190,
        313_600 + 2_822_400 + 225_792 + 1_280,
    ),
}


@pytest.mark.parametrize("name", PRESETS)
def test_sizes(name: str) -> None:
    """Weights, biases and MACs are those of the table in the README."""
    model = build(PRESETS[name].network)
    size = macs = 0
    for layer in model.layers:
        if not hasattr(layer, "kernel"):
            continue
        weights = layer.kernel.shape.num_elements()
        size += weights + 4 * layer.bias.shape.num_elements()
        pixels = layer.output_shape[1] * layer.output_shape[2] if "conv" in layer.name else 1
        macs += weights * pixels
    assert (size, macs) == SIZES[name]


def test_order_is_that_of_the_source() -> None:
    """Convolution, max-pool, ReLU, twice; then the head, which ends in logits."""
    names = [layer.name for layer in build(PRESETS["base"].network).layers]
    block = ["conv{}", "pool{}", "relu{}"]
    blocks = [name.format(number) for number in (1, 2) for name in block]
    assert names == [*blocks, "flatten", "hidden", "logits"]
