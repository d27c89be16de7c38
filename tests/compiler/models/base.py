"""What random models are made of."""

from typing import Any

import numpy as np

from tests.compiler.builder import Builder

ACTIVATIONS = (0, 1, 2, 3)  # NONE, RELU, RELU_N1_TO_1, RELU6


class Random:
    """Random numbers, tensors and options from a seed."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.per_channel: bool | None = None  # whether weights have several scales; None: either

    def pick(self, *choices: Any) -> Any:
        return choices[self.rng.integers(len(choices))]

    def scale(self) -> float:
        if self.rng.random() < 0.3:
            return float(2.0 ** self.rng.integers(-9, -1))
        return float(np.float32(np.exp(self.rng.uniform(np.log(1e-3), np.log(0.5)))))

    def zero(self) -> int:
        return int(self.pick(-128, 127, 0, self.rng.integers(-128, 128)))

    def image(self, b: Builder, *, least: int = 1) -> tuple[int, tuple[int, ...], float]:
        sides = self.rng.integers(least, 12, 2)
        channels = self.pick(1, 3, 4, 5, int(self.rng.integers(1, 20)))
        shape, scale = (1, int(sides[0]), int(sides[1]), int(channels)), self.scale()
        return b.tensor(shape, scale, self.zero()), shape, scale

    def window(
        self, shape: tuple[int, ...], *, dilated: bool, square: int | None = None
    ) -> tuple[list[int], dict, list[int]]:
        """Kernel size, options, and the output's height and width.

        ``square`` is the size if it is given; then strides are 1 or 2.
        """
        padding = int(self.rng.integers(2))
        size, out, options = [], [], {"padding": padding}
        for axis, letter in ((1, "H"), (2, "W")):
            stride = int(self.rng.integers(1, 3 if square else 4))
            dilation = int(self.pick(1, 1, 2, 3)) if dilated else 1
            most = shape[axis] if padding else 6
            k = square or int(self.rng.integers(1, min(5, most) + 1))
            if padding and (k - 1) * dilation + 1 > shape[axis]:
                dilation = 1
            reach = (k - 1) * dilation + 1
            n = shape[axis]
            out.append((n - reach) // stride + 1 if padding else -(-n // stride))
            size.append(k)
            options[f"stride{letter}"] = stride
            if dilated:
                options[f"dilation{letter}Factor"] = dilation
        return size, options, out

    def weights(self, b: Builder, shape: tuple[int, ...], channels: int, axis: int, si: float):
        """Weights and bias tensors, and a scale that the output may have."""
        extreme = self.rng.random() < 0.2
        data = self.rng.integers(-127, 128, shape)
        if extreme:
            data = np.where(self.rng.random(shape) < 0.5, -127, 127)
        drawn = self.rng.random() < 0.7
        per_channel = drawn if self.per_channel is None else self.per_channel
        scales = [self.scale() / 20 for _ in range(channels if per_channel else 1)]
        ties = self.rng.random() < 0.25
        if ties:  # a factor that is a power of two puts many sums halfway between two outputs
            scales = [2.0 ** float(self.rng.integers(-12, -6))] * len(scales)
        weights = b.tensor(shape, scales, 0, data.astype(np.int8), axis)
        limit = int(self.pick(10, 1000, 100_000))
        bias = b.tensor(
            (channels,),
            [si * s for s in scales],
            0,
            self.rng.integers(-limit, limit, channels).astype(np.int32),
        )
        taps = int(np.prod(shape)) / channels
        so = si * float(np.median(scales)) * 73 * 73 * np.sqrt(taps) / 127 * self.pick(0.3, 1, 3)
        so = max(so, si * max(scales) / 200)
        if ties:
            product = np.float32(si) * np.float32(scales[0])
            so = float(product * np.float32(2.0 ** np.ceil(np.log2(so / product))))
        return weights, bias, float(np.float32(so))
