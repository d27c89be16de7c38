"""The tools on networks that are no digits: compare, evaluate, benchmark."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from convert import compare, network, sweep, tflite
from convert.compare import versions
from convert.compare.__main__ import main
from convert.compare.cause import Kind
from convert.compare.given import at_random, of_arrays
from convert.compare.layer import inputs
from convert.robustness.__main__ import main as robustness
from runtime import benchmark, evaluate, worker
from runtime.errors import DataError, ModelError, ThimbleError
from tests import tiny, zoo
from tests.compiler import networks
from train.tf import configure, keras

RNG = np.random.default_rng(8)
BRANCHING = ("resnet", "branches", "late_norms", "upsampling")


@pytest.fixture(scope="session")
def branching(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of networks with branches, with several inputs and outputs, as an export has them."""
    configure(0)
    folder = tmp_path_factory.mktemp("zoo")
    for name in BRANCHING:
        model = zoo.randomize(zoo.NETWORKS[name](keras))
        found = network.Layers(model, name)
        (folder / name).mkdir()
        model.save(folder / name / "float.keras")
        given = [RNG.normal(0, 1, (16, *one.shape)).astype(np.float32) for one in found.inputs]
        (folder / name / "model.tflite").write_bytes(found.quantize(given))
        (folder / name / "model_float.tflite").write_bytes(found.float32())
    return {name: folder / name for name in BRANCHING}


@pytest.mark.parametrize("name", BRANCHING)
def test_a_branching_network_is_sound(name: str, branching: dict[str, Path]) -> None:
    """No layer of int8 is beyond the threshold of the float network, and every one is measured."""
    folder = branching[name]
    assert main([f"{folder}@float", str(folder), "--images", "8"]) == 0
    a, b = versions.load(f"{folder}/model_float.tflite"), versions.load(str(folder))
    given = at_random(inputs(a), inputs(b), None, 8)
    found = compare.compare(a, b, given)
    assert found.first is None
    assert all(row.deviation for row in found.rows)
    assert all(row.own_db is not None for row in found.rows)  # of several inputs, too


@pytest.mark.parametrize("name", ["resnet", "branches"])
def test_generated_c_of_branches_equals_its_runtime(name: str, branching: dict[str, Path]) -> None:
    """In every layer."""
    path = branching[name] / "model.tflite"
    a, b = versions.load(str(path)), versions.load(f"{path}@c")
    found = compare.compare(a, b, at_random(inputs(a), inputs(b), None, 4))
    assert {row.deviation.largest for row in found.rows if row.deviation} == {0.0}


def test_outputs_are_those_of_the_whole_network(branching: dict[str, Path]) -> None:
    """LiteRT's, of both outputs, for both inputs."""
    path = branching["branches"] / "model.tflite"
    version = versions.load(str(path))
    given = at_random(inputs(version), (), None, 3)
    values = list(version.values(given.reals))
    whole = Interpreter(str(path))
    whole.allocate_tensors()
    for row in range(3):
        for place, details in enumerate(whole.get_input_details()):
            whole.set_tensor(details["index"], values[place][row][None])
        whole.invoke()
        for place, details in zip(version.outputs, whole.get_output_details(), strict=True):
            expected = whole.get_tensor(details["index"])[0]
            np.testing.assert_array_equal(values[place][row], expected)


def test_a_planted_fault_in_a_branch_is_found(branching: dict[str, Path], tmp_path: Path) -> None:
    """The weights of one channel of a convolution beside an Add stand in the wrong order."""
    from ai_edge_litert import schema_py_generated as schema

    from convert.cutting import pack

    path = branching["resnet"] / "model.tflite"
    model = tflite.read(path)
    add = next(n for n, operator in enumerate(model.operators) if operator.name == "ADD")
    made = {operator.outputs[0]: n for n, operator in enumerate(model.operators)}
    branch = max(made[number] for number in model.reads(add))
    whole = schema.ModelT.InitFromPackedBuf(model.content)
    tensor = whole.subgraphs[0].tensors[model.operators[branch].inputs[1]]
    buffer = whole.buffers[tensor.buffer]
    weights = np.array(buffer.data, np.uint8).reshape(tensor.shape[0], -1)
    weights[2] = weights[2, ::-1]
    buffer.data = weights.ravel()
    (tmp_path / "bad.tflite").write_bytes(pack(whole))
    a, b = versions.load(str(path)), versions.load(str(tmp_path / "bad.tflite"))
    first = compare.compare(a, b, at_random(inputs(a), inputs(b), None, 8)).first
    assert first is not None
    assert first.cause is not None
    assert first.layer.name == b.layers[b.layers.index(first.layer)].name
    assert first.layer == b.layers[branch + 1]
    assert (first.cause.kind, first.cause.channels) == (Kind.WEIGHTS, (2,))


def test_two_tflite_need_no_tensorflow(models: dict[str, Path]) -> None:
    """Nor do generated C and recordings: it cannot even be imported."""
    code = (
        "import sys\n"
        "for name in ('tensorflow', 'tf_keras', 'keras'): sys.modules[name] = None\n"
        "from convert.compare.__main__ import main\n"
        f"path = {str(models['photo'])!r}\n"
        "sys.exit(main([path + '@reference', path + '@c-ref', '--images', '3']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "3 inputs, random numbers" in done.stdout
    assert "The inputs were random" in done.stdout


@pytest.mark.parametrize("name", ["photo", "window", "autoencoder"])
@pytest.mark.parametrize("form", ["stored", "own"])
def test_a_recording_is_taken_in_either_form(
    name: str, form: str, models: dict[str, Path], tmp_path: Path
) -> None:
    """As the task keeps examples, or in the model's own type; what came out is LiteRT's."""
    task = tiny.MADE[name][1]
    shown = tiny.examples(task, 6)
    runner = Interpreter(str(models[name]))
    runner.allocate_tensors()
    (given,), (answer,) = runner.get_input_details(), runner.get_output_details()
    scale, zero = given["quantization"]
    codes = np.clip(np.rint(task.real(shown) / np.float32(scale)) + zero, -128, 127).astype(np.int8)
    rows = []
    for one in codes:
        runner.set_tensor(given["index"], one[None])
        runner.invoke()
        rows.append(runner.get_tensor(answer["index"])[0])
    recorded = {"inputs": shown if form == "stored" else codes, "input": codes}
    np.savez(tmp_path / "answers.npz", output=np.stack(rows), **recorded)
    assert main([str(models[name]), str(tmp_path / "answers.npz")]) == 0
    np.savez(tmp_path / "wrong.npz", output=np.invert(np.stack(rows)), **recorded)
    assert main([str(models[name]), str(tmp_path / "wrong.npz")]) == 1
    np.savez(tmp_path / "odd.npz", inputs=shown[:, 1:])
    with pytest.raises(ModelError, match="has no inputs"):
        main([str(models[name]), str(tmp_path / "odd.npz")])


def test_a_recording_of_several_inputs_and_outputs(tmp_path: Path) -> None:
    """As firmware.validate leaves it, numbered and with a batch of 1; or by the layers' names.

    What came out is LiteRT's, and then one code of the second output is another.
    """
    path = tmp_path / "addition.tflite"
    path.write_bytes(networks.addition())
    left, right = (RNG.integers(-128, 128, (5, 1, 3, 4)).astype(np.int8) for _ in range(2))
    total, other = worker.run(path, [left, right], "litert", "default")
    version = versions.load(str(path))
    names = [one.name for one in inputs(version)]
    numbered = {"input": left, "input1": right, "output": total[:, 0]}
    called = {names[0]: left[:, 0], names[1]: right[:, 0], "output": total[:, 0]}
    other[3, 0, 1, 2] ^= 1
    for arrays in (numbered, called):
        np.savez(tmp_path / "answers.npz", **arrays, output1=other)
        recorded = versions.load(str(tmp_path / "answers.npz"), version)
        found = compare.compare(version, recorded, compare.given.Given(recorded.reals, "recorded"))
        differing = {row.layer.name: row.deviation.differing for row in found.rows if row.deviation}
        first, second = (version.layers[place].name for place in version.outputs)
        assert differing == {names[0]: 0, names[1]: 0, first: 0, second: 1 / 60}
        assert main([str(path), str(tmp_path / "answers.npz")]) == 1
    for arrays, said in (
        ({"input": left, "output": total}, "has no inputs"),
        ({"input": left, "input1": right[:4], "output": total}, r"is \(4, 3, 4\)"),
        ({"input": left, "input1": right, "output2": total}, "records 'output2'"),
    ):
        np.savez(tmp_path / "answers.npz", **arrays)
        with pytest.raises(ModelError, match=said):
            main([str(path), str(tmp_path / "answers.npz")])


def test_wrong_preprocessing_of_photos_is_found(models: dict[str, Path], tmp_path: Path) -> None:
    """Red and blue exchanged, by what an app recorded that it fed."""
    task = tiny.MADE["photo"][1]
    shown = tiny.examples(task, 8)
    np.savez(tmp_path / "a.npz", inputs=shown, input=task.real(shown[..., ::-1]))
    a = versions.load(str(models["photo"]))
    b = versions.load(str(tmp_path / "a.npz"), a, task)
    first = compare.compare(a, b, compare.given.of_task(task, shown)).first
    assert first is not None
    assert first.cause is not None
    assert first.cause.evidence == "the pictures are with red and blue exchanged"


def test_inputs_are_reals_or_codes(branching: dict[str, Path], tmp_path: Path) -> None:
    """By name, for several inputs; codes of int8 are the same as the reals that they stand for."""
    version = versions.load(str(branching["branches"]))
    picture, air = inputs(version)
    assert {picture.name, air.name} == {"picture", "air"}
    codes = RNG.integers(-128, 128, (4, *picture.shape), np.int8)
    assert picture.grid is not None
    np.savez(tmp_path / "x.npz", picture=codes, air=RNG.normal(0, 1, (4, 4)))
    found = of_arrays(tmp_path / "x.npz", version, version)
    place = [one.name for one in inputs(version)].index("picture")
    np.testing.assert_allclose(found.reals[place], picture.grid.real(codes), rtol=1e-6)
    for arrays, said in (
        ({"picture": codes}, "lacks 'air'"),
        ({"picture": codes, "air": np.zeros((3, 4))}, "4, 3 inputs"),
        ({"picture": codes[:, 1:], "air": np.zeros((4, 4))}, "has shape"),
        ({"picture": codes.astype(np.int64), "air": np.zeros((4, 4))}, "int64.* takes int8"),
        ({"picture": codes, "air": np.full((4, 4), np.nan)}, r"has nan at \[0, 0\]"),
    ):
        np.savez(tmp_path / "x.npz", **arrays)
        with pytest.raises(DataError, match=said):
            of_arrays(tmp_path / "x.npz", version, version)


def test_evaluate_takes_fewer_classes_in_any_order(
    models: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names are looked up among the model's; what it does not know is refused."""
    x = tiny.examples(tiny.PHOTO, 6)
    np.savez(tmp_path / "x.npz", x=x, y=np.array(["horse", "cat"] * 3))
    arguments = ["--model", str(models["photo"]), "--data", str(tmp_path / "x.npz"), "--json"]
    assert evaluate.main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert np.sum(found["confusion"], axis=1).tolist() == [3, 0, 3]
    assert found["per_class"][1] is None
    np.savez(tmp_path / "x.npz", x=x, y=np.array(["ox", "cat"] * 3))
    with pytest.raises(DataError, match="2 classes, the model 3"):
        evaluate.main(arguments)


def test_benchmark_takes_inputs_of_any_model(
    branching: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Several inputs by name, as reals; what does not fit is one line."""
    file = tmp_path / "x.npz"
    np.savez(file, picture=RNG.uniform(0, 1, (3, 12, 12, 3)), air=RNG.uniform(0, 1, (3, 4)))
    both = [str(branching["branches"] / name) for name in ("model.tflite", "model_float.tflite")]
    assert benchmark.main([*both, "--runs", "5", "--inputs", str(file), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["dtype"] for row in rows] == ["int8", "float32"]
    np.savez(file, picture=RNG.uniform(0, 1, (3, 12, 12, 3)))
    with pytest.raises(ModelError, match="lacks 'air'"):
        benchmark.main([both[0], "--runs", "5", "--inputs", str(file)])


def test_a_contract_of_another_model_stops_every_tool(
    models: dict[str, Path], tmp_path: Path
) -> None:
    """One line with its path; nothing is guessed."""
    for path in models["photo"].parent.iterdir():
        shutil.copy(path, tmp_path)
    shutil.copy(models["binary"].parent / "contract.json", tmp_path)
    model = str(tmp_path / "model.tflite")
    for tool in (
        lambda: main([model, model]),
        lambda: sweep.main([model]),
        lambda: robustness([model]),
        lambda: evaluate.main(["--model", model]),
    ):
        with pytest.raises(ThimbleError, match="own model") as caught:
            tool()
        assert "\n" not in str(caught.value)
