"""Notes and tasks that are only talked about: "another note came", "a new task force"."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.adverbials import WHEN
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

MEMORIES = listed(
    "time day night evening morning summer winter year week guy man woman girl boy kid song film "
    "movie book place one party trip game letter story essay thing was is"
)
"""After "remember that" these are talked about, and begin no text: "remember that day"."""

_NOUNS = listed("note notes memo message item point task todo reminder")
_REQUEST_VERBS = listed(
    "take make add create write put start open do get have leave keep save record set note give "
    "jot type"
)
"""With these verbs a phrase asks for a note, whatever follows."""

_PREDICATE_WORDS = listed(
    "is are was were am be been being has had does did will would can could should may might must "
    "came comes went goes left fell falls lay lies stood stands hung hangs said says told tells "
    "made makes took takes gave gives got gets became becomes began begins kept keeps seems looks "
    "sold done sounds means meant needs helps which who whose"
)
"""After a noun these make a statement about it: "another note came"."""

_NOT_PAST_TENSE = listed("hundred naked wicked sacred embed")

_SHORTEST_PAST_TENSE = 5
"""Letters. Shorter words such as "bed" and "shed" end in "ed" without being verbs."""

_OF = listed("of from by")
_PLACES = listed("on in at under behind above from")
_PUT_THERE = listed("in under behind above from")
"""With these a note is a piece of paper: "put a note under the door"."""

_FOR_US = listed("me us myself ourselves later")
"""In "leave a note for the postman" somebody else gets it."""

_WANTS = listed("i we")
_OR_ANOTHER = listed("and or")
"""After "I need a new note" these go on with something else: "and a new pen"."""

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
"""Words that make a compound with the noun: "note cards"."""

_LAY_VERBS = listed("put get take")
_MOVED_WHERE = listed("from off on onto into")
"""After "take that down" these show that a thing is moved: "from the wall"."""

_KEEP_VERBS = listed("save record mark log capture minute flag")
_PERSONS = listed("i you he she we they there")

SHORTEST_STATEMENT = 3
"""Words of a statement: subject, verb and something more."""

_CLAUSE_SUBJECTS = _DETERMINERS | listed(
    "i you he she it we they there someone somebody everyone nobody"
)
"""Words that begin a clause: "save that the code is 12", unlike "save that seat"."""


def is_statement(words: Sequence[PlainWord], at: int, end: int) -> bool:
    """Returns whether the words up to a mark are a statement: "we need eggs", "the tap drips".

    One that begins with "this" does not count: the caller points at something.
    """
    end = next((n + 1 for n in range(at, end) if words[n].marked), end)
    if end - at < SHORTEST_STATEMENT or words[at].text == "this":
        return False
    if words[at].text not in _CLAUSE_SUBJECTS:
        return False
    predicate = any(_is_predicate(word.text) for word in words[at + 1 : end])
    return predicate or words[at].text in _PERSONS


def names_text(words: Sequence[PlainWord], at: int, end: int) -> bool:
    """Returns whether a thing is named with a colon and more after it: "this number: 5511"."""
    if at >= end or words[at].text not in _DETERMINERS:
        return False
    named = range(at + 2, min(at + 2 + SHORTEST_STATEMENT, end))
    return any(words[n].opened and words[n - 1].marked for n in named)


def tells_clause(words: Sequence[str]) -> bool:
    """Returns whether the words after "that" are a clause by their verb: "Tom wants the key"."""
    verbs = (n for n in (2, 3) if len(words) > n + 1)
    return any(
        words[n].endswith(("s", "ed"))
        and words[n + 1] in _DETERMINERS | {"to", "it", "them", "him"}
        for n in verbs
    )


def is_only_mentioned(words: Sequence[PlainWord], at: int, stop: int) -> bool:
    """Returns whether a phrase from `at` to `stop` only talks about a note, by what follows it.

    "Another note came" does; a mark or quote after the phrase makes it a command.
    """
    if stop >= len(words) or words[stop - 1].marked or words[stop].opened:
        return False
    verb, last = words[at].text, words[stop - 1].text
    if last in _NOUNS:
        return _is_noun(verb, last, [word.text for word in words[stop : stop + 3]])
    if last == "down" and verb in _LAY_VERBS:
        return words[stop].text in _MOVED_WHERE and _follows(words, stop + 1, _DETERMINERS)
    return last == "that" and verb in _KEEP_VERBS and not _is_clause(words, stop)


def _is_noun(verb: str, noun: str, follows: Sequence[str]) -> bool:
    """Returns whether the words after "a note" make it a thing: "came", "on the fridge"."""
    after, then = follows[0], follows[min(1, len(follows) - 1)]
    if after in _COMPOUNDS.get(noun, ()) or (verb in _WANTS and after in _OR_ANOTHER):
        return True
    placed = after in _PLACES and then in _DETERMINERS
    if verb == "leave" and after == "for" and then not in _FOR_US:
        return True
    if verb in _REQUEST_VERBS:
        timed = follows[-1] in WHEN  # "take a note in the morning we leave" says what to write
        return placed and not timed and (after in _PUT_THERE or verb == "leave")
    return after in _OF or placed or _is_predicate(then if after == "that" else after)


def _follows(words: Sequence[PlainWord], at: int, any_of: frozenset[str]) -> bool:
    return at < len(words) and words[at].text in any_of


def _is_predicate(word: str) -> bool:
    """Returns whether a word may be the verb of a statement: "came", "dripped"."""
    if word in _PREDICATE_WORDS:
        return True
    past = word.endswith("ed") and not word.endswith("eed") and len(word) >= _SHORTEST_PAST_TENSE
    return past and word not in _NOT_PAST_TENSE


def _is_clause(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether a clause begins at a word, with a subject or a verb in it."""
    if words[at].text in _CLAUSE_SUBJECTS:
        return True
    end = next((n for n in range(at, len(words)) if words[n].stops), len(words) - 1)
    return any(_is_predicate(word.text) for word in words[at + 1 : end + 1])
