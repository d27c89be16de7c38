"""convert.compare finds what was planted: the right layer, and the right cause."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from convert import compare
from convert.compare import Comparison, given, versions
from convert.compare.__main__ import main
from convert.compare.cause import Kind
from runtime import dataset, interpreter
from runtime.errors import ModelError, ThimbleError
from runtime.image import to_float
from runtime.tasks.digits import TASK
from train import data
from train.tf import configure

ROOT = Path(__file__).parents[1]
BASE = ROOT / "runtime/models/base/model.tflite"
OUTPUTS = {"conv1": 7, "pool1": 8, "conv2": 10, "flatten": 12, "hidden": 14, "logits": 16}
"""Tensors of base, by the layer that gives them."""
WEIGHTS = {"conv1": (6, 3), "conv2": (9, 2), "hidden": (13, 1), "logits": (15, 4)}
"""Tensors of base: weights and bias, by layer."""
COPIES = {"conv1": (7, 8), "conv2": (10, 11, 12)}
"""What a layer gives, with the tensors into which it is copied and pooled: one grid for all."""
AGAINST = ("base@float", "base")


class Model:
    """The bundled base model, open for tampering."""

    def __init__(self) -> None:
        self.root = schema.ModelT.InitFromPackedBuf(BASE.read_bytes())
        self.graph = self.root.subgraphs[0]

    def quantization(self, tensor: int) -> Any:
        return self.graph.tensors[tensor].quantization

    def constant(self, tensor: int, dtype: type) -> Any:
        """A constant's values, flat; writing to them changes the model."""
        buffer = self.root.buffers[self.graph.tensors[tensor].buffer]
        buffer.data = np.array(buffer.data, np.uint8)
        return buffer.data.view(dtype)

    def write(self, path: Path) -> Path:
        builder = flatbuffers.Builder()
        builder.Finish(self.root.Pack(builder), file_identifier=b"TFL3")
        path.write_bytes(bytes(builder.Output()))
        return path


def weight_scale(model: Model, layer: str) -> None:
    """Every weight of the layer counts half as much again."""
    quantization = model.quantization(WEIGHTS[layer][0])
    quantization.scale = np.array(quantization.scale, np.float32) * np.float32(1.5)


def wide(model: Model, layer: str) -> None:
    """The layer's range is 16 times what it needs."""
    _rescale(model, layer, 16)


def narrow(model: Model, layer: str) -> None:
    """The layer's range is a quarter of what it needs."""
    _rescale(model, layer, 1 / 4)


def _rescale(model: Model, layer: str, factor: float) -> None:
    for tensor in COPIES.get(layer, (OUTPUTS[layer],)):
        scale = model.quantization(tensor).scale
        model.quantization(tensor).scale = np.array(scale, np.float32) * np.float32(factor)


def zero_point_up(model: Model, layer: str) -> None:
    """The layer's zero lies 200 codes too high, where there is hardly any room above it."""
    for tensor in COPIES.get(layer, (OUTPUTS[layer],)):
        zero = model.quantization(tensor).zeroPoint
        model.quantization(tensor).zeroPoint = np.array(zero, np.int64) + 200


def zero_point_lost(model: Model, layer: str) -> None:
    """The layer's values are read with a zero point that they were not written with."""
    zero = model.quantization(OUTPUTS[layer]).zeroPoint
    model.quantization(OUTPUTS[layer]).zeroPoint = np.array(zero, np.int64) + 20


def weight_channel(model: Model, layer: str) -> None:
    """The weights of the layer's channel 5 stand in the wrong order."""
    weights = model.constant(WEIGHTS[layer][0], np.int8)
    channels = weights.reshape(model.graph.tensors[WEIGHTS[layer][0]].shape[0], -1)
    channels[5] = channels[5, ::-1].copy()


def bias(model: Model, layer: str) -> None:
    """The bias of the layer's channel 3 is 40 steps of the output too large."""
    number = WEIGHTS[layer][1]
    output = model.quantization(OUTPUTS[layer]).scale[0]
    scales = model.quantization(number).scale
    model.constant(number, np.int32)[3] += round(40 * output / scales[3 % len(scales)])


FAULTS: list[tuple[Callable[[Model, str], None], str, Kind, tuple[int, ...]]] = [
    (weight_scale, "conv1", Kind.SCALE, ()),
    (weight_scale, "hidden", Kind.SCALE, ()),
    (wide, "conv2", Kind.WIDE, ()),
    (wide, "hidden", Kind.WIDE, ()),
    (narrow, "conv1", Kind.SATURATION, ()),
    (narrow, "hidden", Kind.SATURATION, ()),
    (zero_point_up, "conv2", Kind.ZERO_POINT, ()),
    (zero_point_up, "hidden", Kind.ZERO_POINT, ()),
    (zero_point_lost, "flatten", Kind.ZERO_POINT, ()),
    (weight_channel, "conv1", Kind.WEIGHTS, (5,)),
    (weight_channel, "conv2", Kind.WEIGHTS, (5,)),
    (weight_channel, "logits", Kind.WEIGHTS, (5,)),
    (bias, "conv1", Kind.BIAS, (3,)),
    (bias, "conv2", Kind.BIAS, (3,)),
    (bias, "logits", Kind.BIAS, (3,)),
]


@pytest.fixture(scope="module", autouse=True)
def configured() -> None:
    """As the command does; TensorFlow takes no thread count after its first operation."""
    configure(0)


@pytest.fixture(scope="module")
def images() -> dataset.Pixels:
    """Few, but enough."""
    return data.load().test.inputs[:128]


@pytest.mark.parametrize("against", AGAINST)
@pytest.mark.parametrize(("fault", "layer", "kind", "channels"), FAULTS)
def test_planted_fault_is_found(  # noqa: PLR0913, PLR0917
    fault: Callable[[Model, str], None],
    layer: str,
    kind: Kind,
    channels: tuple[int, ...],
    against: str,
    images: dataset.Pixels,
    tmp_path: Path,
) -> None:
    """Whether B is compared with the float or with the sound int8 network."""
    model = Model()
    fault(model, layer)
    path = model.write(tmp_path / "tampered.tflite")
    found = compare.compare(versions.load(against), versions.load(str(path)), shown(images))
    assert named(found) == (layer, kind, channels)


def shown(images: dataset.Pixels) -> given.Given:
    """What both versions are given for them."""
    return given.of_task(TASK, images)


def named(found: Comparison) -> tuple[str, Kind, tuple[int, ...]]:
    """The layer that is marked, and the cause that is given."""
    row = found.first
    assert row is not None
    assert row.cause is not None
    return row.layer.name, row.cause.kind, row.cause.channels


@pytest.mark.parametrize("name", ["base", "small", "micro", "nano"])
def test_sound_model_has_no_fault(name: str, images: dataset.Pixels) -> None:
    """No preset's int8 network is beyond the threshold of its float network."""
    found = compare.compare(versions.load(f"{name}@float"), versions.load(name), shown(images))
    assert found.first is None
    assert len(found.rows) == len(versions.load(name).layers)


@pytest.mark.parametrize("how", ["reference", "tflm", "c-ref"])
def test_other_rounding_is_found(how: str, images: dataset.Pixels) -> None:
    """Kernel sets that round differently part at the first convolution, by single steps."""
    found = compare.compare(versions.load("base"), versions.load(f"base@{how}"), shown(images))
    assert named(found) == ("conv1", Kind.ROUNDING, ())


@pytest.mark.parametrize(("a", "b"), [("", "c"), ("reference", "c-ref"), ("tflm", "c-tflm")])
def test_generated_c_equals_its_runtime_in_every_layer(
    a: str, b: str, images: dataset.Pixels
) -> None:
    """Not only in the answer."""
    found = compare.compare(versions.load(f"nano@{a}"), versions.load(f"nano@{b}"), shown(images))
    assert found.first is None
    assert [row.deviation and row.deviation.largest for row in found.rows] == [0.0] * 7


PREPROCESSING: dict[str, Callable[[Any], Any]] = {
    "inverted": lambda pixels: 1 - pixels,
    "transposed": lambda pixels: pixels.swapaxes(1, 2),
    "0 to 255": lambda pixels: 255 * pixels,
    "-1 to 1": lambda pixels: 2 * pixels - 1,
    "0.7 times": lambda pixels: 0.7 * pixels,
    "other pictures": lambda pixels: pixels[::-1],
}


@pytest.mark.parametrize("says", PREPROCESSING)
@pytest.mark.parametrize("against", AGAINST)
def test_wrong_preprocessing_is_found(
    says: str, against: str, images: dataset.Pixels, tmp_path: Path
) -> None:
    """An app that feeds the pictures wrongly, and records what it fed and what came out."""
    wrong = PREPROCESSING[says](to_float(images))
    runner = interpreter.load(BASE)
    codes = np.clip(np.rint(wrong * 255) - 128, -128, 127).astype(np.int8)
    path = tmp_path / "app.npz"
    (told,) = runner.outputs
    answers = told.scale * (runner.run(codes).astype(np.float32) - told.zero_point)
    np.savez(path, images=images, input=wrong, output=answers)
    a = versions.load(against)
    found = compare.compare(a, versions.load(str(path), a, TASK), shown(images))
    assert named(found) == ("input", Kind.PREPROCESSING, ())
    assert found.first is not None
    assert found.first.cause is not None
    assert says in found.first.cause.evidence


def test_layers_are_what_the_interpreter_keeps(images: dataset.Pixels) -> None:
    """LiteRT's reference kernels can keep every tensor: the values are those."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    kept = Interpreter(
        str(BASE),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    kept.allocate_tensors()
    values = list(versions.load("base@reference").values(shown(images[:4]).reals))
    for place, picture in enumerate(images[:4]):
        kept.set_tensor(5, (picture.astype(np.int16) - 128).astype(np.int8)[None, ..., None])
        kept.invoke()
        for found, tensor in zip(values, (5, 7, 8, 10, 11, 12, 14, 16), strict=True):
            assert found is not None
            np.testing.assert_array_equal(found[place], kept.get_tensor(tensor)[0])


def test_figures(tmp_path: Path) -> None:
    """Of a recorded output, by hand: one value of 160 is 3.0 off, the rest is equal."""
    pictures = data.load().test.inputs[:16]
    judge = interpreter.load(BASE)
    right = judge.run((pictures.astype(np.int16) - 128).astype(np.int8)[..., None])
    (told,) = judge.outputs
    reals = (right.astype(np.float64) - told.zero_point) * np.float64(np.float32(told.scale))
    wrong = reals.copy()
    wrong[2, 7] += 3.0
    np.savez(tmp_path / "a.npz", images=pictures, output=wrong)
    a = versions.load("base")
    row = compare.compare(a, versions.load(str(tmp_path / "a.npz"), a, TASK), shown(pictures)).rows[
        -1
    ]
    assert row.deviation is not None
    assert row.deviation.rmse == pytest.approx(3.0 / np.sqrt(160))
    assert row.deviation.largest == pytest.approx(3.0)
    cosine = np.sum(reals * wrong) / np.sqrt(np.sum(reals**2) * np.sum(wrong**2))
    assert row.deviation.cosine == pytest.approx(cosine)
    assert row.deviation.sqnr_db == pytest.approx(10 * np.log10(np.sum(reals**2) / 9), abs=1e-3)
    assert row.deviation.differing == 1 / 160
    assert row.deviation.saturated is None


def test_json_equals_the_table(run: Any) -> None:
    """--json has the table's figures; --quiet prints nothing; the status says that they part."""
    words = ("convert.compare", "nano@float", "nano", "--images", "32", "--threshold", "20")
    shown, machine, quiet = (run(*words, *more) for more in ((), ("--json",), ("--quiet",)))
    content = json.loads(machine.stdout)
    lines = [line for line in shown.stdout.splitlines() if line.startswith("| ")][1:]
    for line, row in zip(lines, content["layers"], strict=True):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[:2] == [row["layer"], row["operator"]]
        assert cells[3] == f"{row['rmse']:.4g}"
        assert cells[6] == f"{row['sqnr_db']:.1f}"
        assert cells[9] == ("-" if row["own_sqnr_db"] is None else f"{row['own_sqnr_db']:.1f}")
        assert ("<--" in cells[10]) == (row["layer"] == content["first"])
    assert content["first"] == "conv2"
    assert (quiet.stdout, quiet.stderr) == ("", "")
    assert [done.returncode for done in (shown, machine, quiet)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ("base", "nano", "not the same network"),
        ("base", "base@fast", "choose @float"),
        ("base", "nothing.tflite", "there is no model nothing.tflite"),
        ("base", "build/nothing@qat", "exists there"),
        ("mine.keras@c", "base", "only a .tflite takes @c"),
        ("base", "nothing.npz", "cannot read nothing.npz"),
        ("base", "README.md", "README.md"),
        ("answers.npz", "base", "a recording comes second"),
    ],
)
def test_wrong_input_is_named(a: str, b: str, says: str) -> None:
    """What is wrong, and what to do."""
    with pytest.raises(ThimbleError, match=re.escape(says)):
        main([a, b])


def test_wrong_input_is_one_line(run: Any) -> None:
    """On standard error; status 1."""
    done = run("convert.compare", "base", "nano")
    assert done.returncode == 1
    assert done.stderr.startswith("error: not the same network")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({}, "has no inputs"),
        ({"images": np.zeros((2, 28, 28), np.uint8), "conv9": np.zeros(2)}, "records 'conv9'"),
        ({"images": np.zeros((2, 28, 28), np.uint8), "output": np.zeros((2, 9))}, "(2, 10)"),
        (
            {"images": np.zeros((2, 28, 28), np.uint8), "output": np.full((2, 10), np.nan)},
            "'logits' has values that are no numbers",
        ),
    ],
)
def test_wrong_recording_is_refused(arrays: dict[str, Any], says: str, tmp_path: Path) -> None:
    """What a recording lacks, or has too much, is named."""
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ModelError, match=re.escape(says)):
        versions.load(str(tmp_path / "a.npz"), versions.load("base"), TASK)
