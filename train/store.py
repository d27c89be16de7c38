"""Float models as files, and files as float models: same weights, same bytes."""

import io
import json
import os
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from runtime.errors import DataError, ModelError, OutputError
from train.tf import keras

PRETRAINED = Path(__file__).with_name("pretrained")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest date that a zip file can hold


def dump(model: keras.Model) -> bytes:
    """``model`` as the content of a ``.keras`` file, without the date that Keras puts in."""
    buffer = io.BytesIO()
    with TemporaryDirectory() as folder:
        original = Path(folder) / "model.keras"
        model.save(original)
        with zipfile.ZipFile(original) as source, zipfile.ZipFile(buffer, "w") as target:
            for name in sorted(source.namelist()):
                content = source.read(name)
                if name == "metadata.json":
                    content = json.dumps(json.loads(content) | {"date_saved": ""}).encode()
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, content)
    return buffer.getvalue()


def write(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it there; raises OutputError."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def load(path: Path) -> keras.Model:
    """Read a float model; raises ModelError for what is not one."""
    if not path.exists():
        raise ModelError(f"{path} does not exist: give a .keras file")
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # Keras raises whatever it stumbles over
        raise ModelError(f"{path} is not a Keras model that can be read: {error}") from error


def pretrained(name: str) -> Path:
    """The file of the pretrained model of preset ``name``."""
    path = PRETRAINED / f"{name}.keras"
    if not path.is_file():
        raise DataError(f"{path.name} is not among the pretrained models: train it with train.fit")
    return path
