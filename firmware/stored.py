"""How an input comes from the world, and what the device makes of it: in Python, and as C.

Pictures come as uint8 pixels, arrays as float32 numbers. The device scales them as the model's task
says, and quantizes them as ``runtime.image.quantize`` does, byte for byte.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from convert.compiler.emit import ctext
from convert.compiler.ir import Tensor
from convert.compiler.program import CTYPES
from runtime import image
from runtime.tasks.task import Task

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

_PER_LINE = 16
_FAR_SHARE = 0.02  # of random numbers


@dataclass(frozen=True)
class Stored:
    """The form in which the only input of a network is kept and sent."""

    task: Task  # says how it is kept, and scaled
    tensor: Tensor  # the network's input

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of a value as it is kept: uint8 or float32."""
        return self.task.stored

    @property
    def mean(self) -> tuple[float, ...]:
        """Of all values, or of each channel."""
        return self.task.scaling.mean

    @property
    def deviation(self) -> tuple[float, ...]:
        """The same."""
        return self.task.scaling.deviation

    @property
    def bytes(self) -> int:
        """Of an example."""
        return self.tensor.size * self.dtype.itemsize

    @property
    def channels(self) -> int:
        """How many channels have a scaling of their own; 1: all have the same."""
        rows = set(zip(self.mean, self.deviation, strict=True))
        return len(self.mean) if len(rows) > 1 else 1

    def given(self, examples: Array) -> Array:
        """What the network gets for ``examples`` [count, ...]: [count, *shape] in its own type."""
        return self._stored(self.task.real(examples)).reshape(len(examples), *self.tensor.shape)

    def random(self, count: int, rng: np.random.Generator) -> Array:
        """Examples [count, elements]: of pixels all there are; of numbers steps, halves, extremes.

        Finite ones only: what a network makes of others is its own.
        """
        shape = (count, self.tensor.size)
        if self.dtype == np.uint8:
            return rng.integers(0, 256, shape).astype(np.uint8)
        steps = rng.choice([rng.integers(-600, 601, shape) / 2, rng.normal(0, 40, shape)])
        steps = np.where(rng.random(shape) < _FAR_SHARE, rng.choice([-1e6, 1e6], shape), steps)
        real = steps * (float(self.tensor.scale) or 1 / 16)
        columns = real.reshape(count, -1, len(self.mean))
        stored = columns * np.array(self.deviation) + np.array(self.mean)
        return np.asarray(stored.reshape(shape), np.float32)

    def _stored(self, real: Floats) -> Array:
        tensor = self.tensor
        if tensor.dtype == "FLOAT32":
            return real
        return image.quantize(real, float(tensor.scale), tensor.zero_point, tensor.numpy)

    def text(self) -> str:
        """``deployment_stored`` in C, with what it needs."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        comes = "uint8_t" if self.dtype == np.uint8 else "float"
        ctype, tensor = CTYPES[self.tensor.dtype], self.tensor
        kept = self.channels if self.channels > 1 else 1
        yield f"/* What the network takes for `value` of the world at `element`{_of(kept)}. */"
        if self.dtype == np.uint8 and tensor.dtype != "FLOAT32":
            body = yield from self._table(ctype)
        else:
            real = yield from self._real()
            body = f"return {real};"
            if tensor.dtype != "FLOAT32":
                steps = f"quantize_steps({real}, MODEL_INPUT_SCALE) + MODEL_INPUT_ZERO_POINT"
                limits = f"{tensor.lowest}, {tensor.highest}"
                body = f"return ({ctype})quantize_clip(\n        {steps}, {limits});"
        unused = "" if "element" in body else "    (void)element;\n"
        yield f"static inline {ctype} deployment_stored({comes} value, uint32_t element)"
        yield f"{{\n{unused}    {body}\n}}"

    def _table(self, ctype: str) -> Generator[str, None, str]:
        """A table for each scaling, or one sum where that is all that it does."""
        pixels = np.arange(256, dtype=np.uint8)
        columns = np.repeat(pixels[:, None], len(self.mean), axis=1)
        real = self.task.scaling.real(columns)
        tables = self._stored(real).T[: self.channels].astype(int)  # [channels, 256]
        moved = tables - np.arange(256)
        if (moved == moved[0, 0]).all():
            return f"return ({ctype})((int32_t)value + ({moved[0, 0]}));"
        yield f"static const {ctype} deployment_values[{len(tables)}][256] = {{"
        for table in tables:
            yield "    {"
            for start in range(0, 256, _PER_LINE):
                row = table[start : start + _PER_LINE]
                yield "        " + " ".join(f"{value}," for value in row)
            yield "    },"
        yield "};"
        return f"return deployment_values[{self._channel}][value];"

    def _real(self) -> Generator[str, None, str]:
        """The expression that scales, with its tables in front."""
        rows = []
        for name, numbers in (("mean", self.mean), ("deviation", self.deviation)):
            listed = ", ".join(ctext.literal(np.float32(one)) for one in numbers[: self.channels])
            if self.channels > 1:
                yield f"static const float deployment_{name}[{self.channels}] = {{{listed}}};"
                listed = f"deployment_{name}[{self._channel}]"
            rows.append(listed)
        if (set(self.mean), set(self.deviation)) == ({0.0}, {1.0}):
            return "value"
        number = "(float)value" if self.dtype == np.uint8 else "value"
        return f"({number} - {rows[0]}) / {rows[1]}"

    @property
    def _channel(self) -> str:
        return f"element % {self.channels}u" if self.channels > 1 else "0"


def _of(channels: int) -> str:
    return f", channel after channel of {channels}" if channels > 1 else ""
