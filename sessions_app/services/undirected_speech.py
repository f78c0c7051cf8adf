"""Finds speech that neither asked the agent for something nor was noted by it. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from sessions_app.engine.core.events import Speaker
from sessions_app.engine.exports.base import ExportSegment
from sessions_app.engine.text.stops import whole_sentences
from sessions_app.engine.text.writing import join_sentences, plain_words
from sessions_app.models import Turn

RemoveCommands = Callable[[str], str]
"""Returns a text without the requests to the agent in it."""

NEAR_MS = 500
"""How many ms the times of words may be off those of the turn that they belong to.

Larger may give words to a neighbouring turn; smaller loses words whose times are inexact.
"""


def undirected_rows(
    rows: Sequence[ExportSegment], remove_commands: RemoveCommands, turns: Sequence[Turn]
) -> list[ExportSegment]:
    """Returns the rows, of the caller's words only those that asked nothing of the agent.

    `remove_commands` finds requests by their words; if by the call's turns the agent answered
    nothing, there were none. What was said in one turn is looked at as a whole, as the agent did.
    """
    own = [_turn_of(row, turns) if row.speaker == Speaker.CALLER else None for row in rows]
    together: dict[int, list[str]] = {}
    for row, turn in zip(rows, own, strict=True):
        if turn is not None:
            together.setdefault(turn.index, []).append(row.text)
    answered = set(_answered(turns))
    left = {at: remove_commands(join_sentences(together[at])) for at in answered & together.keys()}
    found = []
    for row, turn in zip(rows, own, strict=True):
        if row.speaker != Speaker.CALLER or (turn is not None and turn.index not in answered):
            found.append(row)
        elif turn is None:
            found.append(replace(row, text=remove_commands(row.text)))
        else:
            found.append(replace(row, text=_kept(row.text, left[turn.index], remove_commands)))
    return found


def without_notes(rows: Sequence[ExportSegment], notes: Sequence[str]) -> list[ExportSegment]:
    """Returns the rows without the sentences that dictated a note.

    A note may go over several sentences, and hold whole ones.
    """
    texts = [f" {_plain(note)} " for note in notes if _plain(note)]
    pieces = [whole_sentences(row.text) for row in rows]
    written = set[tuple[int, int]]()
    for speaker in {row.speaker for row in rows}:
        places = [
            (at, number)
            for at, row in enumerate(rows)
            if row.speaker == speaker
            for number, _ in enumerate(pieces[at])
        ]
        said = [_plain(pieces[at][number]) for at, number in places]
        written |= {places[index] for index in _written(said, texts)}
    kept = []
    for at, row in enumerate(rows):
        rest = [one for number, one in enumerate(pieces[at]) if (at, number) not in written]
        same = len(rest) == len(pieces[at])
        kept.append(row if same else replace(row, text=join_sentences(rest)))
    return kept


def _written(said: Sequence[str], notes: Sequence[str]) -> Iterator[int]:
    """Yields the numbers of one side's sentences that contain a note, or are part of one."""
    joined, spans = " ", []
    for words in said:
        start = len(joined)
        joined += f"{words} " if words else ""
        spans.append((start, len(joined) - 1))
    for note in notes:
        at = joined.find(note)
        while at >= 0:
            first, last = at + 1, at + len(note) - 1
            yield from (n for n, (start, end) in enumerate(spans) if start < last and end > first)
            at = joined.find(note, at + 1)
        yield from (n for n, words in enumerate(said) if words and f" {words} " in note)


def _kept(text: str, rest: str, remove_commands: RemoveCommands) -> str:
    """Returns the sentences of `text`, or parts of them, that are in the `rest` of its turn."""
    plain = f" {_plain(rest)} "
    kept = []
    for piece in whole_sentences(text):
        part = piece if f" {_plain(piece)} " in plain else remove_commands(piece)
        if f" {_plain(part)} " in plain:
            kept.append(part)
    return join_sentences(kept)


def _turn_of(row: ExportSegment, turns: Sequence[Turn]) -> Turn | None:
    """Returns the turn of that side in which the middle of a row was said."""
    middle = (row.start_ms + row.end_ms) / 2
    own = (turn for turn in turns if turn.speaker == row.speaker)
    return next((t for t in own if t.start_ms - NEAR_MS <= middle <= t.end_ms + NEAR_MS), None)


def _answered(turns: Sequence[Turn]) -> Iterator[int]:
    """Yields the turns that the agent answered next; what it says unprompted is no answer."""
    for turn, after in pairwise(turns):
        spoke = after.first_token_ms is not None or after.first_audio_ms is not None
        if after.speaker == Speaker.AGENT and spoke:
            yield turn.index


def _plain(text: str) -> str:
    return " ".join(plain_words(text))
