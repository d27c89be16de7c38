"""The errors that a user of thimble can cause, as one tree.

    ThimbleError                 one clear line: what is wrong, where, what to do
    ├── ImageError               a picture cannot be read or holds nothing to read
    ├── ModelError               a model file is damaged or is not of the kind that is needed
    ├── BackendError             an interpreter is missing or failed
    ├── DataError                a dataset is missing, damaged or inconsistent
    ├── ToolError                a program that is needed is missing or failed
    ├── DeviceError              a board does not answer, refuses or has failed
    ├── OutputError              a result cannot be written
    └── GateError                everything ran, and the result is not good enough

Any other exception that reaches a user is a defect of thimble and shows its traceback.
"""


class ThimbleError(Exception):
    """A problem that the user can mend; its text is one line."""


class ImageError(ThimbleError):
    """A picture cannot be read or holds nothing to read."""


class ModelError(ThimbleError):
    """A model file is damaged or is not of the kind that is needed."""


class BackendError(ThimbleError):
    """An interpreter is missing or failed."""


class DataError(ThimbleError):
    """A dataset is missing, damaged or inconsistent."""


class ToolError(ThimbleError):
    """A program that is needed is missing or failed."""


class DeviceError(ThimbleError):
    """A board does not answer, refuses or has failed."""


class OutputError(ThimbleError):
    """A result cannot be written."""


class GateError(ThimbleError):
    """Everything ran, and the result is not good enough."""


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP reached the command: it cleans up and leaves, as after Ctrl-C."""
