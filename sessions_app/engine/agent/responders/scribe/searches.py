"""Requests to hear what is left, or the notes about something: "anything about the plumber?"."""

from collections.abc import Iterator, Sequence

from sessions_app.engine.agent.responders.scribe.found_command import polite
from sessions_app.engine.agent.responders.scribe.note_references import (
    NoteReference,
    distinctive_words,
)
from sessions_app.engine.agent.responders.scribe.vocabulary import written_out
from sessions_app.engine.text.word_lists import listed

_REST = frozenset(
    phrase
    for line in (
        "what is still? left|open|outstanding|missing|pending",
        "what else is left|open|outstanding|missing|pending",
        "what is still|left|else? on|in there",
        "what else is on|in there",
        "what remains|needs to be done",
        "what still? needs doing",
        "what remains",
        "read|tell|show|give me? out? the rest|others",
        "read|tell|show|give me? the other|remaining ones|notes|items",
        "read|tell|show|give me? out? what is still? left|open",
        "read|tell|show|give me? out? what is still? on|in there",
        "read|tell|show|give me? out? what remains",
        "read|tell|show me? out? everything",
    )
    for phrase in written_out(line)
)
"""Requests to hear all notes there are, if there are any; they may be about something else."""

_POINTED_AT = frozenset(
    phrase
    for line in (
        "what is still|left|else? on it|that",
        "what else is on it|that",
        "tell|show|read me what is still|left|else? on it|that",
    )
    for phrase in written_out(line)
)
"""Requests that mean the list only right after it was mentioned: "it" may be a pizza."""

_ANY = "anything|something"
_IN_NOTES = "written|noted|saved|recorded|put? down?"
_SURE = frozenset(
    phrase
    for line in (
        "is|are there a|an|any note|notes|item|reminder|task",
        "do|did i|we|you have a|an|any note|notes|item|reminder|task",
        f"did i|we|you note|write|jot|put down? {_ANY}",
        f"did i|we|you note|write|jot|put {_ANY} down",
        f"have i|we|you got? {_ANY} {_IN_NOTES}",
        "what did i|we|you note|write|jot|put down?",
        "what have i|we|you noted|written|jotted|put down?",
        "what do|does my|the|our notes|list say",
        "read|show|tell|give me? out? my|the|our? note|notes|items",
    )
    for phrase in written_out(line)
)
_OPENINGS = _SURE | frozenset(
    phrase
    for line in (
        _ANY,
        f"is there {_ANY}",
        f"do|did i|we|you have|say {_ANY}",
        f"have i|we|you got|said? {_ANY}",
        "what did i|we say",
        "read|show|tell|give me? out? everything|anything|all",
        "read|show|tell|give me? out? everything|anything|all i|we have|noted|said",
    )
    for phrase in written_out(line)
)
"""How requests to hear the notes about something begin; `_SURE` ones are about nothing else."""

_EVER = "already|ever|just|even|also?"
_MENTIONS = frozenset(
    phrase
    for line in (
        f"did i|we|you {_EVER} mention|include|cover|bring",
        f"did i|we|you {_EVER} talk|speak|tell you about",
        f"did i|we|you {_EVER} say anything|something about|on",
        f"have i|we|you {_EVER} mentioned|included|covered|noted",
        f"have i|we|you {_EVER} talked|spoken about",
        f"have i|we|you {_EVER} told you about",
        "did i|we|you get|catch|have the bit|part|thing|stuff about",
        "where|when did i|we mention|note|put|say",
        "where|when have i|we mentioned|noted|put",
        "which note|one|item|entry mentions|has|says|names",
        "which note|one|item|entry is|was about",
        "which notes|ones|items|entries mention|have|are|name about?",
        "was|were there anything|something|a note|notes about|on|with",
        "is|are|was|were there anything|something|any|a note? with|about|mentioning",
        "do|did i|we|you have anything|something|any|one|a note? with|about|mentioning",
    )
    for phrase in written_out(line)
)
"""How questions begin whether something was said: "did I already mention Bob?"."""

_ASKED_WHOLE = tuple(
    (tuple(begin.split()), tuple(end.split()))
    for begins, ends in (
        ("is|are|was", "in there|here|it"),
        ("is|are|was", "on there|it"),
        ("is|are|was", "noted|written|saved|recorded|mentioned|included down?"),
        ("is|are", "down"),
        ("have|did i|we|you got|get", "down"),
        ("have|did i|we|you got|get", "noted|written|saved|recorded down?"),
    )
    for begin in written_out(begins)
    for end in written_out(ends)
)
"""What stands around a topic: "is Bob in there?", "have you got the meeting down?"."""

_IN_IT = (["in", "it"], ["in", "there"], ["on", "it"], ["on", "there"])
_LONGEST_MENTION = max(len(phrase.split()) for phrase in _MENTIONS)
_LONGEST_OPENING = max(len(phrase.split()) for phrase in _OPENINGS)

_IS_THERE = frozenset(
    phrase
    for line in (
        "is|are",
        "have i|we|you got|put|written|noted|added",
        "do i|we|you have",
        "did i|we|you put|write|note|add",
    )
    for phrase in written_out(line)
)

_LONGEST_ASKING = 3
"""Words of the longest opening of `_IS_THERE`."""

_ABOUT = listed("about on regarding concerning mentioning with")
FIRST_WORDS = frozenset(
    phrase.split()[0] for phrase in _REST | _OPENINGS | _IS_THERE | _MENTIONS
) | {begin[0] for begin, _ in _ASKED_WHOLE}
"""Words that such a request begins with."""

_ON_MY_LIST = tuple(
    [place, owner, noun]
    for place in ("in", "on")
    for owner in ("my", "the", "our")
    for noun in ("notes", "list", "todos", "tasks")
)
_NO_TOPIC = listed(
    "him her it them us me you that this those these else i he she they we who which what my the a "
    "is are was were does do did has have had can could will would so then when where if to not"
)
_DETERMINERS = listed("my the our your a an this that")

LONGEST_TOPIC = 3
"""Words of what is looked for. More takes other questions for searches."""


def points_at_list(words: Sequence[str]) -> bool:
    """Returns whether a sentence asks what is on "it", which may be the list."""
    rest = list(words)
    while rest and _may_end(rest[-1]):
        rest.pop()
    return " ".join(rest) in _POINTED_AT


def search(words: Sequence[str]) -> NoteReference | None:
    """Returns the notes that a sentence asks to hear: the rest, or those about something."""
    rest = list(words)
    while rest and _may_end(rest[-1]) and " ".join(rest) not in _REST:
        rest.pop()
    if " ".join(rest) in _REST:
        return NoteReference(every=True, sure=False)
    places = [n for n in range(len(rest) - 2) if rest[n : n + 3] in _ON_MY_LIST]
    on_list = any(n + 3 == len(rest) or rest[n + 3] in _ABOUT for n in places)
    rest = rest[: places[0]] + rest[places[0] + 3 :] if on_list else rest
    if on_list and (thing := _thing_on_list(rest)):
        return NoteReference(words=distinctive_words(thing), every=True)
    topics = _topics(rest)
    found = next(((t, sure) for t, sure in topics if _is_topic(t)), None)
    if found is None:
        mentioned = _mentioned(list(words))
        return NoteReference(words=mentioned, every=True, sure=False) if mentioned else None
    topic, sure = found
    return NoteReference(words=distinctive_words(topic), every=True, sure=sure or on_list)


def _mentioned(words: list[str]) -> tuple[str, ...]:
    """Returns what a sentence asks about whether it was said; empty for other sentences."""
    while words and polite(words[-1:]) and words[-2:] not in _IN_IT:
        words.pop()
    for begin, end in _ASKED_WHOLE:
        middle = words[len(begin) : -len(end)]
        if tuple(words) == (*begin, *middle, *end) and (topic := _topic(middle)):
            return topic
    words = words[:-2] if words[-2:] in _IN_IT else words
    while words and _may_end(words[-1]):
        words.pop()
    for many in range(min(_LONGEST_MENTION, len(words) - 1), 1, -1):
        if " ".join(words[:many]) in _MENTIONS:
            return _topic(words[many:])
    return ()


def _topic(words: Sequence[str]) -> tuple[str, ...]:
    topic = words[bool(words) and words[0] in _DETERMINERS :]
    return distinctive_words(topic) if _is_topic(topic) else ()


def _may_end(word: str) -> bool:
    return polite([word]) or word in {"already", "still"}


def _thing_on_list(words: Sequence[str]) -> list[str]:
    """Returns the thing in "is milk on my list", without the words of the list."""
    for many in range(_LONGEST_ASKING, 0, -1):
        thing = list(words[many:])
        if " ".join(words[:many]) in _IS_THERE and thing:
            thing = thing[thing[0] in _DETERMINERS :]
            return thing if _is_topic(thing) and not {"anything", "something"} & set(thing) else []
    return []


def _topics(words: Sequence[str]) -> Iterator[tuple[list[str], bool]]:
    """Yields what an opening asks about, and whether it surely asks for notes."""
    for many in range(min(_LONGEST_OPENING, len(words) - 2), 0, -1):
        opening = " ".join(words[:many])
        if opening in _OPENINGS and words[many] in _ABOUT:
            topic = list(words[many + 1 :])
            yield topic[topic[0] in _DETERMINERS :], opening in _SURE


def _is_topic(words: Sequence[str]) -> bool:
    few = 0 < len(words) <= LONGEST_TOPIC
    return few and not _NO_TOPIC & set(words) and bool(distinctive_words(words))
