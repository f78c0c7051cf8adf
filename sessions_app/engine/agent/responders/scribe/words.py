"""Splits spoken English into plain words and sentences, for finding commands in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sessions_app.engine.agent.responders.scribe.verb_forms import LONGEST_ASKING, as_imperative
from sessions_app.engine.text.stops import is_abbreviated
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import ends_clause, ends_sentence, goes_on

LEADS = listed(
    "so well and please then also but or no nope actually sorry oh hey hi hello scribe now just "
    "right anyway alright first second next thanks look listen wait quickly kindly maybe perhaps "
    "huh ooh y'all guys folks"
) | {
    *("could you", "can you", "would you", "will you", "can i", "could i", "may i", "can we"),
    *("could we", "i would like you to", "i want you to", "i need you to", "i would like to"),
    *("i want to", "i need to", "let us", "let me", "go ahead and", "be so kind and"),
    *("do me a favor and", "do me a favour and", "if you can", "never mind", "all right"),
    *("would you mind", "do you mind", "first thing", "next thing", "another thing"),
    *("would you be able to", "are you able to", "is it possible to", "would it be possible to"),
    *(
        "i mean",
        "do you happen to",
        "do you know",
        "do you think you could",
        "i was wondering if you could",
        "how about you",
    ),
    *("not that one", "i have to go", "i need to go", "i am off", "i have got to go", "i must go"),
    *("we need to", "can you also", "if you could", "could i please", "for me"),
    *("is it ok if you", "is it okay if you", "is it all right if you", "why do not you"),
    *("will you please", "would it be ok if you", "would it be okay if you"),
    *("excuse me", "thank you", "one more thing", "by the way", "i think", "i guess"),
    *("on second thought", "on second thoughts", "on reflection", "come to think of it"),
    *("that is all", "that was all", "that is it", "that was it", "for today", "for now"),
    *("we are done", "we are done here", "i am done", "that is wrong", "that was wrong"),
    *("that is not right", "that is a good idea", "good idea"),
}
"""Words and phrases that may introduce a command at the beginning of a sentence."""

REPORTING_VERBS = listed(
    "said says told tells asked asks saying wanted replied shouted answered thought knew"
)
"""Verbs of reported speech: "he said stop" is no command."""

_WRITTEN_OUT = {
    "can't": ("can", "not"),
    "won't": ("will", "not"),
    "let's": ("let", "us"),
    "lets": ("let", "us"),
    "dont": ("do", "not"),
    "didnt": ("did", "not"),
    "whats": ("what", "is"),
    "thats": ("that", "is"),
    "gotta": ("got", "to"),
    "lemme": ("let", "me"),
    "gimme": ("give", "me"),
    "wanna": ("want", "to"),
    "ya": ("you",),
    "u": ("you",),
    "pls": ("please",),
    "plz": ("please",),
    "thx": ("thanks",),
    "takenot": ("take", "note"),
    "takenote": ("take", "note"),
}
_ENDINGS = {"n't": "not", "'ve": "have", "'re": "are", "'ll": "will", "'m": "am", "'d": "would"}
_IS = re.compile(r"(what|long|that|who|where|how|when|it|there|here|he|she)'s")
_DOTTED = re.compile(r"\W*(?:[^\W\d]\.)+\W*")
"""Such as "p.m." or "U.S.", whose full stop may not end the sentence."""

_CHUNKS = re.compile(r"\S+?(?:(?<=[^\W\d_]{2})-+(?=[^\W\d_]{2})|(?=\s|$))")
"""Runs between blanks, also split at hyphens between words: "the garden-please note that"."""

_SETS_OFF = (":", "\u2013", "\u2014")
"""Marks that a text may begin after."""

_MISHEARD = {
    ("right", "down"): "write",
    ("no", "down"): "note",
    ("knew", "note"): "new",
    ("said", "a reminder"): "set",
    ("said", "reminder"): "set",
    ("by", "for now"): "bye",
    ("inaction", "item"): "action",
    ("we", "remind me to"): "please",
    ("i", "remind me to"): "please",
    **dict.fromkeys((("said", "up"), ("shot", "up"), ("shout", "up")), "shut"),
    **dict.fromkeys((("him", "up"), ("hand", "up"), ("hem", "up")), "hang"),
}
"""A misheard word and the words after it that show this, with the word that was meant."""

_ASKED = listed("make take write add create put note delete remove read set")
_OBJECTS = listed("a an the my our down note me")
_GREETS = listed("hey hi hello")
_LIKE_NEW = listed("knew who nu gnu")
_LIKE_NEW_TODO = listed("me knew nu gnu")
_DONE = listed("done finished")

_BEFORE_TODO = listed("a new another my the our add create")


_NOT_TODO = listed(
    "so this that it the what a an my your his her its our their these those them him us me you "
    "nothing something anything everything all more less better well good justice or and is was"
)
"""With one of these after it, "to do" is a verb, and no to-do."""


@dataclass(frozen=True, slots=True)
class PlainWord:
    """A word without punctuation, in lower case, and its place in the text.

    The two words of a contraction have the same place.
    """

    text: str
    start: int
    end: int
    marked: bool
    """Whether punctuation follows it."""

    stops: bool
    """Whether a sentence ends with it."""

    opened: bool = False
    """Whether a quote, a sign, a colon or a dash stands right before it."""


def command_words(text: str, *, as_heard: bool = False) -> list[PlainWord]:
    """Returns the words of `text`; unless `as_heard`, contractions are written out ("what is")."""
    words: list[PlainWord] = []
    opens = False
    for match in _CHUNKS.finditer(text):
        chunk = match.group()
        if not text[match.end() : match.end() + 1].isspace():
            chunk = chunk.rstrip("-")
        lower = chunk.lower().replace("\u2019", "'").strip("'")
        word = "".join(c for c in lower if c.isalnum() or c == "'").strip("'")
        shortened = "." in chunk[-2:] and is_abbreviated(chunk)
        stops = ends_sentence(chunk) and not shortened and not _DOTTED.fullmatch(chunk)
        marked = stops or ends_clause(chunk) or goes_on(chunk)
        if word:
            word = as_imperative(word, [before.text for before in words[-LONGEST_ASKING:]])
            texts = [word] if as_heard else list(_written_out(word))
            split = [PlainWord(part, match.start(), match.end(), False, False) for part in texts]
            split[0] = replace(split[0], opened=opens or not chunk[0].isalnum())
            last = replace(split[-1], marked=marked, stops=stops)
            words += [*split[:-1], last]
        elif words and marked:
            words[-1] = replace(words[-1], marked=True, stops=words[-1].stops or stops)
        opens = not word or chunk.endswith(_SETS_OFF)
    return (
        words
        if as_heard
        else [*_with_todos(_unmisheard([*_without_please([*_with_endings(words)])]))]
    )


def sentence_spans(words: Sequence[PlainWord]) -> list[tuple[int, int]]:
    """Returns the sentences of these words, each as its first word and the one after its last."""
    ends = [at + 1 for at, word in enumerate(words) if word.stops]
    if words and (not ends or ends[-1] < len(words)):
        ends.append(len(words))
    return list(zip([0, *ends], ends, strict=False))


def _written_out(word: str) -> Iterator[str]:
    if word in _WRITTEN_OUT:
        yield from _WRITTEN_OUT[word]
    elif _IS.fullmatch(word):
        yield from (word[:-2], "is")
    else:
        ending = next((end for end in _ENDINGS if word.endswith(end) and word != end), "")
        yield word.removesuffix(ending)
        if ending:
            yield _ENDINGS[ending]


def _with_endings(words: Sequence[PlainWord]) -> Iterator[PlainWord]:
    """Yields the words with "were done" as "we are done", and "hang up no" as "hang up now"."""
    for at, word in enumerate(words):
        last = at + 1 == len(words) or word.stops
        if last and word.text == "no" and [w.text for w in words[at - 2 : at]] == ["hang", "up"]:
            word = replace(word, text="now")  # noqa: PLW2901
        after = words[at + 1].text if at + 1 < len(words) else ""
        if word.text == "were" and after in _DONE and (at == 0 or words[at - 1].marked):
            yield replace(word, text="we", marked=False, stops=False)
            yield replace(word, text="are")
        else:
            yield word


def _unmisheard(words: Sequence[PlainWord]) -> list[PlainWord]:
    """Returns the words with "right down" as "write down" and the like."""
    if [word.text for word in words] == ["high", "there"]:
        return [replace(words[0], text="hi"), words[1]]
    fixed = list(words)
    for at, word in enumerate(words[:-1]):
        if _is_remind(words, at):
            fixed[at] = replace(word, text="remind")
        if _is_new_note(words, at):
            fixed[at : at + 2] = (replace(word, text="new"), replace(words[at + 1], text="note"))
        if at and not words[at - 1].marked:
            continue
        if _is_new_todo(words, at):
            fixed[at] = replace(word, text="new")
        for (misheard, after), right in _MISHEARD.items():
            follows = " ".join(w.text for w in words[at + 1 : at + 1 + len(after.split())])
            if word.text == misheard and follows == after and not word.marked:
                fixed[at] = replace(word, text=right)
    return fixed


def _is_remind(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether "remember me to call" is said for "remind me to call"."""
    if [word.text for word in words[at : at + 2]] != ["remember", "me"] or at + 3 >= len(words):
        return False
    asks = not at or words[at - 1].marked or words[at - 1].text in {"please", "to", "you", "and"}
    to_whom = words[at + 3].text in {"your", "the", "her", "his", "them", "him", "everyone", "all"}
    joins = words[at + 2].text in {"to", "that", "about", "of"}
    return asks and joins and not (words[at + 2].text == "to" and to_whom)


def _without_please(words: Sequence[PlainWord]) -> Iterator[PlainWord]:
    """Yields the words with "make please a note" as "make a note"."""
    for at, word in enumerate(words):
        if word.text == "please" and 0 < at < len(words) - 1 and not word.marked:
            before, after = words[at - 1], words[at + 1].text
            if before.text in _ASKED and not before.marked and after in _OBJECTS:
                continue
        yield word


def _is_new_note(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether "scribe knew not" or "scribe, who note" is "scribe, new note" misheard."""
    said = [word.text for word in words[max(at - 1, 0) : at + 2]]
    noted = said[-1:] == ["note"] and said[1:2] != [] and said[1] in _LIKE_NEW
    if said[:1] != ["scribe"] or not (noted or said[1:] == ["knew", "not"]):
        return False
    if words[at - 1].marked:
        return True
    if at == 1 or words[at - 2].stops:
        return words[at + 1].marked and not words[at + 1].stops
    return words[at - 2].text in _GREETS


def _is_new_todo(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether "me to do, book the hall" is "new to-do, book the hall" misheard."""
    todo = [word.text for word in words[at + 1 : at + 3]] == ["to", "do"]
    if not todo or words[at].text not in _LIKE_NEW_TODO or at + 3 >= len(words):
        return False
    return words[at + 2].marked and not any(word.stops for word in words[at : at + 3])


def _with_todos(words: Sequence[PlainWord]) -> Iterator[PlainWord]:
    """Yields the words with "to do" as the single word "todo" where it is a noun."""
    at = 0
    while at < len(words):
        pair = words[at : at + 2]
        shown = [word.text for word in pair]
        if shown in (["to", "dos"], ["to", "do's"]) and not pair[0].marked:
            yield replace(pair[1], text="todos", start=pair[0].start, opened=pair[0].opened)
            at += 2
            continue
        if shown == ["to", "to"] and not pair[0].marked and (at == 0 or words[at - 1].stops):
            yield replace(pair[1], text="todo", start=pair[0].start, opened=pair[0].opened)
            at += 2
            continue
        if shown == ["to", "do"] and not pair[0].marked:
            before = words[at - 1] if at else None
            follows = words[at + 2].text if at + 2 < len(words) else ""
            first = (before is None or before.stops) and follows not in _NOT_TODO
            first = first or _is_label(pair, before)
            if first or (before and before.text in _BEFORE_TODO) or follows in {"list", "lists"}:
                yield replace(pair[1], text="todo", start=pair[0].start, opened=pair[0].opened)
                at += 2
                continue
        yield words[at]
        at += 1


def _is_label(pair: Sequence[PlainWord], before: PlainWord | None) -> bool:
    """Returns whether "to-do" is written as one word, or set apart as in "it drips, to do: mop"."""
    to, do = pair
    return to.end == do.start or (before is not None and before.marked and do.marked)
