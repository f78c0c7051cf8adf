"""Recognises commands in free wording: whole sentences of a small vocabulary.

No list of phrases has all ways to ask for one's notes. A sentence is also a command if it begins as
requests do, has a word that names what is asked for, and has no word from outside the command's
vocabulary: "let me hear everything I have noted so far". Commands with a text are not found this
way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.text.word_lists import listed

MOST_WORDS = 14
"""Words. Higher takes long sentences for commands; lower misses wordy requests."""

_FILL = listed(
    "please scribe me us you i we my the our your a an any of to for with from so far yet now "
    "then again just back out up down through over on in at that this it them those these and "
    "last latest previous recent most moment is are was have has do did been can could would will "
    "be got get there here one ones thing things quickly quick today thanks bit already"
)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The vocabulary of a command.

    A sentence must start with a word of `begins`, hold all words of one of `names` in their order,
    and otherwise consist of common words, `begins` and `also`, without those of `but`.
    """

    intent: Intent
    begins: frozenset[str]
    names: tuple[str, ...]
    also: frozenset[str] = frozenset()
    but: frozenset[str] = frozenset()


_VOCABULARIES = (
    _Vocabulary(
        Intent.READ,
        listed(
            "read tell show list give hear run go walk see what which have do did play check "
            "review look any how is are let know repeat"
        ),
        (
            *("notes", "note", "noted", "written", "wrote", "write", "saved", "recorded", "jotted"),
            *("list", "have so far", "got so far", "everything back", "all back", "what i have"),
            *("what you have", "on there", "in there", "got down"),
        ),
        listed(
            "notes note noted written wrote write saved recorded jotted list item items action "
            "todo todos tasks reminders anything something many how what which aloud loud "
            "everything all entries two three four five six seven eight nine ten"
        ),
        listed("a been of"),
    ),
    _Vocabulary(
        Intent.UNDO,
        listed(
            "undo delete remove erase scratch strike cross cancel take get throw discard revert"
        ),
        (
            *("undo", "delete that", "delete the", "remove what", "remove that", "remove the"),
            *(
                "erase",
                "scratch that",
                "scratch the",
                "strike",
                "cross",
                "cancel that",
                "last note",
            ),
            *("last one", "last item", "last entry", "take that back", "take that out"),
            *("take it back", "take it out", "rid of that", "rid of the", "revert", "discard"),
            *("that away", "it away", "take that off", "take it off"),
        ),
        listed("note item entry list rid away off wrote written noted added said saved line what"),
        listed("call to have been notes"),
    ),
    _Vocabulary(
        Intent.RECAP,
        listed(
            "give get have sum summarise summarize recap do make tell what where remind bring "
            "catch quick short brief a need want hear can go run walk"
        ),
        (
            *(
                "recap",
                "summary",
                "summarise",
                "summarize",
                "sum",
                "talked",
                "discussed",
                "covered",
            ),
            *(
                "i told you",
                "i have told",
                "we have said",
                "i have said",
                "i said",
                "we said",
                "spoken",
                "short version",
                "the gist",
                "up to date",
            ),
            *("did we talk", "did i talk", "did we discuss", "did we cover", "did we say"),
        ),
        listed(
            "told recap summary summarise summarize sum talked discussed covered said spoken "
            "short brief talk discuss cover say version gist date about what where were call "
            "conversation talk everything remind all"
        ),
    ),
    _Vocabulary(
        Intent.REPEAT,
        listed("repeat say tell what sorry pardon come i one once read"),
        (*("repeat", "say again", "that again", "it again", "once more", "one more time"),),
        listed(
            "repeat say said again once more time catch hear missed not part sentence quite word "
            "words what slowly slower louder understand"
        ),
        listed("my notes"),
    ),
    _Vocabulary(
        Intent.REPEAT,
        listed("sorry pardon what i"),
        ("not catch", "not hear", "not get", "not understand", "missed that"),
        listed("catch hear missed not part sentence quite word words what understand said"),
        listed("my notes it them those these"),
    ),
    _Vocabulary(
        Intent.TIME,
        listed("what tell do have got any how know give"),
        ("the time", "what time", "how late"),
        listed("what time idea know how late right current"),
        listed("to for been last most recent there over"),
    ),
    _Vocabulary(
        Intent.LENGTH,
        listed("how"),
        ("how long", "how many minutes", "how much time"),
        listed(
            "how long many much minutes time talked talking speaking spoken call conversation "
            "line phone going"
        ),
        listed("to for"),
    ),
    _Vocabulary(
        Intent.HELP,
        listed("what how help i tell which explain show"),
        (
            *("help", "commands", "you do", "i say", "i ask", "this work", "it work", "i use"),
            *("instructions", "can i do", "can you do", "my options", "this works", "it works"),
        ),
        listed(
            "what how help which explain tell show commands say ask work use instructions options "
            "else need some able know understand works kind kinds sort"
        ),
        listed("them those these did up"),
    ),
    _Vocabulary(
        Intent.END,
        listed("end hang finish close stop disconnect terminate cut"),
        ("call", "hang up", "conversation", "disconnect"),
        listed("call hang conversation phone end here"),
        listed("have been my"),
    ),
)
_NOT_HEARD = listed("not missed repeat")
_WRITING = listed("get have write note put take")
_AT_A_LOSS = listed("help know understand instructions commands options")
_HAS_TO_DO_WITH = "to do with"
"""No request has this: "what do I have to do with it?"."""

_ABOUT_TALK = listed("talked talking speaking spoken call conversation line phone going")


def freely_worded(words: Sequence[str]) -> Intent | None:
    """Returns the command that a sentence of these words is, or None."""
    if not 1 < len(words) <= MOST_WORDS or _in_a_row(_HAS_TO_DO_WITH, words):
        return None
    for vocabulary in _VOCABULARIES:
        allowed = (_FILL | vocabulary.begins | vocabulary.also) - vocabulary.but
        if words[0] not in vocabulary.begins or not allowed.issuperset(words):
            continue
        if vocabulary.intent is Intent.HELP and words[0] == "i" and not _AT_A_LOSS & set(words):
            continue  # "I have to say that was quick"
        if vocabulary.intent is Intent.REPEAT and words[0] == "i" and not _NOT_HEARD & set(words):
            continue  # "I will say it again"
        if vocabulary.intent is Intent.READ and words[0] in {"let", "go"} and _writes(words):
            continue  # "let us get that written down", "go on, write it down"
        if vocabulary.intent is Intent.LENGTH and not _ABOUT_TALK.intersection(words):
            continue
        if any(_in_order(name.split(), words) for name in vocabulary.names):
            return vocabulary.intent
    return None


def _writes(words: Sequence[str]) -> bool:
    """Returns whether these words ask to write something down, and not to read it."""
    things = {"that", "it", "this"}
    return any(verb in _WRITING and thing in things for verb, thing in pairwise(words))


def _in_a_row(wanted: str, words: Sequence[str]) -> bool:
    return f" {wanted} " in f" {' '.join(words)} "


def _in_order(wanted: Sequence[str], words: Sequence[str]) -> bool:
    rest = iter(words)
    return all(word in rest for word in wanted)
