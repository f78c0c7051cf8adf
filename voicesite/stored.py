"""Settings that operators make in the admin: values for variables that the environment leaves open.

What the environment says goes first, then `var/settings.env`, then these.
"""

import os
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from voicesite import reading

ENVIRONMENT, FILE, NOBODY = "environment", "file", ""
"""Who gives a variable: see `StoredSettings.given_by`."""


class StoredSettings:
    """Makes VOICE again with other values. Safe to be used by several threads."""

    def __init__(self, remake: Callable[[], dict[str, Any]]) -> None:
        self._remake = remake
        self._lock = Lock()

    def given_by(self, name: str) -> str:
        """Returns ENVIRONMENT or FILE where that sets the variable, else NOBODY."""
        if name not in os.environ:
            return NOBODY
        return FILE if name in reading.FROM_FILE else ENVIRONMENT

    def given(self, name: str) -> str:
        """Returns what environment or file set the variable to; empty for nothing."""
        return os.environ.get(name, "")

    def remade(self, values: Mapping[str, str]) -> dict[str, Any]:
        """Returns VOICE as it is with these values for variables that nobody else gives.

        Raises ImproperlyConfigured, with the variable's name, for a value that does not fit.
        """
        with self._lock:
            reading.STORED.update(values)
            try:
                return self._remake()
            finally:
                reading.STORED.clear()
