"""A network as a library: everything that the files of any ecosystem are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from convert import carray
from convert.compiler import golden
from convert.compiler.arithmetic.match import RUNTIME
from convert.compiler.build import Compiled
from convert.compiler.emit.unit import Unit
from convert.compiler.ir import Array
from convert.compiler.operators.common.reader import QUANTIZED
from convert.compiler.targets.options import Target
from convert.package import cores
from runtime.contract import Contract


@dataclass(frozen=True)
class About:
    """What a person says of a library."""

    version: str  # "1.0.0"
    author: str
    licence: str  # an SPDX expression
    description: str  # one sentence
    url: str  # where it lives
    group: str  # the Java package that holds the library's


@dataclass(frozen=True)
class Library:
    """A network, compiled for each core that a library may run on, and what is known of it."""

    name: str  # C identifier that starts every public name
    about: About
    model: str  # the file's name
    built: cores.Made  # the C by core; the same functions for each
    labels: Sequence[str]  # of the first output; (): none are known
    contract: Contract | None  # None: several inputs, or one that is no real number
    kind: str = ""  # the ecosystem that it is for, as on the command line

    @property
    def unit(self) -> Unit:
        """The plain C, whose borders are those of every core."""
        return self.made[Target.GENERIC].unit

    @property
    def made(self) -> Mapping[Target, Compiled]:
        """The C by core."""
        return self.built.compiled

    @property
    def slug(self) -> str:
        """The name as package registries want it: "person-detect"."""
        return self.name.lower().replace("_", "-").strip("-")

    @property
    def equals(self) -> str:
        """The runtime whose bytes it gives."""
        return RUNTIME[self.unit.match]

    @cached_property
    def choices(self) -> list[cores.Choice]:
        """The cores, in the order in which the preprocessor asks for them."""
        return cores.choices(self.made)

    @property
    def listed(self) -> list[cores.Choice]:
        """The cores as people look for them, ``generic`` first."""
        order = list(Target)
        return sorted(self.choices, key=lambda one: order.index(one.target))

    @property
    def command(self) -> str:
        """What makes it again, but for what only its author knows."""
        made = carray.command("convert.package", self.model, self.name)
        words = [made.replace("python -m convert.package", "thimble package"), f"--for {self.kind}"]
        words.append(str(self.unit.options).replace(f" --target {Target.GENERIC}", ""))
        return " ".join(words)

    def only(self, kind: str, wanted: Sequence[Target]) -> "Library":
        """The same library for an ecosystem, with some of its cores; ``generic`` stays."""
        kept = {one: made for one, made in self.made.items() if one in (*wanted, Target.GENERIC)}
        refused = {one: why for one, why in self.built.refused.items() if one in wanted}
        return replace(self, built=cores.Made(kept, refused), kind=kind)

    def vectors(self) -> list[tuple[list[Array], Sequence[Array]]]:
        """Golden inputs with their outputs, one sequence where the network keeps a state."""
        network, unit = self.unit.network, self.unit
        pairs = zip(unit.seeds, unit.golden, strict=True)
        return [(golden.inputs(network, seed), answer) for seed, answer in pairs]

    def reals(self) -> list[Array]:
        """What the outputs of the first golden vector stand for, float32: what examples show."""
        _, answers = self.vectors()[0]
        tensors = self.unit.network.outputs
        return [
            (one.astype(np.int32) - tensor.zero_point).astype(np.float32) * np.float32(tensor.scale)
            if tensor.scale and tensor.dtype in QUANTIZED
            else one.astype(np.float32)
            for one, tensor in zip(answers, tensors, strict=True)
        ]

    @property
    def is_binary(self) -> bool:
        """Whether the first output is one probability, that of the second of two labels."""
        return len(self.labels) == 2 and self.unit.network.output.size == 1

    def answer(self) -> str:
        """The label of the first golden vector; "": there are no labels."""
        if not self.labels:
            return ""
        scores = self.reals()[0].ravel()
        best = int(scores[0] > 0.5) if self.is_binary else int(scores.argmax())
        return self.labels[best]
