"""Networks, arenas and examples as pictures: what is drawn is what is there."""

import base64
import io
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from convert import tflite
from convert.report import arena, chart, diagram, document, examples, network, page

SVG = "{http://www.w3.org/2000/svg}"
CASES = Path(__file__).parents[2] / "runtime/models"


def texts(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314


def operator(*reads: int, op: str = "CONV_2D") -> dict[str, Any]:
    more = {"dtype": "INT8", "activation": None, "weights": 0}
    return {"op": op, "name": "a", "reads": list(reads), "shape": [4, 4, 8], **more}


def graph(*operators: dict[str, Any]) -> dict[str, Any]:
    border = {"name": "x", "shape": [1, 4, 4, 8], "dtype": "INT8", "scale": 1.0, "zero_point": 0}
    outputs = [border | {"from": len(operators) - 1}]
    return {"inputs": [border], "operators": list(operators), "outputs": outputs}


def test_a_chain_has_no_branches() -> None:
    """Each block with its shape, an arrow into each from the one above, nothing at the side."""
    svg = diagram.draw(graph(operator(-1), operator(0), operator(1)), {0: 10, 1: 5})
    assert texts(svg).count("4\u00d74\u00d78") == 5
    assert svg.count("<rect") == 5
    assert len(re.findall(r'<path d="', svg)) == 4
    assert "branch" not in re.sub(r'aria-label="[^"]*"', "", svg)
    assert "0 branches" in svg


def test_branches_that_meet_have_lanes_of_their_own() -> None:
    """As in a residual network within another: three branches, two alive together."""
    svg = diagram.draw(
        graph(operator(-1), operator(0), operator(1), operator(0, 2), operator(-1, 3)), {}
    )
    paths = re.findall(r'<path class="branch" d="M(\d+) (\d+)H(\d+)V(\d+)', svg)
    assert len(paths) == 2
    assert len({lane for _, _, lane, _ in paths}) == 2  # both pass by the second block
    freed = diagram.draw(
        graph(operator(-1), operator(0), operator(0, 1), operator(2), operator(2, 3)), {}
    )
    lanes = re.findall(r'<path class="branch" d="M\d+ \d+H(\d+)', freed)
    assert len(lanes) == 2
    assert len(set(lanes)) == 1  # the first has ended where the second begins


def test_a_network_is_read_from_the_file() -> None:
    """Operators, shapes and weights of nano as LiteRT tells of them."""
    from ai_edge_litert.interpreter import Interpreter

    path = CASES / "nano/model.tflite"
    judge = Interpreter(str(path))
    judge.allocate_tensors()
    found = network.describe(tflite.read(path), {})
    tensors = {one["index"]: one for one in judge.get_tensor_details()}
    operators = [op for op in judge._get_ops_details() if op["op_name"] != "DELEGATE"]
    assert [one["op"] for one in found["operators"]] == [op["op_name"] for op in operators]
    for one, op in zip(found["operators"], operators, strict=True):
        assert one["shape"] == tensors[op["outputs"][0]]["shape"][1:].tolist()
    assert [one["reads"] for one in found["operators"]] == [[-1], [0], [1], [2], [3], [4]]
    # nano: 5x5x4 and 5x5x12 convolutions, then 10 outputs of 192, and biases
    assert [one["weights"] for one in found["operators"]] == [
        25 * 4 + 4, 0, 25 * 4 * 12 + 12, 0, 0, 192 * 10 + 10
    ]  # fmt: skip
    assert [one["name"] for one in found["operators"]][:2] == ["conv1", "pool1"]


def test_every_part_of_the_arena_is_labelled_and_the_peak_is_marked(found) -> None:
    """A number for each box, no two labels on each other, and the step that needs most."""
    costs = found["costs"]
    svg = arena.draw(costs["arena"], costs["steps"])
    numbers = [int(match[1]) for one in texts(svg) if (match := re.match(r"(\d+) [a-z0-9]", one))]
    assert sorted(set(numbers)) == list(range(1, len(costs["arena"]["buffers"]) + 1))
    most = max(step["ram"] for step in costs["steps"])
    assert f"peak: {most:,} bytes" in texts(svg)
    peak = ElementTree.fromstring(svg).find(f"{SVG}rect[@class='peak']")  # noqa: S314
    assert peak is not None
    step = next(n for n, step in enumerate(costs["steps"]) if step["ram"] == most)
    width = float(peak.attrib["width"])
    assert round((float(peak.attrib["x"]) - 56) / width) == step


@pytest.mark.parametrize("count", [1, 3, 60])
def test_an_arena_of_any_length_is_drawn(count: int) -> None:
    """Down to buffers of a byte, and up to more steps than fit beside each other."""
    steps = [{"ram": 10 + n} for n in range(count)]
    buffers = [
        {"holds": f"layer{n}", "offset": n % 7, "bytes": 1 + 900 * (n % 2), "first": n, "last": n}
        for n in range(count)
    ]
    svg = arena.draw({"bytes": 910, "buffers": buffers}, steps)
    assert svg.count(" box") == count
    assert f"at step {count - 1}" in svg


@pytest.mark.parametrize("shape", [(28, 28), (32, 32, 3), (20, 30, 1)])
@pytest.mark.parametrize("ink", [False, True])
def test_a_small_picture_is_kept_to_the_last_bit(shape: tuple[int, ...], ink: bool) -> None:
    """As it is, or as ink on white paper."""
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    url = examples.described(pixels, ink=ink)["picture"]
    kind, content = url.split(",")
    assert kind == "data:image/png;base64"
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))
    np.testing.assert_array_equal(255 - shown if ink else shown, pixels.squeeze())


def test_a_large_picture_is_shrunk() -> None:
    """Its proportions stay, and it takes a few kilobytes."""
    slope = np.linspace(0, 255, 200).astype(np.uint8)
    url = examples.described(np.broadcast_to(slope[None, :, None], (100, 200, 3)).copy())["picture"]
    shown = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))
    assert shown.size == (72, 36)
    assert np.asarray(shown)[18, ::18, 0] == pytest.approx(slope[::50], abs=8)


def test_a_waveform_is_a_line_for_each_channel() -> None:
    """Evenly spread points of it, in three digits, on one scale for all channels."""
    values = np.stack([np.sin(np.arange(128) / 9), np.arange(128) / 64], axis=1)
    told = examples.described(values.astype(np.float32))
    rows = told["rows"]
    assert rows["count"] == 128
    assert [len(line) for line in rows["channels"]] == [64, 64]
    assert rows["channels"][0] == pytest.approx(
        np.sin(np.linspace(0, 127, 64).astype(int) / 9), abs=2e-3
    )
    svg = examples.shown(told, "test example 3")
    lines = re.findall(r'class="channel c(\d)" d="M([^"]+)"', svg)
    assert [number for number, _ in lines] == ["0", "1"]
    heights = [float(point.split()[1]) for _, line in lines for point in line.split("L")]
    assert (min(heights), max(heights)) == (2, 57)


@pytest.mark.parametrize(
    "shape", [(1,), (12,), (49, 10, 1), (49, 10), (8, 8, 1), (6, 6, 3), (4, 4, 4, 2)]
)
def test_an_array_of_any_shape_is_drawn(shape: tuple[int, ...]) -> None:
    """As rows or as a map; one that is the same everywhere too."""
    for values in (np.zeros(shape), np.random.default_rng(1).normal(size=shape)):
        told = examples.described(values.astype(np.float32))
        assert (told["picture"] is None) != (told["rows"] is None)
        assert 'aria-label="x"' in examples.shown(told, "x") or 'alt="x"' in examples.shown(
            told, "x"
        )


def test_pictures_end_where_the_budget_does() -> None:
    """What comes later is listed without."""
    found = [{"picture": "x" * 400, "rows": None}] * 5
    kept = list(examples.within(found, 1000))
    assert kept == [*found[:2], None, None, None]


def test_ticks_are_round_and_within() -> None:
    """For any range, and so that numbers do not crowd."""
    for low, high in ((0, 1), (-3.7, 12.2), (0.0012, 0.0029), (0, 43210)):
        found = chart.ticks(low, high, 5)
        assert 2 <= len(found) <= 7
        assert all(low - 1e-9 <= value <= high + 1e-9 for value in found)
        steps = np.diff(found)
        assert steps == pytest.approx(steps[0])
        first = f"{steps[0]:.12g}".replace(".", "").lstrip("0").rstrip("0")
        assert first in {"1", "2", "25", "5"}


def test_numbers_of_an_axis_differ() -> None:
    """However close ticks are to each other, and with no more digits than that takes."""
    for low, high in ((1.0857, 1.0861), (98.25, 99.5), (0, 1), (-0.4, 0.4), (0, 3_000_000)):
        values = chart.ticks(low, high, 5)
        step = values[1] - values[0]
        shown = [chart.number(value, step) for value in values]
        assert len(set(shown)) == len(shown)
        assert max(map(len, shown)) <= 7


CURVE = {"change": "noise", "unit": "deviation", "strengths": [0, 1]}


@pytest.mark.parametrize(
    ("measure", "axis", "told", "cell"),
    [
        ("accuracy", "accuracy, %", "Accuracy under noise; at 1 deviation: float 75.0 %", "75.00"),
        ("mean absolute error", "mean absolute error", "float 0.75, int8 2.5", "0.75"),
        ("reconstruction error", "reconstruction error", "Reconstruction error under noise", "2.5"),
    ],
)
def test_robustness_is_called_what_it_is(
    found: dict[str, Any], measure: str, axis: str, told: str, cell: str
) -> None:
    """In the charts, their text and the table; an error is no percentage."""
    last = 0.25 if measure == "accuracy" else 2.5
    curve = CURVE | {"float": [0.5, 0.75], "int8": [0.5, last]}
    swept = {"data": "some", "images": 4, "measure": measure, "curves": [curve]}
    report = found | {"robustness": swept}
    document.check(report)
    text = page.render(report).partition('id="robustness"')[2].partition("</section>")[0]
    assert f">{axis}</text>" in text
    assert told in text
    assert f">{cell}</data>" in text
    assert ("accuracy" in text.casefold()) == (measure == "accuracy")
    assert ("in %" in text) == (measure == "accuracy")
