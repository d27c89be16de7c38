"""The compiler's command: what its files say of themselves, and its options around the network."""

import shlex
from pathlib import Path

import numpy as np
import pytest

from convert import tflite
from convert.compiler import check, estimate, samples, toolchain
from convert.compiler.build import compile_model
from convert.compiler.frontend import border
from convert.compiler.frontend.read import read
from convert.compiler.targets.options import Io, Options
from runtime import reading
from runtime.dataset import Examples
from runtime.errors import DataError, ModelError, ToolError
from runtime.options import Wanted
from runtime.reading import Source
from tests.compiler import networks
from tests.conftest import Command


@pytest.mark.parametrize(
    ("file", "words", "line"),
    [
        ("kws.tflite", (), "kws.tflite --match xnnpack"),
        ("kws.tflite", ("--name", "net"), "kws.tflite --name net --match xnnpack"),
        ("kws.tflite", ("--name", "kws"), "kws.tflite --match xnnpack"),
        ("my net.tflite", ("--match", "ref"), "'my net.tflite' --match ref"),
        ("kws.tflite", ("--io", "int8"), "--target generic --io int8"),
    ],
)
def test_the_first_line_makes_it_again(
    run: Command, tmp_path: Path, file: str, words: tuple[str, ...], line: str
) -> None:
    """It names the file that exists and the --name that was given; it gives the same bytes."""
    (tmp_path / file).write_bytes(networks.dense())
    assert run("convert.compiler", tmp_path / file, *words).returncode == 0
    written = {path: path.read_bytes() for path in tmp_path.iterdir() if path.suffix in ".c.h"}
    assert len(written) == 2
    firsts = {content.decode().splitlines()[0] for content in written.values()}
    (first,) = firsts
    assert line in first
    for path in written:
        path.unlink()
    _, _, module, *arguments = shlex.split(first.split("Made by: ")[1])
    root = str(Path(tflite.__file__).parents[1])
    done = run(module, *arguments, cwd=tmp_path, env={"PYTHONPATH": root})
    assert done.returncode == 0, done.stderr
    assert written == {path: path.read_bytes() for path in written}


@pytest.mark.parametrize("outside", ["UINT8", "FLOAT32"])
def test_io_int8_leaves_the_border_out(run: Command, tmp_path: Path, outside: str) -> None:
    """The C takes and gives int8, and equals the runtimes on what lies between."""
    content = networks.bordered(outside)
    network = read(tflite.parse(content))
    inner = border.as_int8(network)
    assert [tensor.dtype for tensor in (*network.inputs, *network.outputs)] == [outside] * 2
    assert [tensor.dtype for tensor in (*inner.inputs, *inner.outputs)] == ["INT8"] * 2
    assert len(inner.nodes) == len(network.nodes) - 2
    (tmp_path / "net.tflite").write_bytes(content)
    for io in Io:
        done = run("convert.compiler", tmp_path / "net.tflite", "--check", "20", "--io", io)
        assert done.returncode == 0, done.stderr


def test_io_int8_changes_nothing_of_int8() -> None:
    """An int8 QUANTIZE at the border rescales, and stays."""
    network = read(tflite.parse(networks.addition()))
    assert border.as_int8(network) == network


def test_what_the_border_does_not_own_stays() -> None:
    """A conversion whose other side is used elsewhere, or that is the whole network, is kept."""
    from tests.compiler.builder import Builder

    b = Builder()
    given = b.tensor((1, 4), 0.05, 128, dtype="UINT8")
    x, y = b.tensor((1, 4), 0.05, 0), b.tensor((1, 4), 0.1, 0)
    b.add("QUANTIZE", [given], x)
    b.add("QUANTIZE", [x], y)
    network = read(tflite.parse(b.pack([given], [x, y])))
    with pytest.raises(ModelError, match=r"--io int8: input .* UINT8"):
        border.as_int8(network)


def test_io_int8_where_there_is_none_is_refused() -> None:
    """A border type behind which nothing is int8."""
    from dataclasses import replace

    network = read(tflite.parse(networks.dense()))
    given = replace(network.input, dtype="FLOAT32")
    nodes = (replace(network.nodes[0], inputs=(given,)),)
    with pytest.raises(ModelError, match=r"--io int8: input .* FLOAT32"):
        border.as_int8(replace(network, inputs=(given,), nodes=nodes))


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("gcc (GCC) 9.4.0\nFree Software Foundation", "GCC 9.4.0: --cc needs 10"),
        ("Ubuntu clang version 14.0.0", "no GCC: --cc needs GCC 10"),
        ("", "no GCC: --cc needs GCC 10"),
    ],
)
def test_cc_that_writes_no_call_graph_is_named(tmp_path: Path, says: str, expected: str) -> None:
    """An old GCC and clang are one line, before anything is compiled."""
    fake = tmp_path / "cc"
    fake.write_text(f"#!/bin/sh\ntest $1 = -dumpversion && echo 9.4.0 || echo '{says}'\n")
    fake.chmod(0o755)
    compiled = compile_model(tflite.parse(networks.dense()), "net")
    with pytest.raises(ToolError, match=expected):
        toolchain.measure(compiled, f"{fake} -O2")
    with pytest.raises(ToolError, match="install it"):
        toolchain.measure(compiled, str(tmp_path / "none"))
    with pytest.raises(ToolError, match="mend its quotes"):
        toolchain.measure(compiled, "gcc 'unclosed")
    with pytest.raises(ToolError, match="--cc is empty"):
        toolchain.measure(compiled, " ")


def test_only_plain_models_go_into_firmware() -> None:
    """What firmware and web app cannot take is one line that says what the model has."""
    compile_model(tflite.parse(networks.dense()), "net").require_plain("the firmware")
    with pytest.raises(ModelError, match=r"the firmware takes .*input int8, input int8, output"):
        compile_model(tflite.parse(networks.addition()), "net").require_plain("the firmware")


def test_the_state_is_part_of_the_cost(run: Command, tmp_path: Path) -> None:
    """In the table of what was written, and in the estimate."""
    content = networks.with_state()
    (tmp_path / "net.tflite").write_bytes(content)
    unit = compile_model(tflite.parse(content), "net").unit
    assert unit.state
    assert f"{unit.state:,}" in run("convert.compiler", tmp_path / "net.tflite").stdout
    assert f"state: {unit.state:,} bytes" in estimate.report(unit)
    assert estimate.as_data(unit)["state"] == unit.state
    with pytest.raises(ModelError, match="bytes of state"):
        compile_model(tflite.parse(content), "net").require_plain("the web app")


def test_digits_are_taken_where_they_fit(mnist: Examples, model_path: Path) -> None:
    """28x28 of int8 gets MNIST as stored numbers, anything else does not."""
    at_hand = Wanted(Source(reading.find(None) or Path()))
    found = samples.examples(read(tflite.read(model_path)), model_path, at_hand, 5)
    assert found is not None
    assert np.array_equal(
        found[0].reshape(5, 28, 28).astype(int), mnist.inputs[:5].astype(int) - 128
    )
    network = read(tflite.parse(networks.dense()))
    assert samples.examples(network, Path("dense.tflite"), at_hand, 5) is None


def test_data_of_a_task_are_taken(run: Command, tmp_path: Path) -> None:
    """Rows of a CSV, scaled as said, are what the network is fed; too few of them are an error."""
    content = networks.dense()
    (tmp_path / "net.tflite").write_bytes(content)
    network = read(tflite.parse(content))
    rows = np.random.default_rng(2).normal(0, 1, (6, network.input.size)).round(3)
    np.savetxt(tmp_path / "x.csv", rows, delimiter=",")
    wanted = Wanted(Source(tmp_path / "x.csv"), "tensor", scaling="0.5/2", given=True)
    found = samples.examples(network, tmp_path / "net.tflite", wanted, 6)
    assert found is not None
    real = (rows.astype(np.float32) - np.float32(0.5)) / np.float32(2)
    codes = np.rint(real / network.input.scale) + network.input.zero_point
    assert np.array_equal(found[0].reshape(rows.shape), np.clip(codes, -128, 127))
    data = ("--data", tmp_path / "x.csv", "--task", "tensor")
    done = run("convert.compiler", tmp_path / "net.tflite", "--check", "6", *data)
    assert done.returncode == 0, done.stderr
    done = run("convert.compiler", tmp_path / "net.tflite", "--check", "7", *data)
    assert done.returncode == 1
    assert done.stderr == f"error: {tmp_path}/x.csv has 6 examples, --check asks for 7\n"
    with pytest.raises(DataError, match="--data is for networks of one input"):
        samples.examples(read(tflite.parse(networks.addition())), tmp_path / "n", wanted, 1)


def test_check_of_int8_io_compares_what_lies_between() -> None:
    """The file is cut to the tensors that the C has at its border."""
    content = networks.bordered("UINT8")
    model = tflite.parse(content)
    x, y = model.operators[1].inputs[0], model.operators[1].outputs[0]
    from convert.bundle.border import moved

    cut = tflite.parse(moved(content, [x], [y]))
    assert cut.op_names == ("FULLY_CONNECTED",)
    network = read(cut)
    modes = check.compile_modes(cut, Options(io=Io.INT8))
    rows = check.check(cut, modes, samples.random(network, 10, 0))
    assert all(row.differing == 0 for row in rows if row.is_proof)
    assert np.all([row.is_proof for row in rows if row.mode is row.runtime])
