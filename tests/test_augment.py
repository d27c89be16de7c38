"""Augmentation does what its levels say, and nothing by chance."""

import numpy as np
import pytest

from train.augment import LEVELS, Level, affine, augment
from train.tf import configure, tf

configure(0)
SEED = tf.constant([1, 2])


def dots(x: int, y: int, count: int = 500) -> np.ndarray:
    """Images with one bright 3x3 dot."""
    images = np.zeros((count, 28, 28, 1), np.float32)
    images[:, y - 1 : y + 2, x - 1 : x + 2] = 1
    return images


def centres(images: np.ndarray) -> np.ndarray:
    """Centre of mass of each image, [count, (x, y)]."""
    weight = images.sum(axis=(1, 2, 3))
    x = (images.sum(axis=(1, 3)) * np.arange(28)).sum(axis=1) / weight
    y = (images.sum(axis=(2, 3)) * np.arange(28)).sum(axis=1) / weight
    return np.stack([x, y], axis=1)


def test_level_of_zeros_changes_nothing() -> None:
    """The identity map gives the same pixels."""
    images = np.random.default_rng(0).random((8, 28, 28, 1), np.float32)
    np.testing.assert_allclose(affine(images, SEED, Level()).numpy(), images, atol=1e-5)
    assert augment(images, SEED, LEVELS["none"]) is images


def test_shift_stays_within_its_bound_and_reaches_it() -> None:
    """A dot moves by up to the shift, along each axis, to both sides."""
    moved = centres(affine(dots(14, 14), SEED, Level(shift=4)).numpy()) - 14
    assert np.abs(moved).max() < 4.05
    assert np.all(moved.max(axis=0) > 3.7)
    assert np.all(moved.min(axis=0) < -3.7)


def test_rotation_moves_a_dot_along_a_circle() -> None:
    """The distance from the centre stays; the angle is within its bound and reaches it."""
    moved = centres(affine(dots(22, 14), SEED, Level(rotation=20)).numpy()) - 13.5
    start = np.array([8.5, 0.5])
    assert np.abs(np.hypot(*moved.T) - np.hypot(*start)).max() < 0.2
    angle = np.degrees(np.arctan2(moved[:, 1], moved[:, 0]) - np.arctan2(start[1], start[0]))
    assert 19 < np.abs(angle).max() < 21


def test_scale_moves_a_dot_along_a_ray() -> None:
    """At 0.2 the distance from the centre becomes 0.8 to 1.2 of what it was."""
    moved = centres(affine(dots(20, 20), SEED, Level(scale=0.2)).numpy()) - 13.5
    ratio = np.hypot(*moved.T) / np.hypot(6.5, 6.5)
    assert 0.78 < ratio.min() < 0.83
    assert 1.17 < ratio.max() < 1.22


def test_gentle_images_get_half() -> None:
    """With a share of one, nothing moves by more than half of the shift."""
    moved = centres(affine(dots(14, 14), SEED, Level(shift=4, gentle=1.0)).numpy()) - 14
    assert 1.8 < np.abs(moved).max() < 2.05


@pytest.mark.parametrize("name", ["light", "mid", "heavy"])
def test_same_seed_same_pixels_and_pixels_in_range(name: str) -> None:
    """Everything is a function of the seed; another seed gives other images."""
    images = dots(14, 14)
    first = augment(images, SEED, LEVELS[name]).numpy()
    assert np.array_equal(first, augment(images, SEED, LEVELS[name]).numpy())
    assert not np.array_equal(first, augment(images, SEED + 1, LEVELS[name]).numpy())
    assert first.min() >= 0
    assert first.max() <= 1


def test_some_images_get_a_grey_background_and_most_do_not() -> None:
    """About 30 % of the backgrounds are no longer black, before noise is counted."""
    images = augment(dots(14, 14), SEED, LEVELS["heavy"]).numpy()
    background = np.median(images, axis=(1, 2, 3))
    assert 0.2 < np.mean(background > 0.02) < 0.4
