"""A file that is not a network that can be read gets one line, with a way out."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convert import network
from runtime.errors import ModelError
from train.tf import configure, keras, tf

configure(0)
import keras as keras3  # noqa: E402 - train.tf chooses Keras 2 for TensorFlow first


def refusal(path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        network.load(path)
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 500
    return text


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a.onnx", "onnx2tf -i a.onnx"),
        ("a.pt", "litert_torch.convert"),
        ("a.pth", "litert_torch.convert"),
        ("a.pb", "SavedModel"),
        ("a.mlmodel", "Core ML"),
        ("a.bin", "none of .keras"),
    ],
)
def test_files_of_others_are_told_how_they_come_here(name: str, told: str, tmp_path: Path) -> None:
    """With the command, where there is one."""
    (tmp_path / name).write_bytes(b"\x08\x01 anything at all")
    assert told in refusal(tmp_path / name)


def test_what_is_missing_or_broken_is_said(tmp_path: Path) -> None:
    """No file, an empty folder, a zip of something else, one that is cut off, weights alone."""
    assert "does not exist" in refusal(tmp_path / "none.keras")
    (tmp_path / "folder").mkdir()
    assert "without a saved_model.pb" in refusal(tmp_path / "folder")
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "not a .keras file that is whole" in refusal(tmp_path / "other.keras")
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
    model.save(tmp_path / "good.keras")
    content = (tmp_path / "good.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(content[: len(content) // 2])
    assert "none of .keras" in refusal(tmp_path / "cut.keras")
    model.save_weights(tmp_path / "w.h5")
    assert "weights alone" in refusal(tmp_path / "w.h5")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/saved_model.pb").write_bytes(b"nothing")
    assert "not a SavedModel" in refusal(tmp_path / "saved")


class Doubled2(keras.layers.Layer):
    """A layer of one's own, of Keras 2."""

    def call(self, x: Any) -> Any:
        return 2 * x


class Doubled3(keras3.layers.Layer):
    """A layer of one's own, of Keras 3."""

    def call(self, x: Any) -> Any:
        return 2 * x


@pytest.mark.parametrize(("k", "own"), [(keras, Doubled2), (keras3, Doubled3)], ids=["2", "3"])
def test_layers_that_are_not_known_are_named_with_a_way_out(
    k: Any, own: Any, tmp_path: Path
) -> None:
    """Python code of one's own, and layers that have no place here; nothing is run."""
    of = k.layers
    for layer in (own(name="mine"), of.Lambda(lambda x: x + 1, name="mine")):
        k.Sequential([of.Input((3,)), layer, of.Dense(2)]).save(tmp_path / "m.keras")
        text = refusal(tmp_path / "m.keras")
        assert "layer 'mine'" in text
        assert "model.export('folder')" in text
    k.Sequential([of.Input((4, 3)), of.LayerNormalization(name="norm")]).save(tmp_path / "m.keras")
    assert "layer 'norm' is a LayerNormalization" in refusal(tmp_path / "m.keras")


@pytest.mark.parametrize(
    ("stack", "told"),
    [
        (lambda of: [of.Input((None, 3)), of.GlobalAveragePooling1D()], "open dimension"),
        (lambda of: [of.Input((4,), dtype="int32"), of.Rescaling(2.0)], "only float32"),
        (lambda of: [of.Input((4, 3)), of.LSTM(2, stateful=False, return_state=False),
                     of.Activation("mish")], "mish"),
        (lambda of: [of.Input((99, 3)), of.GRU(2)], "99 steps"),
        (lambda of: [of.Input((6, 6, 2)), of.BatchNormalization(axis=1)], "axis"),
    ],
    ids=["size", "integers", "activation", "steps", "axis"],
)  # fmt: skip
def test_what_a_layer_cannot_have_is_said(stack: Any, told: str, tmp_path: Path) -> None:
    """The message names it."""
    k = keras3 if told == "mish" else keras
    k.Sequential(stack(k.layers)).save(tmp_path / "m.keras")
    assert told in refusal(tmp_path / "m.keras")


def test_a_layer_of_ones_own_comes_as_a_saved_model(tmp_path: Path) -> None:
    """The way out leads here: Keras 3's own export, and its own predictions."""
    of = keras3.layers
    model = keras3.Sequential(
        [of.Input((5, 4)), of.Conv1D(3, 3), Doubled3(), of.Flatten(), of.Dense(2, "softmax")]
    )
    model.export(tmp_path / "folder", verbose=False)
    found = network.load(tmp_path / "folder")
    assert isinstance(found, network.Flat)
    assert (found.how, found.outputs[0].scores) == ("ptq", "logits")
    values = np.random.default_rng(0).normal(0, 1, (4, 5, 4)).astype(np.float32)
    (answers,) = found.predict([values])
    expected = model.predict(values, verbose=0)
    np.testing.assert_allclose(tf.nn.softmax(answers), expected, atol=1e-5)
