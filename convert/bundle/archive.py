"""Zip archives that depend on their contents alone: no clock, no owner, no platform."""

import io
import zipfile
from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip archive can say
_UNIX, _FILE = 3, 0o100644 << 16


def packed(files: Mapping[str, bytes]) -> bytes:
    """An archive of ``files``, compressed, in their order."""
    return _zip(b"", files, zipfile.ZIP_DEFLATED)


def appended(front: bytes, files: Mapping[str, bytes]) -> bytes:
    """``front`` with an archive of ``files`` behind it, stored as they are.

    TensorFlow Lite's own readers of associated files know no compression.
    """
    return _zip(front, files, zipfile.ZIP_STORED)


def _zip(front: bytes, files: Mapping[str, bytes], compression: int) -> bytes:
    sink = io.BytesIO(front)
    with zipfile.ZipFile(sink, "a") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _FILE
            entry.compress_type = compression
            archive.writestr(entry, content)
    return sink.getvalue()
