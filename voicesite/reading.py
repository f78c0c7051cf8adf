"""Reading the environment: a value that does not fit is named, with what to do."""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def read(kind: str, name: str, default: Any) -> Any:
    """Returns the variable `name` as `kind`; a value that does not fit is named."""
    try:
        return getattr(env, kind)(name, default=default)
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(
            f"{name}={env.str(name)!r} is not a valid {kind}. Fix or unset {name}."
        ) from error


def defaults_from(path: Path) -> None:
    """Takes `NAME=value` lines of a file for variables that the environment leaves open."""
    if path.exists():
        environ.Env.read_env(str(path), overwrite=False)


def choice(name: str, allowed: tuple[str, ...]) -> str:
    """Returns the variable `name`, the first of `allowed` where it is not set."""
    value: str = read("str", name, allowed[0])
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r} must be one of: {', '.join(allowed)}.")
    return value
