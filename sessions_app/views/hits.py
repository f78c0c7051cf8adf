"""Where in a call the words are that somebody searched for."""

from urllib.parse import urlencode

from sessions_app.core.folding import folded, found
from sessions_app.core.writing import token_spans


def address_of(seq: int, wanted: str) -> str:
    """Returns what follows the address of a call's page, to open it where `wanted` was said."""
    return f"?{urlencode({'q': wanted})}#segment-{seq}"


def places(text: str, wanted: str) -> list[tuple[int, int]]:
    """Returns from where to where `wanted` stands in `text`, each time it does."""
    seen: list[tuple[int, int]] = []
    if folded(wanted) not in folded(text):
        return seen  # as most segments of a call: looking for the place takes much longer
    start = 0
    while (place := found(text[start:], wanted)) is not None:
        seen.append((start + place[0], start + place[1]))
        start += place[1]
    return seen


def held(text: str, wanted: str) -> list[bool]:
    """Returns of each word of `text`, as `writing.tokens` has them, whether it is one of them."""
    taken = places(text, wanted)
    return [any(a < end and b > start for a, b in taken) for start, end in token_spans(text)]
