"""Training: it learns, it repeats itself, and it survives being killed."""

import csv
import signal
import subprocess
import sys
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from runtime.errors import DataError
from runtime.tasks.digits import TASK
from train import curves, data, feed, fit, presets, qat, store
from train.augment import LEVELS
from train.loop import Cosine, Plan
from train.model import build
from train.network import Network
from train.presets import Preset
from train.tf import configure

ROOT = Path(__file__).parents[1]
EPOCHS = 6
ARGUMENTS = ["--preset", "nano", "--epochs", str(EPOCHS)]


@pytest.fixture(scope="module", autouse=True)
def _configured() -> None:
    """The thread count is fixed by what uses TensorFlow first."""
    configure(0)


@pytest.fixture(scope="module")
def embedded() -> data.Dataset:
    return data.split(data.embedded())


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A folder of the embedded digits as pictures, and the option that names it."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("digits")
    digits = data.embedded()
    for index, (image, label) in enumerate(zip(digits.inputs, digits.labels, strict=True)):
        (folder / str(label)).mkdir(exist_ok=True)
        Image.fromarray(image).save(folder / str(label) / f"{index}.png")
    return {"data": str(folder)}


def command(offline: dict[str, str], out: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "train.fit",
        *ARGUMENTS,
        "--data",
        offline["data"],
        "--out",
        str(out),
    ]


@pytest.fixture(scope="module")
def reference(offline: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that an uninterrupted run leaves."""
    out = tmp_path_factory.mktemp("reference")
    subprocess.run(command(offline, out), cwd=ROOT, check=True, capture_output=True)
    return out


def test_same_seed_gives_the_same_bytes(
    offline: dict[str, str], reference: Path, tmp_path: Path
) -> None:
    """Another process with the same command writes the same files."""
    subprocess.run(command(offline, tmp_path), cwd=ROOT, check=True, capture_output=True)
    names = sorted(path.name for path in reference.iterdir())
    written = ["confusion.csv", "contract.json", "curves.png", "float.csv", "float.keras"]
    assert names == [*written, "wrong.png"]
    for name in names:
        assert (tmp_path / name).read_bytes() == (reference / name).read_bytes(), name


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_interrupted_training_resumes_to_the_same_bytes(
    offline: dict[str, str], reference: Path, tmp_path: Path, how: signal.Signals
) -> None:
    """Stopped in the middle and started again, it ends as if nothing had happened."""
    words = command(offline, tmp_path)
    first = subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    for line in first.stdout:
        if line.startswith("epoch   2"):
            break
    first.send_signal(how)
    _, errors = first.communicate()
    assert "Traceback" not in errors
    assert not (tmp_path / "float.keras").exists()
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    assert "resuming after epoch" in done.stdout
    for name in ("float.keras", "float.csv", "curves.png"):
        assert (tmp_path / name).read_bytes() == (reference / name).read_bytes(), name
    assert not (tmp_path / "checkpoint.npz").exists()


def test_learning_curves_have_a_row_per_epoch(reference: Path) -> None:
    """The table counts epochs from one and its rates fall to a thousandth of the peak."""
    with (reference / "float.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [int(row["epoch"]) for row in rows] == list(range(1, EPOCHS + 1))
    peak = presets.find("nano").recipe.peak_rate
    assert float(rows[-1]["rate"]) == pytest.approx(peak / 1000, rel=0.01)


def test_curves_are_read_again(reference: Path, tmp_path: Path) -> None:
    """As the table has them; a model may lack them; what is no such table is refused."""
    found = curves.beside(reference / "float.keras")
    with (reference / "float.csv").open() as stream:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(stream)]
    assert found is not None
    assert [asdict(epoch) for epoch in found] == [row | {"validation_loss": None} for row in rows]
    assert curves.beside(tmp_path / "float.keras") is None
    for damaged in ("epoch,loss\n1,0.5\n", "epoch\nfirst\n", "a,b\n1,2,3\n"):
        (tmp_path / "float.csv").write_text(damaged)
        with pytest.raises(DataError, match=r"float\.csv"):
            curves.beside(tmp_path / "float.keras")


def test_rate_warms_up_then_falls() -> None:
    """The peak comes at the end of the warm-up; the end is a thousandth of it."""
    plan = Plan(epochs=1, peak_rate=1.0, level=LEVELS["none"], warm_up=0.1)
    rates = [float(Cosine(plan, 100)(step)) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert int(np.argmax(rates)) == 9
    assert rates[-1] == pytest.approx(0.001)
    assert all(a > b for a, b in pairwise(rates[9:]))


def test_a_checkpoint_of_another_training_is_not_resumed(
    embedded: data.Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another seed starts anew instead of mixing two trainings; so does a damaged file."""
    path = tmp_path / "checkpoint.npz"
    preset = presets.find("nano")
    fit.train(fit.setup(preset, embedded, seed=0, threads=2, epochs=1), embedded, path)
    fit.train(fit.setup(preset, embedded, seed=1, threads=2, epochs=1), embedded, path)
    path.write_bytes(path.read_bytes()[:1000])
    fit.train(fit.setup(preset, embedded, seed=1, threads=2, epochs=1), embedded, path)
    assert "resuming" not in capsys.readouterr().out


def test_small_data_is_learnt(embedded: data.Dataset) -> None:
    """The recipe for small data reads at least 95 % of held-out embedded digits."""
    setup = fit.setup(presets.find("small"), embedded, seed=0, threads=2)
    _, history = fit.train(setup, embedded)
    assert history[-1].validation_accuracy > 0.95
    assert history[-1].loss < history[0].loss / 3


def test_ranges_are_set_from_data(embedded: data.Dataset) -> None:
    """ReLU outputs start at zero and end at the largest activation that was seen."""
    configure(0)
    model = build(presets.find("base").network)
    plan = Plan(1, 1e-4, LEVELS["none"])
    quantized = qat.prepare(model, feed.material(TASK, embedded.train), plan)
    chosen = qat.calibration(len(embedded.train), plan.seed, qat.CALIBRATION)
    images = embedded.train.inputs[chosen]
    ranges = {v.name: float(v) for v in quantized.variables if v.shape == ()}
    first = model.get_layer("relu1")
    seen = model.__class__(model.layers[: model.layers.index(first) + 1])(images[..., None] / 255.0)
    assert ranges["quant_conv1/post_activation_min:0"] == 0
    assert ranges["quant_conv1/post_activation_max:0"] == pytest.approx(
        float(seen.numpy().max()), rel=1e-5
    )
    assert ranges["quantize_layer/quantize_layer_max:0"] == 1


@pytest.mark.parametrize("content", [None, b"", b"not a model", b"PK\x03\x04 broken zip"])
def test_what_is_not_a_float_model_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """A missing or damaged file is one clear error that names it."""
    path = tmp_path / "mine.keras"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(store.ModelError, match=r"mine\.keras"):
        store.load(path)


def preset(*words: str) -> Preset:
    """What a command line asks for."""
    return fit.chosen(fit.parser().parse_args(words))


def chosen(*words: str) -> Network:
    return preset(*words).network


@pytest.mark.parametrize(
    "words",
    [
        ("--preset", "base"),
        ("--preset", "base", "--channels", "3,5"),
        ("--preset", "small", "--kernel", "3", "--hidden", "0"),
        ("--preset", "femto", "--kernel", "3"),
        ("--preset", "nano", "--network", "conv 5x5x4/2, conv 3x3x9 same max, conv 3x3x10, dense"),
        ("--preset", "base", "--network", "conv 3x1x4, separable 3x3x9 relu6 mean, dense"),
        ("--network", "mean 2x2, conv 5x5x6 max, conv 5x5x8 max, dense", "--channels", "2,3"),
    ],
)
def test_a_network_is_told_by_the_options_that_give_it(words: tuple[str, ...]) -> None:
    """A manifest's command trains the same network again."""
    asked = preset(*words)
    told = fit.architecture(asked)
    again = preset("--preset", asked.name, *(word for pair in told.items() for word in pair))
    assert again == asked
    assert (not told) == (words[2:] == ())


def test_a_network_in_a_line_is_what_is_trained() -> None:
    """As ``search.html`` writes it, with what other options change; the rest is the preset's."""
    line = "conv 5x5x4/2, separable 3x3x8 same max, mean of maps, dense 16, dense"
    model = build(chosen("--preset", "nano", "--network", line))
    kinds = [type(layer).__name__ for layer in model.layers]
    assert [kind for kind in kinds if "Conv" in kind] == ["Conv2D", "DepthwiseConv2D", "Conv2D"]
    assert model.layers[-1].output_shape == (None, 10)
    assert chosen("--network", line).line() == line
    wider = chosen("--network", line, "--channels", "6,9", "--hidden", "0").line()
    assert wider == "conv 5x5x6/2, separable 3x3x9 same max, mean of maps, dense"
    with pytest.raises(DataError, match=r"'conv 5 by 5' is no network: .* for instance"):
        chosen("--network", "conv 5 by 5")


def test_bad_options_are_one_line(run) -> None:
    """Negative epochs and unknown presets do not reach the training."""
    for epochs in ("-1", "0", "x"):
        done = run("train.fit", "--epochs", epochs)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert run("train.fit", "--preset", "huge").returncode == 2
