"""What a search is told: costs by the compiler before a training, int8 accuracy after it."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from convert import footprint, network, tflite
from convert.compiler.build import Compiled, compile_model
from convert.compiler.targets.options import Optimize, Options
from convert.feed import fed
from convert.search import flat, trained
from convert.search.limits import Limits
from runtime import interpreter
from runtime.dataset import Examples
from runtime.errors import ModelError
from runtime.tasks.task import Task
from train import feed, fit
from train.data import Dataset
from train.loop import Plan
from train.network import Network, layers
from train.presets import Recipe
from train.search.judge import Cost, Refusal, Tuned


class Judge:
    """Of networks for examples of ``task`` with so many classes, within ``limits``."""

    def __init__(self, task: Task, classes: int, limits: Limits) -> None:
        self.task, self.classes, self.limits = task, classes, limits
        self.cost = lru_cache(maxsize=None)(self._cost)

    def __reduce__(self) -> tuple[Any, ...]:
        """How another process gets one: anew, with nothing in its cache."""
        return Judge, (self.task, self.classes, self.limits)

    def describe(self) -> dict[str, Any]:
        """All that decides its answers besides the version of thimble."""
        return {"limits": self.limits.describe(), "input": list(self.task.shape)}

    def _cost(self, point: Network) -> Cost | Refusal:
        """By the compiler, of the network with random weights."""
        chain = layers(point, self.task.shape, self.classes)
        model = tflite.parse(flat.build(chain, flat.random(chain)), point.line())
        return self._priced(model)

    def _priced(self, model: tflite.Model) -> Cost | Refusal:
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
        flash, ram = self.limits.most_flash, self.limits.most_ram
        board = self.limits.board
        if board is None:
            return replace(whole.unit.options, max_flash=flash, max_ram=ram)
        most = footprint.limits(flash or 0, ram or 0, whole, board.stack, minimal=board.minimal)
        return replace(
            most, max_flash=max(0, most.max_flash or 0), max_ram=max(0, most.max_ram or 0)
        )

    def _sizes(self, compiled: Compiled) -> tuple[int, int]:
        """Flash and RAM, in bytes, as the limits mean them."""
        board = self.limits.board
        if board is None:
            return compiled.unit.flash, compiled.unit.arena
        need = footprint.need(compiled, board.stack, minimal=board.minimal)
        return need.flash, need.ram

    def _excess(self, compiled: Compiled) -> Refusal | None:
        most = self.limits.most_flash, self.limits.most_ram
        pairs = zip(("flash", "RAM"), self._sizes(compiled), most, strict=True)
        over = [(size / least - 1, name) for name, size, least in pairs if least and size > least]
        return Refusal(max(over)[1], max(over)[0]) if over else None

    def _too_slow(self, work: int) -> Refusal | None:
        limits = self.limits
        if limits.instructions and work > limits.instructions:
            return Refusal("instructions", work / limits.instructions - 1)
        time = limits.time(work)
        if limits.milliseconds and time and time > limits.milliseconds:
            return Refusal("milliseconds", time / limits.milliseconds - 1)
        return None

    def right(self, point: Network, model: Any, examples: Examples) -> int:
        """By LiteRT's default kernels, of the network quantized after its training."""
        chain = layers(point, self.task.shape, self.classes)
        content = flat.build(chain, trained.values(chain, model, self.task, examples))
        return _right(content, self.task, examples)

    def tuned(self, model: Any, dataset: Dataset, recipe: Recipe, seed: int) -> Tuned:
        """By tensorflow-model-optimization and TensorFlow's converter, as an export does it."""
        found = network.Layers(model, "a finalist")
        level = feed.level(dataset.task, recipe.augmentation)
        meanings = (fit.meaning(dataset),)
        material = feed.material(dataset.task, dataset.train, meanings, level)
        held_out = feed.material(dataset.task, dataset.validation, meanings)
        plan = Plan(recipe.qat_epochs, recipe.qat_rate, level, seed)
        tuning = found.fine_tune(material, plan)
        for _ in tuning.epochs(held_out):
            pass
        content = tuning.quantize()
        cost = self._priced(tflite.parse(content, "a finalist"))
        if isinstance(cost, Refusal):
            raise ModelError(f"a trained finalist does not fit: {cost.reason}")
        held_out_right = _right(content, dataset.task, dataset.validation)
        return Tuned(held_out_right, _right(content, dataset.task, dataset.test), cost)


def _right(content: bytes, task: Task, examples: Examples) -> int:
    """How many of ``examples`` LiteRT's default kernels read rightly."""
    runner = interpreter.load(content, "litert")
    graph = tflite.parse(content)
    shape = graph.tensors[graph.inputs[0]].shape[1:]  # a window as a picture, as layers() takes it
    answers = runner.run(fed(task, examples.inputs, graph).reshape(len(examples), *shape))
    return int(np.sum(answers.reshape(len(examples), -1).argmax(axis=1) == examples.labels))
