"""The range of an input: what pictures can hold is known, whatever the examples hold."""

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from convert import network
from convert.quantizing import Lesson
from runtime.dataset import Examples
from runtime.tasks.meaning import Classes
from runtime.tasks.photo import Photo
from runtime.tasks.scaling import NAMED, Scaling
from runtime.tasks.task import Task
from runtime.tasks.tensor import Arrays
from train import feed
from train.augment import LEVELS
from train.loop import Plan
from train.tf import configure, keras

NAMES = ("a", "b", "c")
SHAPE = (8, 8, 3)
IMAGENET = Scaling((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))


def dim(task: Task) -> Examples:
    """Pictures without a dark and without a bright pixel; arrays in -1..2."""
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    if task.stored == np.uint8:
        inputs = rng.integers(40, 160, (60, *SHAPE)).astype(np.uint8)
    else:
        inputs = rng.uniform(-1, 2, (60, *SHAPE)).astype(np.float32)
    return Examples(inputs, labels, NAMES, "made up")


def grid(content: bytes) -> tuple[float, int]:
    """Scale and zero point of the input, as LiteRT tells them."""
    runner = Interpreter(model_content=content)
    runner.allocate_tensors()
    scale, zero = runner.get_input_details()[0]["quantization"]
    return float(scale), int(zero)


def levels(task: Task) -> np.ndarray:
    """The real values of all 256 levels of a pixel, [256, channels]."""
    pixels = np.arange(256, dtype=np.uint8).reshape(-1, 1, 1, 1)
    return task.real(np.broadcast_to(pixels, (256, *SHAPE)))[:, 0, 0]


@pytest.mark.parametrize(
    ("scaling", "apart"),
    [(NAMED["0..1"], 256), (NAMED["0..255"], 256), (NAMED["-1..1"], 255), (IMAGENET, 240)],
    ids=["0..1", "0..255", "-1..1", "imagenet"],
)
@pytest.mark.parametrize("how", ["ptq", "qat", "flat"])
def test_levels_of_pixels_stay_apart(
    scaling: Scaling, apart: int, how: str, tmp_path: Path
) -> None:
    """None is cut off, and they are rounded by 0.29 steps in the mean, or less."""
    configure(0)
    of = keras.layers
    task = Photo(SHAPE, scaling)
    lesson = Lesson(task, (Classes(NAMES),), dim(task), dim(task))
    model = keras.Sequential([of.Input(SHAPE), of.Conv2D(4, 3), of.Flatten(), of.Dense(3)])
    net: network.Network = network.Layers(model, "x")
    if how == "flat":
        (tmp_path / "x.tflite").write_bytes(net.float32() or b"")
        net = network.load(tmp_path / "x.tflite")
    if how == "qat":
        learnt = feed.material(task, lesson.train, lesson.meanings)
        tuning = net.fine_tune(learnt, Plan(1, 1e-5, LEVELS["none"], batch=30))
        list(tuning.epochs(learnt))
        content = tuning.quantize()
    else:
        content = net.quantize([lesson.calibration(0)])
    scale, zero = grid(content)
    real = levels(task)
    codes = np.rint(real / np.float32(scale)) + zero
    assert codes.min() >= -128
    assert codes.max() <= 127
    assert max(len(np.unique(channel)) for channel in codes.T) >= apart
    error = (codes - zero) * scale - real
    assert np.sqrt(np.mean((error / scale) ** 2, axis=0)).max() < 0.3


def test_what_has_the_ends_stays_as_it_is() -> None:
    """Calibration on pictures that are dark and bright, and on arrays, is what the task makes."""
    task = Photo(SHAPE, NAMED["0..1"])
    plain = dim(task)
    inputs = plain.inputs.copy()
    inputs[3, 0, 0], inputs[4, 1, 1] = 0, 255
    whole = plain.with_inputs(inputs)
    arrays = Arrays(SHAPE, Scaling())
    for task_, examples in ((task, whole), (arrays, dim(arrays))):
        found = Lesson(task_, (Classes(NAMES),), examples, examples).calibration(0)
        order = np.random.default_rng(0).permutation(60)
        np.testing.assert_array_equal(found, task_.real(examples.inputs[order]))
    assert feed.bounds(arrays) is None
