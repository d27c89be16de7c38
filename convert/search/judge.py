"""What a search is told: costs by the compiler before a training, int8 accuracy after it."""

from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from convert import footprint, tflite
from convert.boards import Board
from convert.compiler.arithmetic.match import Match
from convert.compiler.build import Compiled, compile_model
from convert.compiler.estimate import CYCLES
from convert.compiler.targets.options import Optimize, Options, Target
from convert.feed import fed
from convert.search import flat, trained
from runtime import interpreter
from runtime.dataset import Examples
from runtime.errors import DataError, ModelError
from runtime.tasks.task import Task
from train.search.judge import Cost, Refusal
from train.search.point import Point, ShapeError, layers

_KNOWN_CYCLES = {Target.CORTEX_M4: CYCLES, Target.AVR: 1.0}
"""Cycles of what is counted as an instruction, where a core's timing is documented."""


@dataclass(frozen=True)
class Limits:
    """What a network may take. Of a board: the whole image, and RAM with the stack."""

    target: Target
    optimize: Optimize = Optimize.SPEED
    match: Match = Match.XNNPACK
    board: Board | None = None
    flash: int | None = None  # bytes of tables, of a board of the image; None: all it has
    ram: int | None = None  # bytes of the arena, of a board all RAM; None: all it has
    instructions: int | None = None  # of an inference; cycles on an AVR
    milliseconds: float | None = None  # of an inference at ``clock``, an estimate
    clock: int | None = None  # Hz; None: the board's

    def __post_init__(self) -> None:
        if self.milliseconds is None:
            return
        if self.target not in _KNOWN_CYCLES:
            raise DataError(
                f"no cycles are known of {self.target}: give --max-instructions instead"
            )
        if self.hertz is None:
            raise DataError("--max-ms needs to know the clock: give --clock, in MHz, or --board")

    @property
    def hertz(self) -> int | None:
        """The clock."""
        return self.clock or (self.board.clock if self.board else None)

    def time(self, instructions: int) -> float | None:
        """Milliseconds of an inference, estimated; None: the core's timing is not documented."""
        per = _KNOWN_CYCLES.get(self.target)
        return 1000 * per * instructions / self.hertz if per and self.hertz else None

    def describe(self) -> dict[str, Any]:
        """As plain data."""
        told = asdict(self) | {name: str(getattr(self, name)) for name in ("target", "match")}
        return told | {
            "optimize": str(self.optimize),
            "board": self.board.name if self.board else None,
        }


class Judge:
    """Of networks for examples of ``task`` with so many classes, within ``limits``."""

    def __init__(self, task: Task, classes: int, limits: Limits) -> None:
        self.task, self.classes, self.limits = task, classes, limits
        self.cost = lru_cache(maxsize=None)(self._cost)

    def describe(self) -> dict[str, Any]:
        """All that decides its answers besides the version of thimble."""
        return {"limits": self.limits.describe(), "input": list(self.task.shape)}

    def _cost(self, point: Point) -> Cost | Refusal:
        """By the compiler, of the network with random weights."""
        try:
            chain = layers(point, self.task.shape, self.classes)
        except ShapeError:
            return Refusal("too small an input", 1.0)
        model = tflite.parse(flat.build(chain, flat.random(chain)), point.line())
        found = self._compiled(model)
        if isinstance(found, Refusal):
            return found
        steps = found.unit.program.steps
        flash, ram = self._sizes(found)
        work, macs = sum(s.instructions for s in steps), sum(s.macs for s in steps)
        return self._too_slow(work) or Cost(work, flash, ram, macs)

    def _compiled(self, model: tflite.Model) -> Compiled | Refusal:
        """The fastest C that fits."""
        limits = self.limits
        options = Options(limits.match, limits.target, limits.optimize)
        try:
            whole = compile_model(model, "model", options)
        except ModelError:  # an AVR reads no more tables than its pointers reach
            return Refusal("flash", 1.0)
        if self._excess(whole) is None:
            return whole
        try:
            smaller = compile_model(model, "model", self._limited(whole))
        except ModelError:
            least = compile_model(model, "model", replace(options, optimize=Optimize.SIZE))
            return self._excess(least) or Refusal("flash and RAM together", 0.1)
        return self._excess(smaller) or smaller

    def _limited(self, whole: Compiled) -> Options:
        """Options that leave room for tables and arena alone."""
        flash, ram, board = self._flash, self._ram, self.limits.board
        if board is None:
            return replace(whole.unit.options, max_flash=flash, max_ram=ram)
        most = footprint.limits(flash or 0, ram or 0, whole, board.stack)
        return replace(most, max_flash=max(0, most.max_flash or 0), max_ram=max(0, most.max_ram or 0))

    @property
    def _flash(self) -> int | None:
        own, board = self.limits.flash, self.limits.board
        return own if board is None else min(board.flash, own or board.flash)

    @property
    def _ram(self) -> int | None:
        own, board = self.limits.ram, self.limits.board
        return own if board is None else min(board.ram, own or board.ram)

    def _sizes(self, compiled: Compiled) -> tuple[int, int]:
        """Flash and RAM, in bytes, as the limits mean them."""
        if self.limits.board is None:
            return compiled.unit.flash, compiled.unit.arena
        need = footprint.need(compiled, self.limits.board.stack)
        return need.flash, need.ram

    def _excess(self, compiled: Compiled) -> Refusal | None:
        pairs = zip(("flash", "RAM"), self._sizes(compiled), (self._flash, self._ram), strict=True)
        over = [(size / most - 1, name) for name, size, most in pairs if most and size > most]
        return Refusal(max(over)[1], max(over)[0]) if over else None

    def _too_slow(self, work: int) -> Refusal | None:
        limits = self.limits
        if limits.instructions and work > limits.instructions:
            return Refusal("instructions", work / limits.instructions - 1)
        time = limits.time(work)
        if limits.milliseconds and time and time > limits.milliseconds:
            return Refusal("milliseconds", time / limits.milliseconds - 1)
        return None

    def right(self, point: Point, model: Any, examples: Examples) -> int:
        """By LiteRT's default kernels, of the network quantized after its training."""
        chain = layers(point, self.task.shape, self.classes)
        content = flat.build(chain, trained.values(chain, model, self.task, examples))
        graph = tflite.parse(content, point.line())
        network = interpreter.load(content, "litert")
        answers = network.run(fed(self.task, examples.inputs, graph))
        return int(np.sum(answers.reshape(len(examples), -1).argmax(axis=1) == examples.labels))
