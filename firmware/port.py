"""A line to a device: a serial port, an address that pyserial knows, or an emulator's socket."""

import contextlib
import socket
from typing import Protocol

import serial

from runtime.errors import DeviceError

BAUD = 115_200
_UNIX = "unix:"
_STUCK = 120.0  # seconds until a line that takes nothing is given up: a megabyte takes 90


class Port(Protocol):
    """Bytes in, bytes out; every method raises DeviceError when the line is gone."""

    def read(self, seconds: float) -> bytes:
        """What has arrived, waiting for at most ``seconds`` for something; empty after that."""

    def write(self, content: bytes) -> None:
        """Send all of ``content``."""

    def close(self) -> None:
        """Give the line up."""


class SerialPort:
    """A serial port, or one of pyserial's addresses such as ``socket://host:port``."""

    def __init__(self, name: str) -> None:
        self._name = name
        try:
            self._line = serial.serial_for_url(name, BAUD, do_not_open=True)
            self._line.write_timeout = _STUCK
            with contextlib.suppress(AttributeError, ValueError):  # only real ports can be locked
                self._line.exclusive = True
            self._line.open()
        except (OSError, ValueError) as error:
            raise DeviceError(
                f"cannot open {name} ({_reason(error)}): is the board plugged in, "
                "and no other program using the port?"
            ) from error

    def read(self, seconds: float) -> bytes:
        """See Port."""
        try:
            self._line.timeout = seconds
            first: bytes = self._line.read(1)
            return first + self._line.read(self._line.in_waiting) if first else b""
        except (OSError, TypeError) as error:  # pyserial meets a closed descriptor with TypeError
            raise gone(self._name) from error

    def write(self, content: bytes) -> None:
        """See Port."""
        try:
            self._line.write(content)
        except serial.SerialTimeoutException as error:
            raise _stuck(self._name) from error
        except OSError as error:
            raise gone(self._name) from error

    def close(self) -> None:
        """See Port."""
        self._line.close()


class SocketPort:
    """A Unix socket, as an emulator has it."""

    def __init__(self, path: str) -> None:
        self._name = f"{_UNIX}{path}"
        self._line = socket.socket(socket.AF_UNIX)
        try:
            self._line.connect(path)
        except OSError as error:
            raise DeviceError(f"cannot open {self._name}: {error.strerror}") from error

    def read(self, seconds: float) -> bytes:
        """See Port."""
        self._line.settimeout(max(seconds, 0.001))
        try:
            received = self._line.recv(65536)
        except TimeoutError:
            return b""
        except OSError as error:
            raise gone(self._name) from error
        if not received:
            raise gone(self._name)
        return received

    def write(self, content: bytes) -> None:
        """See Port."""
        try:
            self._line.settimeout(_STUCK)
            self._line.sendall(content)
        except TimeoutError as error:
            raise _stuck(self._name) from error
        except OSError as error:
            raise gone(self._name) from error

    def close(self) -> None:
        """See Port."""
        self._line.close()


def _stuck(name: str) -> DeviceError:
    return DeviceError(f"{name} takes nothing any more: reset the board")


def gone(name: str) -> DeviceError:
    """The error for a line that has gone away."""
    return DeviceError(f"{name} is gone: plug the board in again")


def open_port(name: str) -> Port:
    """Open a line by its name: ``/dev/ttyACM0``, ``COM3``, ``socket://host:port``, ``unix:path``.

    Raises DeviceError when there is none, or another program holds it.
    """
    return SocketPort(name.removeprefix(_UNIX)) if name.startswith(_UNIX) else SerialPort(name)


def _reason(error: Exception) -> str:
    text = str(error).split(": ")[-1] if isinstance(error, ValueError) else ""
    return getattr(error, "strerror", None) or text or str(error)
