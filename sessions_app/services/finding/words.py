"""Errors about unknown names in a query."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

SHOWN_CHARACTERS = 40
"""Characters of a wrong name that an error repeats."""


def not_known(name: str, known: Sequence[str]) -> str:
    """Returns a sentence that `name` is unknown, with a suggestion and the known names."""
    if not known:
        return "This address takes no query parameters."
    listed = ", ".join(known)
    return f"There is no {shown(name)!r}{perhaps(name, known)}. There are: {listed}."


def perhaps(name: str, known: Iterable[str]) -> str:
    """Returns the most similar known name as a question; empty if none is similar."""
    near = get_close_matches(shown(name).lower(), list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def shown(name: str) -> str:
    """Returns a client's own word, shortened for an error message."""
    return name if len(name) <= SHOWN_CHARACTERS else f"{name[:SHOWN_CHARACTERS]}…"
