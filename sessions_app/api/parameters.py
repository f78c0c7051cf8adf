"""What may stand after the `?` of an address, or in a body: anything else is refused by name."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

MOST_NAMED = 5
SHOWN_CHARACTERS = 40


class UnknownParameterError(ValidationError):
    """The request has query parameters that its address does not know (not retryable).

    `sentence` says which, and which there are.
    """

    default_code = "unknown_parameter"

    def __init__(self, unknown: Sequence[str], known: Sequence[str]) -> None:
        named = unknown[:MOST_NAMED]
        super().__init__({shown(name): [not_known(name, known)] for name in named})
        listed = ", ".join(repr(shown(name)) for name in named)
        more = " and others" if len(unknown) > len(named) else ""
        takes = f"takes {', '.join(known)}" if known else "takes none"
        what = "query parameter" if len(unknown) == 1 else "query parameters"
        self.sentence = f"Unknown {what} {listed}{more}: this address {takes}."


def check(given: Iterable[str], known: Sequence[str]) -> None:
    """Raises UnknownParameterError for names in `given` that are not `known`."""
    unknown = [name for name in given if name not in known]
    if unknown:
        raise UnknownParameterError(unknown, known)


def not_known(name: str, known: Sequence[str]) -> str:
    """Returns a sentence that there is no `name`, what it may have been, and what there is."""
    if not known:
        return "This address takes no query parameters."
    listed = ", ".join(known)
    return f"There is no {shown(name)!r}{perhaps(name, known)}. There are: {listed}."


def perhaps(name: str, known: Iterable[str]) -> str:
    """Returns the known word nearest to a misspelt one, as a question; empty where none is near."""
    near = get_close_matches(shown(name).lower(), list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


class StrictBody(serializers.Serializer[Any]):
    """A body whose unknown keys are refused by name: a misspelt wish would count as none."""

    def to_internal_value(self, data: Any) -> Any:
        """Returns the values that are known; raises ValidationError that names other keys."""
        if isinstance(data, Mapping):
            known = list(self.fields)
            unknown = [_writable(str(key)) for key in data if key not in self.fields]
            if unknown:
                named = unknown[:MOST_NAMED]
                raise ValidationError({shown(key): [not_known(key, known)] for key in named})
        return super().to_internal_value(data)


def _writable(key: str) -> str:
    """Returns a key without halves of characters, which no answer can hold."""
    return key.encode(errors="replace").decode()


def shown(name: str) -> str:
    """Returns as much of a client's word as an answer repeats."""
    return name if len(name) <= SHOWN_CHARACTERS else f"{name[:SHOWN_CHARACTERS]}…"
