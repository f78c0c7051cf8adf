"""Data that a client gives a call at its start: variables for the agent, and metadata."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Variable = str | int | float | bool

MOST_VARIABLES = 50
"""How many variables one call may have."""

LONGEST_NAME = 40
LONGEST_VALUE = 1_000
"""Characters of one name, and of one value."""

MOST_CHARACTERS = 8_000
"""The limit for all names and values together. Larger lets them crowd out the rest of a prompt."""

METADATA_BYTES = 8 * 1024
"""The limit of metadata as JSON in UTF-8. Larger slows every query that reads rows of calls."""

LONGEST_NUMBER = 30
"""Digits of a number that is a variable; a longer one is a mistake, or belongs in a text."""

NAME = re.compile(rf"[A-Za-z_][A-Za-z0-9_]{{0,{LONGEST_NAME - 1}}}")
"""Names of variables, which agents' texts write in double braces."""

SHOWN = 60
"""Characters of a refused name that the error repeats."""

_NAMED = f"begin with a letter or _ and hold up to {LONGEST_NAME} letters, digits and _ of ASCII."


class CallDataError(ValueError):
    """Variables or metadata that are refused; its text says which, why, and what is accepted."""


@dataclass(frozen=True, slots=True)
class CallData:
    """`variables` are put into the agent's prompt and greeting; `metadata` is any JSON object.

    Models never see metadata. Neither is interpreted.
    """

    variables: Mapping[str, Variable] = field(default_factory=dict, hash=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def overlaid(self, winner: "CallData") -> "CallData":
        """Returns both together; for names that both have, `winner`'s value is used."""
        return CallData(
            {**self.variables, **winner.variables}, {**self.metadata, **winner.metadata}
        )


def read(variables: Any, metadata: Any) -> CallData:
    """Returns the data that a client gave (None for nothing); raises CallDataError."""
    return CallData(read_variables(variables), read_metadata(metadata))


def read_variables(given: Any) -> dict[str, Variable]:
    """Returns a client's variables, None for none; raises CallDataError."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise CallDataError("`variables` must be an object: names, each with its value.")
    if len(given) > MOST_VARIABLES:
        raise CallDataError(f"`variables` may hold {MOST_VARIABLES} names at most.")
    for name, value in given.items():
        _check(str(name), value)
    if sum(len(name) + len(as_text(value)) for name, value in given.items()) > MOST_CHARACTERS:
        raise CallDataError(
            f"`variables` may hold {MOST_CHARACTERS} characters at most, names and values together."
        )
    return given


def read_metadata(given: Any) -> dict[str, Any]:
    """Returns a client's metadata, None for none; raises CallDataError."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise CallDataError("`metadata` must be a JSON object.")
    try:
        size = len(json.dumps(given, ensure_ascii=False, allow_nan=False).encode())
    except (RecursionError, ValueError, UnicodeEncodeError):
        raise CallDataError("`metadata` must be JSON, and not nested too deeply.") from None
    if size > METADATA_BYTES:
        raise CallDataError(f"`metadata` may have {METADATA_BYTES // 1024} KiB at most, as JSON.")
    return given


def as_text(value: Variable) -> str:
    """Returns a variable as texts show it: text as it is, `true` and `false`, and numbers."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 / math.ulp(1.0):
        return str(int(value))
    return json.dumps(value)


def _check(name: str, value: Any) -> None:
    if not NAME.fullmatch(name):
        raise CallDataError(f"`variables`: the name {name[:SHOWN]!r} is refused. Names {_NAMED}")
    if not isinstance(value, str | int | float):  # bool is an int
        raise CallDataError(f"`variables`: {name} must be text, a number, true or false.")
    if isinstance(value, float) and not math.isfinite(value):
        raise CallDataError(f"`variables`: {name} must be a finite number.")
    if isinstance(value, str):
        if len(value) > LONGEST_VALUE:
            raise CallDataError(f"`variables`: {name} may have {LONGEST_VALUE} characters at most.")
    elif len(as_text(value)) > LONGEST_NUMBER:
        raise CallDataError(f"`variables`: {name} may have {LONGEST_NUMBER} digits at most.")
