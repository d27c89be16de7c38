"""The ``thimble`` command: all of thimble's commands under one name."""
