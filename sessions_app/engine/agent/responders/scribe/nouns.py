"""Notes and tasks that are only spoken of: "another note came", "a new task force"."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.adverbials import WHEN
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

MEMORIES = listed(
    "time day night evening morning summer winter year week guy man woman girl boy kid song film "
    "movie book place one party trip game letter story essay thing was is"
)
"""After "remember that": what is told of, and is no text."""

_NOUNS = listed("note notes memo message item point task todo reminder")
_ASKS = listed(
    "take make add create write put start open do get have leave keep save record set note give "
    "jot type"
)
"""With these a phrase asks for a note, whatever follows."""

_PREDICATE_WORDS = listed(
    "is are was were am be been being has had does did will would can could should may might must "
    "came comes went goes left fell falls lay lies stood stands hung hangs said says told tells "
    "made makes took takes gave gives got gets became becomes began begins kept keeps seems looks "
    "sold done sounds means meant needs helps which who whose"
)
"""After a noun these tell something of it."""

_NOT_TOLD = listed("hundred naked wicked sacred embed")
_SHORTEST_TOLD = 5
_OF = listed("of from by")
_PLACES = listed("on in at under behind above from")
_PUT_THERE = listed("in under behind above from")
"""With these a note is paper, whatever is done with it; one on a thing may be about it."""

_WANTS = listed("i we")
_OR_ANOTHER = listed("and or")
"""After what somebody needs, these go on with what else: "a new note and a new pen"."""

_DETERMINERS = listed("the a an my your his her its our their this that these those")
_COMPOUNDS = {
    **dict.fromkeys(
        ("note", "notes", "memo"),
        listed("card cards book books pad pads paper papers taker takers taking head heads"),
    ),
    "task": listed("force forces manager managers master masters bar bars list lists group"),
    "reminder": listed("letter letters email emails card cards notice notices app apps"),
    "message": listed("board boards box boxes"),
    "todo": listed("list lists app apps"),
}
"""What makes another thing of a note: "note cards"."""

_LAYS = listed("put get take")
_PLACED = listed("from off on onto into")
"""After "take that down" with these a thing is taken: "from the wall"."""

_KEEPS = listed("save record mark log")
_PERSONS = listed("i you he she we they there")
SHORTEST_STATEMENT = 3
_CLAUSE_SUBJECTS = _DETERMINERS | listed(
    "i you he she it we they there someone somebody everyone nobody"
)
"""With these a clause begins: "save that the code is 12" is no seat that is to be saved."""


def is_statement(words: Sequence[PlainWord], at: int, end: int) -> bool:
    """Returns whether words say something of somebody: "we need eggs", "the tap is dripping".

    That is up to a mark; "this tap" is one that is shown.
    """
    end = next((n + 1 for n in range(at, end) if words[n].marked), end)
    if words[at].text == "this":
        return False
    if end - at < SHORTEST_STATEMENT or words[at].text not in _CLAUSE_SUBJECTS:
        return False
    told = any(_tells(word.text) for word in words[at + 1 : end])
    return told or words[at].text in _PERSONS


def is_spoken_of(words: Sequence[PlainWord], at: int, stop: int) -> bool:
    """Returns whether a phrase up to `stop` is a thing that is told of, and asks for no note.

    What follows tells that, and no mark or quote stands between.
    """
    if stop >= len(words) or words[stop - 1].marked or words[stop].opened:
        return False
    verb, last = words[at].text, words[stop - 1].text
    if last in _NOUNS:
        return _is_noun(verb, last, [word.text for word in words[stop : stop + 3]])
    if last == "down" and verb in _LAYS:
        return words[stop].text in _PLACED and _follows(words, stop + 1, _DETERMINERS)
    return last == "that" and verb in _KEEPS and not _is_clause(words, stop)


def _is_noun(verb: str, noun: str, follows: Sequence[str]) -> bool:
    after, then = follows[0], follows[min(1, len(follows) - 1)]
    if after in _COMPOUNDS.get(noun, ()) or (verb in _WANTS and after in _OR_ANOTHER):
        return True
    placed = after in _PLACES and then in _DETERMINERS
    if verb in _ASKS:
        timed = follows[-1] in WHEN  # "take a note in the morning we leave" says what to write
        return placed and not timed and (after in _PUT_THERE or verb == "leave")
    return after in _OF or placed or _tells(then if after == "that" else after)


def _follows(words: Sequence[PlainWord], at: int, any_of: frozenset[str]) -> bool:
    return at < len(words) and words[at].text in any_of


def _tells(word: str) -> bool:
    if word in _PREDICATE_WORDS:
        return True
    past = word.endswith("ed") and not word.endswith("eed") and len(word) >= _SHORTEST_TOLD
    return past and word not in _NOT_TOLD


def _is_clause(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether a clause begins at a word: one with a subject, or with what tells of one."""
    if words[at].text in _CLAUSE_SUBJECTS:
        return True
    end = next((n for n in range(at, len(words)) if words[n].stops), len(words) - 1)
    return any(_tells(word.text) for word in words[at + 1 : end + 1])
