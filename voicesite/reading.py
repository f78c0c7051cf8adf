"""Reading the environment: a value that does not fit is named, with what to do."""

import math
import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

STORED: dict[str, str] = {}
"""Variables that count where the environment leaves them open: voicesite/stored.py fills it."""

FROM_FILE: set[str] = set()
"""The variables that `defaults_from` took."""

SHORTEST_SECRET = 20
"""Characters of a token. Fewer can be guessed; more turn away longer ones for nothing."""


class _Environment(environ.Env):  # type: ignore[misc] # untyped
    """Reads STORED after the environment, and as it is: `$NAME` there names no other variable."""

    def get_value(self, var: str, cast: Any = None, *rest: Any, **more: Any) -> Any:
        if var in STORED and var not in os.environ:
            return self.parse_value(STORED[var], cast)
        return super().get_value(var, cast, *rest, **more)


env = _Environment()

_NO = frozenset({"", "0", "false", "no", "off", "n", "f"})


def read(kind: str, name: str, default: Any) -> Any:
    """Returns the variable `name` as `kind`; a value that does not fit is named.

    Numbers are counts, limits and times: none is negative.
    """
    try:
        value = (
            _float(name, default) if kind == "float" else getattr(env, kind)(name, default=default)
        )
    except (ValueError, TypeError) as error:
        raise _wrong(name, f"is not a valid {kind}") from error
    if kind == "bool" and not value and env.str(name, default="").strip().lower() not in _NO:
        raise _wrong(name, "is neither true nor false")
    if kind in {"int", "float"} and not value >= 0:
        raise _wrong(name, "must be 0 or more")
    return value


def _float(name: str, default: float) -> float:
    """Returns a finite number; environ's own reads "1e3" as 13 and "5s" as 5."""
    text = env.str(name, default="").strip()
    number = float(text) if text else float(default)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _wrong(name: str, why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}={env.str(name)!r} {why}. Fix or unset {name}.")


def defaults_from(path: Path) -> None:
    """Takes `NAME=value` lines of a file for variables that the environment leaves open."""
    if path.exists():
        before = set(os.environ)
        environ.Env.read_env(str(path), overwrite=False)
        FROM_FILE.update(set(os.environ) - before)


def within(name: str, default: int, lowest: int, highest: int) -> int:
    """Returns the variable `name`, a whole number from `lowest` to `highest`; or `default`.

    The default may lie outside, where it means that nothing is asked for.
    """
    value: int = read("int", name, default)
    if value != default and not lowest <= value <= highest:
        raise _wrong(name, f"must be {lowest} to {highest}")
    return value


def choice(name: str, allowed: tuple[str, ...]) -> str:
    """Returns the variable `name`, the first of `allowed` where it is not set."""
    value: str = read("str", name, allowed[0])
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r} must be one of: {', '.join(allowed)}.")
    return value


def secret(name: str) -> str:
    """Returns the token in the variable `name`; empty where it is not set. A short one is refused.

    The error does not repeat it: a start is logged.
    """
    value: str = read("str", name, "")
    if value and len(value) < SHORTEST_SECRET:
        raise ImproperlyConfigured(
            f"{name} must have {SHORTEST_SECRET} characters or more. Make one with: "
            "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return value
