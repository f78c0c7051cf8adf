"""Search hits in a call: where they are, and snippets around them."""

from collections.abc import Iterator
from urllib.parse import urlencode

from sessions_app.engine.text.folding import find_folded, folded
from sessions_app.engine.text.queries import WORD_STARTS, Term, asked
from sessions_app.engine.text.writing import clip, clip_start, token_spans

Piece = tuple[str, bool]
"""A part of a text, and whether it is a hit."""


def address_of(seq: int, wanted: str) -> str:
    """Returns the query and fragment that open a call's page where `wanted` was said."""
    return f"?{urlencode({'q': wanted})}#segment-{seq}"


def places(text: str, wanted: str) -> list[tuple[int, int]]:
    """Returns start and end of the hits of `wanted` in `text`, in order, overlaps merged."""
    plain = folded(text)
    # most segments have no hit, and finding the place takes much longer than this check
    here = (term for term in asked(wanted) if term.is_in(plain))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(place for term in here for place in _places_of(text, term)):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _places_of(text: str, term: Term) -> Iterator[tuple[int, int]]:
    start = 0
    while (place := find_folded(text[start:], term.text)) is not None:
        first, end = start + place[0], start + place[1]
        if not term.begins or folded(text[:first][-1:]) in ("", *WORD_STARTS):
            yield first, end
        start = end


def held(text: str, wanted: str) -> list[bool]:
    """Returns for each word of `text` (as in `writing.tokens`) whether it is part of a hit."""
    taken = places(text, wanted)
    return [any(a < end and b > start for a, b in taken) for start, end in token_spans(text)]


def snippet(text: str, wanted: str, side: int) -> tuple[Piece, ...]:
    """Returns the part of `text` around its hits, in pieces that tell hits from other text.

    It begins about `side` characters before the first hit and ends about `side` after the last;
    a hit farther than `side` from the one before is left out.
    """
    pieces: list[Piece] = []
    at = 0
    for start, end in places(text, wanted):
        if pieces and start - at > side:
            break
        between = text[at:start]
        pieces.append((between if pieces else clip_start(between, side), False))
        pieces.append((text[start:end], True))
        at = end
    return tuple(piece for piece in (*pieces, (clip(text[at:], side), False)) if piece[0])
