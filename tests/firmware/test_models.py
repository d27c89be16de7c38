"""Any model on an emulated board answers as its runtime does, whatever its borders are."""

import os
from pathlib import Path

import numpy as np
import pytest

from convert.compiler.arithmetic.match import Match
from firmware import boards, build, deployment, questions
from firmware.build import Image
from firmware.emulate import booted
from firmware.validation import Validation, validate
from runtime.errors import DeviceError
from tests.firmware.networks import MODELS

PUBLIC = os.environ.get("THIMBLE_MODELS")
STREAMING = {"running"}


def built(folder: Path, name: str, board: str, match: Match = Match.XNNPACK) -> Image:
    """The image of one of MODELS."""
    path = folder / f"{name}.tflite"
    path.write_bytes(MODELS[name]())
    return on_board(path, board, match, folder)


def on_board(path: Path, board: str, match: Match, folder: Path) -> Image:
    """The image of a model in a file."""
    wanted = boards.find(board)
    return build.build(wanted, build.choose(wanted, str(path), match), folder)


def validated(image: Image, count: int) -> Validation:
    """What comes of random inputs."""
    with booted(image) as device:
        asked = questions.random(image.deployment, count)
        return validate(device, image, asked, image.board.emulator)


LONG = [name for name in MODELS if name.startswith("photo")]
"""Those whose frames take an emulated port seconds."""
ON_BOARDS = [("mps2-m0", name) for name in MODELS]
ON_BOARDS += [("mps2-an386", name) for name in MODELS if name not in LONG]
ON_BOARDS += [("riscv-virt", name) for name in ("conv1d", "running", "border-float32")]
ON_BOARDS += [("uno", "border-float32"), ("mega2560", "border-float32"), ("mega2560", "int16")]


@pytest.mark.parametrize(("board", "name"), ON_BOARDS)
def test_answers_are_the_runtimes(name: str, board: str, tmp_path: Path) -> None:
    """0 bytes differ on inputs of every kind; memory is as predicted; hello tells the borders."""
    image = built(tmp_path, name, board)
    count = 4 if name in LONG else 16
    found = validated(image, count)
    assert found.problems == []
    network = image.deployment.compiled.unit.network
    for told, tensors in (
        (found.hello.inputs, network.inputs),
        (found.hello.outputs, network.outputs),
    ):
        assert [(one.type, one.shape) for one in told] == [
            (tensor.dtype.lower(), tensor.shape) for tensor in tensors
        ]
        assert [np.float32(one.scale) for one in told] == [tensor.scale for tensor in tensors]
        assert [one.zero_point for one in told] == [tensor.zero_point for tensor in tensors]
    assert (found.hello.state > 0) == (name in STREAMING)
    assert len(found.questions) == count


@pytest.mark.parametrize("name", ["conv1d", "running", "border-float32"])
@pytest.mark.parametrize("match", [Match.REF, Match.TFLM])
def test_every_mode_matches_its_own_runtime(name: str, match: Match, tmp_path: Path) -> None:
    """With --match of the other runtimes, too."""
    found = validated(built(tmp_path, name, "mps2-an385", match), 12)
    assert found.problems == []
    assert found.hello.match == match


@pytest.mark.parametrize(
    ("network", "board"),
    [("ds_cnn", "netduinoplus2"), ("mobilenet", "netduinoplus2"), ("autoencoder", "mps2-m0")],
)
def test_networks_that_everyone_measures(network: str, board: str, tmp_path: Path) -> None:
    """Keywords, 96x96x3 and sounds, as TensorFlow converts them."""
    from convert import networks

    path = tmp_path / f"{network}.tflite"
    path.write_bytes(networks.build(network))
    found = validated(on_board(path, board, Match.XNNPACK, tmp_path), 6)
    assert found.problems == []


def test_wrong_size_is_told_with_the_right_one(tmp_path: Path) -> None:
    """By the client before anything is sent, and by the device to whoever sends it all the same."""
    from firmware.protocol import Type

    image = built(tmp_path, "photo-float32", "mps2-an386")
    with booted(image) as device:
        with pytest.raises(DeviceError, match=r"takes float32 \[1, 96, 96, 3\], and was given"):
            device.classify(np.zeros((96, 96), np.float32))
        with pytest.raises(
            DeviceError, match=r"takes 110,592 bytes for this request.* sent 27,648"
        ):
            device.request(Type.CLASSIFY, bytes(27_648))
        with pytest.raises(DeviceError, match=r"takes uint8 .*and was given float32"):
            device.infer(np.zeros((96, 96, 3), np.float32))
        with pytest.raises(DeviceError, match="request's size or value"):
            device.bench(0)


def test_several_inputs_have_no_form_of_the_world(tmp_path: Path) -> None:
    """INFER is refused with what is taken instead."""
    image = built(tmp_path, "two-inputs", "mps2-an386")
    assert image.deployment.comes is None
    with booted(image) as device, pytest.raises(DeviceError, match="takes only its own inputs"):
        device.infer(np.zeros((3, 4), np.uint8))


@pytest.mark.skipif(not PUBLIC, reason="needs public models: set THIMBLE_MODELS")
@pytest.mark.parametrize(
    ("name", "board", "match"),
    [
        ("micro_speech", "microbit", Match.XNNPACK),
        ("keyword_scrambled", "microbit", Match.TFLM),
        ("okay_nabu", "microbit", Match.XNNPACK),
        ("magic_wand", "netduinoplus2", Match.XNNPACK),
        ("person_detect", "netduinoplus2", Match.TFLM),
        ("mnist_lstm", "stm32vldiscovery", Match.XNNPACK),
    ],
)
def test_public_models(name: str, board: str, match: Match, tmp_path: Path) -> None:
    """Models of other projects on boards that they fit."""
    path = Path(str(PUBLIC)) / f"{name}.tflite"
    found = validated(on_board(path, board, match, tmp_path), 8)
    assert found.problems == []


def test_deployment_header_is_the_models(tmp_path: Path) -> None:
    """It is the same for the same model, and says which one."""
    path = tmp_path / "conv1d.tflite"
    path.write_bytes(MODELS["conv1d"]())
    from convert.compiler.targets.options import Options

    one, two = (deployment.load(str(path), Options()).files()["deployment.h"] for _ in range(2))
    assert one == two
    assert b"conv1d" in one
