"""What raw data becomes: against Pillow's resizing and NumPy's arithmetic."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from runtime import tasks
from runtime.errors import DataError, ModelError
from runtime.tasks import meaning, scaling
from runtime.tasks.digits import Digits
from runtime.tasks.meaning import Classes, Reconstruction, Values
from runtime.tasks.photo import FITS, Photo
from runtime.tasks.scaling import NAMED, Scaling
from runtime.tasks.tensor import Arrays

RNG = np.random.default_rng(4)


def picture(width: int, height: int) -> Image.Image:
    """A smooth picture in colour, with edges."""
    noise = Image.fromarray(RNG.integers(0, 256, (height, width, 3), np.uint8))
    return noise.filter(ImageFilter.GaussianBlur(1.5))


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((40, 30), (12, 16, 3)),
        ((31, 31), (10, 10, 3)),
        ((20, 20), (32, 32, 3)),
        ((61, 40), (24, 24, 3)),
    ],
)
def test_stretching_is_pillows_bilinear(size: tuple[int, int], shape: tuple[int, int, int]) -> None:
    """Within one step of 255, where no halving comes before it."""
    source = picture(*size)
    task = Photo(shape, NAMED["0..1"], "stretch")
    expected = np.asarray(source.resize((shape[1], shape[0]), Image.Resampling.BILINEAR), int)
    found = task.picture(source)[0].astype(int)
    assert np.abs(found - expected).max() <= 1


def test_large_pictures_are_close_to_pillows() -> None:
    """Where they are halved first, the mean of the difference stays below two steps."""
    source = picture(500, 420)
    task = Photo((32, 32, 3), NAMED["0..1"], "stretch")
    expected = np.asarray(source.resize((32, 32), Image.Resampling.BILINEAR), int)
    assert np.abs(task.picture(source)[0].astype(int) - expected).mean() < 2


def test_crop_takes_the_middle_and_letterbox_all() -> None:
    """Of a wide picture: its middle square, or all of it between bars of 0."""
    source = picture(48, 24)
    crop = Photo((24, 24, 3), NAMED["0..1"], "crop").picture(source)[0]
    assert np.array_equal(crop, np.asarray(source)[:, 12:36])
    boxed = Photo((24, 24, 3), NAMED["0..1"], "letterbox").picture(source)[0]
    assert not boxed[:6].any()
    assert not boxed[18:].any()
    expected = np.asarray(source.resize((24, 12), Image.Resampling.BILINEAR), int)
    assert np.abs(boxed[6:18].astype(int) - expected).max() <= 1


def test_grey_is_pillows(tmp_path: Path) -> None:
    """Of colour pictures; transparent parts are white."""
    source = picture(16, 16)
    task = Photo((16, 16, 1), NAMED["0..1"])
    assert np.array_equal(task.picture(source)[0, :, :, 0], np.asarray(source.convert("L")))
    source.putalpha(0)
    source.save(tmp_path / "clear.png")
    assert (task.read(tmp_path / "clear.png") == 255).all()


@pytest.mark.parametrize("name", NAMED)
def test_named_scalings_do_what_their_names_say(name: str) -> None:
    """0 and 255 become both ends."""
    low, high = (float(end) for end in name.split(".."))
    ends = NAMED[name].real(np.array([[0], [255]], np.uint8)).ravel()
    assert ends.tolist() == [low, high]
    assert str(NAMED[name]) == name


def test_scaling_is_numpys() -> None:
    """By channel, and measured ones give mean 0 and deviation 1; a constant channel stays."""
    values = RNG.normal([5, -3, 0], [2, 0.1, 30], (500, 12, 3)).astype(np.float32)
    values[..., 1] = 7
    found = scaling.measured(values)
    real = found.real(values)
    np.testing.assert_allclose(real.mean((0, 1)), 0, atol=1e-4)
    np.testing.assert_allclose(real.std((0, 1)), [1, 0, 1], atol=1e-4)
    mean, deviation = np.float32(found.mean), np.float32(found.deviation)
    assert np.array_equal(real, (values - mean) / deviation)
    assert scaling.parse(str(scaling.parse("1,2,3/4,5,6"))) == Scaling((1, 2, 3), (4, 5, 6))


@pytest.mark.parametrize("text", ["0..2", "1,2/3", "a/b", "1/0", "nan/1", "1/2/3", ""])
def test_scalings_that_cannot_be_are_refused(text: str) -> None:
    """Whatever is wrong with them."""
    with pytest.raises(DataError, match="scaling"):
        scaling.parse(text)


@pytest.mark.parametrize(
    "task",
    [
        Digits((28, 28, 1), NAMED["0..1"]),
        *(Photo((16, 12, 3), Scaling((1.5, 2, 3), (4, 5, 6)), fit) for fit in FITS),
        Arrays((12, 3), Scaling((0.1,), (3.0,)), ("x", "y", "z"), 6),
    ],
)
def test_a_task_is_what_it_described(task: tasks.Task) -> None:
    """From the contract's data comes the same task."""
    assert tasks.of(task.describe()) == task


def test_a_task_is_guessed_by_the_shape() -> None:
    """And the scaling of pictures by the range of a quantized input."""
    assert isinstance(tasks.guess((28, 28, 1)), Digits)
    assert isinstance(tasks.guess((128, 3)), Arrays)
    for name, ends in {"0..1": (0, 1), "-1..1": (-1, 0.99), "0..255": (0, 255)}.items():
        found = tasks.guess((96, 96, 3), ends)
        assert isinstance(found, Photo)
        assert str(found.scaling) == name


def test_examples_of_another_form_are_refused() -> None:
    """Type and shape are told of both."""
    task = Arrays((12, 3), Scaling())
    with pytest.raises(DataError, match=r"float32 \[12, 3\], not float64 \[12, 3\]"):
        task.prepare(np.zeros((12, 3)))
    with pytest.raises(DataError, match="takes no picture"):
        task.prepare(Image.new("L", (9, 9)))


def test_probabilities_are_what_the_scores_say() -> None:
    """A softmax of logits as float64 has it, others as they are, both classes of one sigmoid."""
    logits = RNG.normal(0, 30, (5, 4)).astype(np.float32)
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    expected = powers / powers.sum(axis=1, keepdims=True)
    four = tuple("abcd")
    np.testing.assert_allclose(Classes(four).probabilities(logits), expected, atol=1e-6)
    shares = expected.astype(np.float32)
    for scores in ("probabilities", "independent"):
        assert np.array_equal(Classes(four, scores).probabilities(shares), shares)
    both = Classes(("no", "yes"), "binary").by_class(np.array([[0.25]], np.float32))
    assert both.tolist() == [[0.75, 0.25]]


def test_reconstruction_errors_are_numpys() -> None:
    """The mean of squares, by example."""
    given, found = RNG.normal(0, 1, (2, 7, 3, 2)).astype(np.float32)
    expected = ((given - found).astype(np.float64) ** 2).reshape(7, -1).mean(axis=1)
    np.testing.assert_allclose(Reconstruction(6).errors(given, found), expected, rtol=1e-6)


@pytest.mark.parametrize(
    "one",
    [Classes(("a", "b")), Classes(("a", "b"), "binary"), Values(("x",)), Reconstruction(9, 0.0)],
)
def test_a_meaning_is_what_it_described(one: meaning.Meaning) -> None:
    """A threshold of 0 as well."""
    assert meaning.of(one.describe()) == one


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"labels": ["a", "a"]}, "twice"),
        ({"labels": ["a", " "]}, "blank"),
        ({"labels": "ab"}, "no list of names"),
        ({"labels": ["a", "b", "c"], "scores": "binary"}, "3 labels, not 2"),
        ({"scores": "odds"}, "none of logits"),
        ({"kind": "sound"}, "'sound' is not known"),
    ],
)
def test_meanings_that_cannot_be_are_refused(changed: dict[str, object], said: str) -> None:
    """Whatever a damaged contract says."""
    with pytest.raises(ModelError, match=said):
        meaning.of({"kind": "classes", "labels": ["a", "b"], "scores": "logits"} | changed)


@pytest.mark.parametrize(
    ("shape", "ends", "kind"),
    [
        ((49, 10, 1), (-1.0, 0.992), "image"),
        ((49, 10, 1), (0.0, 1.0), "image"),
        ((49, 10, 1), (-4.0, 4.0), "tensor"),
        ((96, 96, 3), (-2.1, 2.6), "image"),
    ],
)
def test_a_range_that_grey_pictures_do_not_have_is_none_of_pictures(
    shape: tuple[int, ...], ends: tuple[float, float], kind: str
) -> None:
    """Spectrograms with deviation 1 are arrays."""
    assert tasks.guess(shape, ends).kind == kind
