"""Commands that say after a text what it is: "put the fence down as an action item"."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found_command import (
    REFERS,
    REFERS_TO_MANY,
    FoundCommand,
    polite,
    texts,
)
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent, written_out
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

DOWN_VERBS = listed("put write note jot get take mark pop stick set")
"""Verbs that need "down": "put it down as a note"."""

_KEEP_VERBS = listed("save record log add note mark enter")
"""Verbs that need none: "save it as a note"."""

_WRITE_VERBS = listed("note write jot")
LABELLING_VERBS = DOWN_VERBS | _KEEP_VERBS
_LABELS = {
    tuple(phrase.split()): intent
    for intent, line in (
        (Intent.ACTION, "as a|an|another|one new|next? action item|point?"),
        (Intent.ACTION, "as a|an|another|one new|next? item|task|todo|reminder"),
        (Intent.NOTE, "as a|an|another|one new|next? note|memo"),
    )
    for phrase in written_out(line)
}
_LONGEST_LABEL = max(map(len, _LABELS))
LONGEST_ITEM = 30
"""Within how many words the label must stand."""

_TAGS = (["would", "you"], ["will", "you"], ["could", "you"], ["can", "you"])
_PERSONS = listed("me him her us you myself himself herself yourself")
"""These are put down as something other than notes: "put me down as a maybe"."""


def put_down_as(words: Sequence[PlainWord], at: int, end: int) -> FoundCommand | None:
    """Returns the command of "put the fence down as an action item", or None.

    In "put that down as an action item" the text is what was said before.
    """
    if words[at].text not in LABELLING_VERBS:
        return None
    for stop in range(at + 2, min(end, at + LONGEST_ITEM)):
        if words[stop].text != "as":
            continue
        intent, after = _label(words, stop, end)
        down = words[stop - 1].text == "down"
        if intent is None or not (down or words[at].text in _KEEP_VERBS):
            continue
        first, last = at + 1, stop - down
        return _command(intent, words, (at, first, last, after), end)
    return None


def _command(
    intent: Intent, words: Sequence[PlainWord], places: tuple[int, int, int, int], end: int
) -> FoundCommand | None:
    at, first, last, after = places
    tag = texts(words, after, after + 2) in _TAGS
    item = texts(words, first, last)
    if not polite(texts(words, after + 2 * tag, end)) or not item or item[0] in _PERSONS:
        return None
    if set(item) <= REFERS | REFERS_TO_MANY | {"this"}:
        if words[at].text in _WRITE_VERBS:
            return None  # "note that down as a reminder" is a note of what was said before
        return FoundCommand(intent, at, (end, end), "this" not in item, command_end=end)
    return FoundCommand(intent, at, (first, last), command_end=end)


def _label(words: Sequence[PlainWord], at: int, end: int) -> tuple[Intent | None, int]:
    """Returns what a label such as "as an action item" makes, and the first word after it."""
    for many in range(min(_LONGEST_LABEL, end - at), 0, -1):
        intent = _LABELS.get(tuple(texts(words, at, at + many)))
        if intent is not None:
            return intent, at + many
    return None, at
