"""The space: what a file says is what is drawn, presets are points, and mistakes are one line."""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime.errors import DataError
from tests.search.drawn import DEFAULT, points
from train import model as networks
from train import presets, store
from train.network import layers, parse, read
from train.search import rungs, space
from train.search.place import Drawn
from train.search.rungs import Standing
from train.tf import configure

WIDE = (Path(__file__).parents[2] / "train" / "search" / "space.toml").read_text()


class Replay:
    """Draws what it is told; of blocks that a network has not, anything."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        assert self.values.get(name, choices[0]) in choices
        return self.values.get(name, choices[0])

    def suggest_int(self, name: str, low: int, high: int, *, log: bool) -> int:
        assert log
        assert low <= self.values.get(name, low) <= high
        return int(self.values.get(name, low))


def test_what_is_drawn_can_be_said_again() -> None:
    """A point's parameters draw the point, and plain data are read back."""
    for point in points(50):
        assert DEFAULT.suggest(Replay(DEFAULT.parameters(point))) == point
        assert read(json.loads(json.dumps(asdict(point)))) == point


def test_a_line_says_the_network() -> None:
    """Read back, it is the same but for batch normalisation; other words are one line."""
    for point in points(60):
        normal = tuple(replace(block, norm=True) for block in point.blocks)
        assert parse(point.line()) == replace(point, blocks=normal)
    for wrong in ("", "dense", "conv 5x5, dense", "conv 5x5x4 max", "conv 3x3x4, dense, dense"):
        with pytest.raises(DataError, match="is no network"):
            parse(wrong)


def test_a_depthwise_convolution_of_one_pixel_is_left_out() -> None:
    """It only scales, which the convolution behind it can do."""
    wide = parse("separable 1x1x8 max, separable 3x3x8, dense")
    drawn = DEFAULT.suggest(Replay(DEFAULT.parameters(wide)))
    assert drawn.line() == "conv 1x1x8 max, separable 3x3x8, dense"


def test_every_choice_is_drawn() -> None:
    """Of each part of a block, and of the whole."""
    drawn = points(400)
    blocks = [block for point in drawn for block in point.blocks]
    assert {len(point.blocks) for point in drawn} == {2, 3, 4}
    assert {point.head for point in drawn} == {"dense", "average", "max"}
    assert {block.kernel for block in blocks} == {(1, 1), (3, 3), (5, 5), (3, 1), (5, 1)}
    assert {block.kind for block in blocks} == {"convolution", "separable"}
    assert {min(b.channels for b in blocks), max(b.channels for b in blocks)} == {2, 48}


@pytest.mark.parametrize("name", ["micro", "nano", "pico", "femto"])
def test_a_preset_is_a_point_of_the_space(name: str) -> None:
    """What would have been drawn for it gives it."""
    network = presets.find(name).network
    assert DEFAULT.suggest(Replay(DEFAULT.parameters(network))) == network


@pytest.mark.parametrize("name", presets.PRESETS)
def test_a_network_fits_the_weights_that_its_preset_comes_with(name: str) -> None:
    """The pretrained model's layers are those of the network in one line, and it computes so."""
    theirs = store.load(store.pretrained(name))
    ours = networks.build(presets.find(name).network)
    ours.set_weights(theirs.get_weights())
    given = np.random.default_rng(0).normal(0, 1, (3, 28, 28, 1)).astype(np.float32)
    found = [one.predict(given, verbose=0) for one in (ours, theirs)]
    np.testing.assert_allclose(*found, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("shape", [(28, 28, 1), (5, 5, 3), (64, 6), (40,)])
def test_shapes_are_those_of_the_network(shape: tuple[int, ...]) -> None:
    """As Keras has them, layer by layer, for pictures, windows and plain rows."""
    configure(0, 1)
    for point in points(12):
        built = networks.build(point, shape, 4, 0.9)
        known = {layer.name: tuple(layer.output_shape[1:]) for layer in built.layers}
        for layer in layers(point, shape, 4):
            assert known[layer.name] == layer.gives, (point.line(), layer)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[block]", "[blocks]", r"blocks"),
        ("stride = [1, 2]", "stride = [0]", r"block.stride 0 is none of 1, 2"),
        ('"5x5"', '"5by5"', "a height and a width, as 3x3, and not '5by5'"),
        ("{ from = 2, to = 48 }", "{ from = 9, to = 3 }", "block.channels .* within 1 to 1024"),
        ("norm = [true, false]", "norm = true", "block.norm is True: give a list"),
        ("norm = [true, false]", "norm = [1]", "block.norm 1 is none of True, False"),
        ("shrink = [1, 2]", "", "shrink is missing"),
        ("hidden =", "hiden =", "hiden is unknown"),
        ("shrink = [1, 2]", "shrink = [1, 2", "cannot be read as a space"),
        ("shrink = [1, 2]", "shrink = { from = 1, to = 2 }", r"shrink .*list .*as \[1, 2\]"),
        ('kernel = ["1x1", "3x3", "5x5", "3x1", "5x1"]', "kernel = {}", r'as \["3x3", "5x5"\]'),
    ],
)
def test_a_mistake_in_a_space_is_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    """It names the file and the part."""
    path = tmp_path / "mine.toml"
    path.write_text(WIDE.replace(old, new, 1))
    with pytest.raises(DataError, match=told) as raised:
        space.load(path)
    assert "\n" not in str(raised.value)
    assert "mine.toml" in str(raised.value)


def test_a_narrow_space_gives_only_what_it_has(tmp_path: Path) -> None:
    """A preset outside is not a point of it; the same content has the same hash."""
    path = tmp_path / "mine.toml"
    path.write_text(WIDE.replace('"5x5", ', ""))
    narrow = space.load(path)
    assert narrow.sha256 != DEFAULT.sha256
    path.write_text(f"# another comment\n{WIDE}")
    assert space.load(path).sha256 == DEFAULT.sha256
    rng = random.Random(0)  # noqa: S311 - no secret
    drawn = [narrow.suggest(Drawn(rng)) for _ in range(100)]
    assert all(block.kernel != (5, 5) for point in drawn for block in point.blocks)
    with pytest.raises(DataError, match=r"block\.kernel 5x5 is not"):
        narrow.parameters(presets.find("nano").network)


def test_the_least_networks_are_small() -> None:
    """None that is drawn has fewer weights than the smallest of them."""

    def weights(point: Any) -> int:
        return sum(
            layer.given[-1] * layer.gives[-1] * layer.window[0] * layer.window[1]
            for layer in layers(point, (28, 28, 1), 10)
            if layer.op in ("conv", "dense")
        )

    least = min(map(weights, DEFAULT.least()))
    assert all(weights(point) >= least for point in points(300))


def test_a_rung_lets_the_better_go_on() -> None:
    """Who is best or cheapest goes on, who many beat does not, and the hopeless do not."""
    field = [Standing(0.02 + 0.001 * n, 100 + n) for n in range(12)]
    assert rungs.goes_on(Standing(0.015, 200), field)
    assert rungs.goes_on(Standing(0.031, 50), field)
    assert not rungs.goes_on(Standing(0.031, 200), field)
    assert not rungs.goes_on(Standing(0.2, 10), field)
    assert rungs.goes_on(Standing(0.9, 10), [])
    third = replace(field[3], cost=120)
    assert rungs.goes_on(third, field)


def test_the_most_accurate_go_on_whatever_they_cost() -> None:
    """Two of 18 and more; the third would be stopped for its cost."""
    cheap = [Standing(0.04 - 0.001 * n, 100 + 20 * n) for n in range(15)]
    field = [Standing(0.02, 1_000), *cheap]
    assert rungs.goes_on(Standing(0.021, 2_000), [*field, Standing(0.05, 99)])
    assert not rungs.goes_on(Standing(0.021, 2_000), [*field, Standing(0.0205, 1_500)])
