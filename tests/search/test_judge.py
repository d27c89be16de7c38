"""Costs before a training are those of the network that TensorFlow's converter makes after it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from convert import network, tflite
from convert.boards import read
from convert.compiler.build import compile_model
from convert.compiler.targets.options import Optimize, Options, Target
from convert.search import flat, trained
from convert.search.judge import Judge
from convert.search.limits import Limits
from firmware import boards as firmware
from runtime import interpreter
from runtime.dataset import Examples
from runtime.errors import DataError
from runtime.tasks.digits import TASK
from runtime.tasks.scaling import Scaling
from runtime.tasks.tensor import Arrays
from tests.search.drawn import points
from train import model as networks
from train import presets
from train.network import Network, layers, parse
from train.search.judge import Cost, Refusal
from train.tf import configure, keras

SHAPE, CLASSES = (28, 28, 1), 10
TARGETS = (Target.CORTEX_M0, Target.CORTEX_M4, Target.CORTEX_M55, Target.AVR)


def _drawn() -> list[Network]:
    """Small points of the default space."""
    found = []
    for point in points(200):
        chain = layers(point, SHAPE, CLASSES)
        if max(layer.gives[-1] for layer in chain) <= 600:
            found.append(point)
    return found[:7]


KNOWN = [one.network for one in presets.PRESETS.values()]
POINTS = [*KNOWN[2:], *_drawn()]


def randomized(
    point: Network, shape: tuple[int, ...] = SHAPE, classes: int = CLASSES
) -> keras.Model:
    """The float network with statistics as training leaves them."""
    configure(3, 1)
    model, rng = networks.build(point, shape, classes, 0.9), np.random.default_rng(4)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            count = layer.gamma.shape[0]
            layer.set_weights(
                [rng.uniform(0.7, 1.3, count), rng.normal(0.3, 0.1, count),
                 rng.normal(0, 0.1, count), rng.uniform(0.3, 1, count)]
            )  # fmt: skip
    return model


def examples() -> Examples:
    rng = np.random.default_rng(5)
    pixels = rng.integers(0, 256, (64, 28, 28), np.uint8)
    return Examples(pixels, np.zeros(64, np.int64), tuple("0123456789"), "noise")


def costs(content: bytes) -> list[tuple[int, int, int]]:
    """Flash, arena and instructions on every core, for speed and size."""
    graph, found = tflite.parse(content), []
    for target in TARGETS:
        for optimize in Optimize:
            unit = compile_model(graph, "model", Options(target=target, optimize=optimize)).unit
            work = sum(step.instructions for step in unit.program.steps)
            found.append((unit.flash, unit.arena, work))
    return found


@pytest.mark.parametrize("point", POINTS, ids=Network.line)
def test_cost_is_that_of_the_converted_network(point: Network) -> None:
    """To the byte and the instruction, on every core: random weights against the real route.

    Where channels came to give nothing, which the compiler then leaves out, with the same weights.
    """
    model, noise = randomized(point), examples()
    real = network.Layers(model, "real").quantize([TASK.real(noise.inputs)])
    chain = layers(point, SHAPE, CLASSES)
    dead = compile_model(tflite.parse(real), "model").unit.program.notes
    values = trained.values(chain, model, TASK, noise) if dead else flat.random(chain)
    assert costs(flat.build(chain, values)) == costs(real)


@pytest.mark.parametrize("point", POINTS, ids=Network.line)
def test_int8_outputs_are_those_of_the_converted_network(point: Network) -> None:
    """Built without the converter, LiteRT gives what the float network gives, nearly as closely."""
    model, noise = randomized(point), examples()
    chain = layers(point, SHAPE, CLASSES)
    own = flat.build(chain, trained.values(chain, model, TASK, noise))
    real = network.Layers(model, "real").quantize([TASK.real(noise.inputs)])
    expected = model.predict(TASK.real(noise.inputs), verbose=0)
    errors = [float(np.abs(outputs(one, noise) - expected).max()) for one in (own, real)]
    assert errors[0] <= 1.5 * errors[1] + 0.02 * np.ptp(expected), errors


def outputs(content: bytes, given: Examples) -> Any:
    """What LiteRT makes of a file, as reals."""
    from convert.feed import fed

    graph = tflite.parse(content)
    codes = interpreter.load(content, "litert").run(fed(TASK, given.inputs, graph))
    last = graph.tensors[graph.outputs[0]]
    return (codes.reshape(len(given), -1).astype(float) - last.zero_points[0]) * last.scales[0]


@pytest.mark.parametrize("shape", [(64, 3), (12,), (9, 7, 2)])
@pytest.mark.parametrize(
    "line", ["conv 5x5x4 max, conv 3x3x8 max, dense", "conv 3x3x6/2, separable 3x1x8 same, dense"]
)
def test_windows_and_rows_are_read_as_the_float_network_reads_them(
    shape: tuple[int, ...], line: str
) -> None:
    """Right are the answers of the float network, and int8 gives nearly all of them."""
    point, names = parse(line), ("a", "b", "c")
    model, rng = randomized(point, shape, len(names)), np.random.default_rng(6)
    given = rng.normal(0, 1, (200, *shape)).astype(np.float32)
    task = Arrays(shape, Scaling((0.0,), (1.0,)))
    answers = model.predict(task.real(given), verbose=0).argmax(axis=1)
    read = Examples(given, answers, names, "noise")
    judge = Judge(task, len(names), Limits(Target.CORTEX_M4))
    assert isinstance(judge.cost(point), Cost)
    assert 190 <= judge.right(point, model, read) <= 200
    wrong = Examples(given, (answers + 1) % 3, names, "noise")
    assert judge.right(point, model, wrong) <= 10


def test_presets_cost_what_their_exports_cost() -> None:
    """The trained, bundled models against their points with random weights."""
    from pathlib import Path

    for name in ("nano", "micro", "small"):
        chain = layers(presets.find(name).network, SHAPE, CLASSES)
        path = Path(__file__).parents[2] / "runtime" / "models" / name / "model.tflite"
        assert costs(flat.build(chain, flat.random(chain))) == costs(path.read_bytes())


def test_what_does_not_fit_is_refused_with_the_reason() -> None:
    """Each limit by itself; just enough is enough."""
    nano = KNOWN[3]
    whole = Judge(TASK, CLASSES, Limits(Target.CORTEX_M0)).cost(nano)
    assert isinstance(whole, Cost)
    just = Limits(
        Target.CORTEX_M0, flash=whole.flash, ram=whole.ram, instructions=whole.instructions
    )
    assert Judge(TASK, CLASSES, just).cost(nano) == whole
    least = {"flash": 3000, "ram": 700, "instructions": whole.instructions - 1}
    reasons = {"flash": "flash", "ram": "RAM", "instructions": "instructions"}
    for name, most in least.items():
        refused = Judge(TASK, CLASSES, Limits(Target.CORTEX_M0, **{name: most})).cost(nano)
        assert isinstance(refused, Refusal)
        assert refused.reason == reasons[name]
        assert refused.excess > 0
    small = Judge(TASK, CLASSES, Limits(Target.CORTEX_M0, flash=whole.flash - 1)).cost(nano)
    assert isinstance(small, Cost)  # with smaller kernels
    assert small.instructions > whole.instructions


def test_a_board_counts_the_whole_image() -> None:
    """As a report says of the same model on that board."""
    (uno,) = (board for board in read() if board.name == "uno")
    found = Judge(TASK, CLASSES, Limits(Target.AVR, board=uno)).cost(KNOWN[3])
    assert isinstance(found, Cost)
    assert 3_492 + 10_000 < found.flash <= uno.flash
    assert 880 + 416 < found.ram <= uno.ram
    refused = Judge(TASK, CLASSES, Limits(Target.AVR, board=uno)).cost(KNOWN[2])
    assert isinstance(refused, Refusal)
    assert refused.reason == "RAM"


@pytest.mark.parametrize("name", ["uno", "microbit"])
def test_a_minimal_image_costs_what_its_build_predicts(name: str) -> None:
    """As ``thimble build --minimal`` says of the same network; the limits are of that image."""
    (board,) = (replace(one, minimal=True) for one in read() if one.name == name)
    limits = Limits(Target(board.target), Optimize.SIZE, board=board)
    found = Judge(TASK, CLASSES, limits).cost(KNOWN[3])
    assert isinstance(found, Cost)
    chain = layers(KNOWN[3], SHAPE, CLASSES)
    options = Options(target=Target(board.target), optimize=Optimize.SIZE)
    compiled = compile_model(tflite.parse(flat.build(chain, flat.random(chain))), "model", options)
    needed = firmware.need(firmware.minimal(firmware.find(name)), compiled)
    assert (found.flash, found.ram) == (needed.flash, needed.ram)
    just = replace(limits, flash=found.flash, ram=found.ram)
    assert Judge(TASK, CLASSES, just).cost(KNOWN[3]) == found
    refused = Judge(TASK, CLASSES, replace(just, flash=found.flash - 1)).cost(KNOWN[3])
    assert isinstance(refused, Refusal)


def test_milliseconds_need_a_core_whose_cycles_are_known() -> None:
    """One line each."""
    with pytest.raises(DataError, match="--max-instructions"):
        Limits(Target.CORTEX_M0, milliseconds=5, clock=16_000_000)
    with pytest.raises(DataError, match="--clock"):
        Limits(Target.CORTEX_M4, milliseconds=5)
    assert Limits(Target.AVR, milliseconds=1, clock=16_000_000).time(16_000) == 1
