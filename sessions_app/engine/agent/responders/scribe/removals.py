"""Requests to remove notes, and which notes they mean: "delete number two"."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found_command import texts
from sessions_app.engine.agent.responders.scribe.note_references import (
    NOUNS,
    NoteReference,
    note_reference,
)
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

_SURE_VERBS = listed("delete erase")
"""After these verbs a few words name a note, even if no note has them."""

_WORD_VERBS = _SURE_VERBS | listed("scratch strike remove cross tick discard forget")
"""After these, words name a note if one has them."""

_VERBS = _WORD_VERBS | listed(
    "wipe clear cancel drop trash bin dump ditch kill lose scrap scrub axe"
)
"""After these, the words name a note only if "note" or the like is among them."""

_CLEANING_VERBS = listed("wipe clear")
"""Also said of rooms and tables: "wipe everything down"."""

_CLEANING_PARTICLES = listed("off out away down up over")
_VAGUE = listed("thing things part bit")
"""Nouns that are not only used for notes."""

TAKE_VERBS = listed("take throw check")
"""Verbs that need "off", "out" or "away"; "check" needs "off"."""

_ANY_ONE = listed("a one some single any that this")
_THAT_ACTION = [
    [that, *what.split()]
    for that in ("that", "this")
    for what in ("reminder", "task", "todo", "action item")
]
"""These mean the last action item."""

_PARTICLES = listed("off out away down")
_TRAILS = _PARTICLES | listed("please again now too thanks scribe then")
_AFTER_NOUN = listed("is was are were has had means does did will would can should works")
"""After the verb, these show that it was a noun: "delete is the key on the right"."""

_NAMING = listed("the my our your that those these number note notes item all everything both")
_OWNERS = listed("my the our your")
_OF_OTHERS = listed("your his her their its")
"""After "delete", other people's things are no notes, unless a note names them: "your account"."""

_NOT_NEEDED = (["do", "not", "need"], ["do", "not", "want"])
_ANY_MORE = (("any", "more"), ("anymore",), ("any", "longer"), ("after", "all"))
_DONE = listed("done finished complete completed")
_JOINS = listed("and or when while if until so because before after")
SUBJECTS = listed("you i he she it we they people everyone everybody nobody someone somebody")
_DETERMINERS = listed("the my our a an that this")
_LISTS = listed("notes note list notebook todos tasks reminders todo")


def removal(words: Sequence[str]) -> NoteReference | None:
    """Returns which notes a sentence asks to remove; None if it does not ask for that.

    "Delete that" returns None: it is an undo.
    """
    verb, rest, takes_off = _verb(words)
    if not verb:
        return None
    rest, from_list = _trimmed(rest)
    has_noun = from_list or bool(NOUNS & set(rest)) or "number" in rest
    if not rest or rest[0] in _AFTER_NOUN or has_consequence(rest):
        return None
    named = from_list or (has_noun and takes_off and rest[0] in _NAMING)
    if (verb in TAKE_VERBS and not named) or (not has_noun and _goes_on(rest)):
        return None  # "take another note: she moved out"
    if _is_any_one(rest):
        return None if rest[0] in {"that", "this"} else NoteReference()
    last = NoteReference(numbers=(-1,), actions=True) if rest in _THAT_ACTION else None
    sure = from_list or (verb in _SURE_VERBS and rest[0] not in _OF_OTHERS)
    reference = last or note_reference(rest, sure=sure)
    if reference is not None and reference.every:
        of_notes = from_list or bool((NOUNS - _VAGUE) & set(rest))
        return reference if of_notes or _is_surely_all(verb, words) else None
    return reference if verb in _WORD_VERBS or has_noun else None


def tells_consequence(words: Sequence[PlainWord], stop: int, end: int) -> bool:
    """Returns whether "and you won't forget it" or the like follows a phrase, without a mark."""
    joined = texts(words, stop, min(stop + 2, end))
    if joined[:1] not in (["and"], ["or"]) or words[stop - 1].marked:
        return False
    return joined[-1] in SUBJECTS


def has_consequence(words: Sequence[str]) -> bool:
    """Returns whether words state a consequence: "scratch the surface and you find rust"."""
    joins = (at for at, word in enumerate(words) if word in {"and", "or"})
    return any(SUBJECTS & set(words[at + 1 : at + 2]) for at in joins)


def _goes_on(rest: Sequence[str]) -> bool:
    """Returns whether more follows: "the board and go home", unlike "the milk and the eggs"."""
    at = next((n for n, word in enumerate(rest) if word in _JOINS), len(rest))
    after = rest[at + 1 :]
    things = 1 + bool(_DETERMINERS & set(after[:1]))
    return len(after) > things


def _is_surely_all(verb: str, words: Sequence[str]) -> bool:
    """Returns whether "everything" means the notes; in "forget it all" it does not."""
    if verb in _CLEANING_VERBS:
        return not _CLEANING_PARTICLES & set(words)
    return verb in _WORD_VERBS and verb != "forget"


def _is_any_one(rest: Sequence[str]) -> bool:
    """Returns whether any note is meant: "a note", but not "note one"."""
    nouns = [word for word in rest if word not in _ANY_ONE]
    return nouns in (["note"], ["notes"]) and list(rest[-2:]) != ["note", "one"]


def begins_removal(words: Sequence[str]) -> bool:
    """Returns whether these words begin with a verb of removing."""
    return bool(_verb(words)[0])


def removes_named(words: Sequence[str]) -> bool:
    """Returns whether these words ask to remove something named before them: "remove it"."""
    verb, _rest, takes_off = _verb(words)
    takes_off |= list(words[2:3]) in (["off"], ["out"])  # "take that off the list"
    return verb in _VERBS - {"scratch", "strike"} or (verb in TAKE_VERBS and takes_off)


def _verb(words: Sequence[str]) -> tuple[str, list[str], bool]:
    """Returns the verb at the beginning, the words after it, and whether it has "off" or "out"."""
    if list(words[:3]) == ["get", "rid", "of"]:
        return "remove", list(words[3:]), True
    if list(words[:2]) == ["never", "mind"]:
        return "drop", list(words[2:]), False
    if (unneeded := _unneeded(words)) is not None:
        return "remove", unneeded, False
    if (done := _marked_as_done(words)) is not None:
        return "cross", done, True
    verb, rest = (words[0], list(words[1:])) if words else ("", [])
    looks = verb == "check" and "off" not in rest  # "check out number two"
    if looks or verb not in _VERBS | TAKE_VERBS:
        return "", [], False
    takes_off = bool({"off", "out", "away"} & {*rest[:1], *rest[-1:], *rest[-2:-1]})
    while rest and (rest[0] in _PARTICLES or (verb == "forget" and rest[0] == "about")):
        rest.pop(0)
    return verb, rest, takes_off


def _marked_as_done(words: Sequence[str]) -> list[str] | None:
    """Returns what "mark the milk as done" or "mark that one off" names; None for other words."""
    if list(words[:1]) != ["mark"]:
        return None
    rest = list(words[1:])
    while rest and rest[-1] in _TRAILS - {"off"}:
        rest.pop()
    if not rest or rest.pop() not in _DONE | {"off"}:
        return None
    return rest[:-1] if rest[-1:] in (["as"], ["has"]) else rest  # "has done" is misheard


def _unneeded(words: Sequence[str]) -> list[str] | None:
    """Returns what "I don't need the milk any more" names; None for other words."""
    if list(words[1:4]) not in _NOT_NEEDED or words[0] not in {"i", "we"}:
        return None
    for tail in _ANY_MORE:
        if tuple(words[-len(tail) :]) == tail:
            return list(words[4 : -len(tail)])
    return None


def _trimmed(rest: list[str]) -> tuple[list[str], bool]:
    """Returns the words that name notes, and whether "from my list" stood behind them."""
    from_list = False
    while rest:
        if rest[-1] in _TRAILS:
            rest = rest[:-1]
        elif rest[-2:] in (["for", "me"], ["as", "well"], ["right", "now"]):
            rest = rest[:-2]
        elif len(rest) > 3 and rest[-1] in _LISTS and rest[-2] in _OWNERS | {"todo", "shopping"}:  # noqa: PLR2004
            at = len(rest) - 2
            while at > 1 and rest[at] in _OWNERS | {"todo", "shopping"}:
                at -= 1
            if rest[at] not in {"from", "off", "in", "on", "of", "out"} or not rest[:at]:
                break
            rest, from_list = rest[: at - (rest[at - 1 : at] == ["out"])], True
        else:
            break
    return rest, from_list
