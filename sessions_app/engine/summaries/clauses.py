"""Splits English sentences into clauses that each request or state something.

The cuts lie where an independent clause begins: after "and" or a comma and, since many
recognisers write no punctuation, before words that always begin a request. Words are unchanged.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sessions_app.engine.summaries.actions import BY_THE_WAY, LEADS, VERBS, WHO, is_action
from sessions_app.engine.summaries.address import ADDRESS_START, OPENS_ADDRESS, is_assignment
from sessions_app.engine.summaries.asides import (
    is_reporting,
    is_within_aside,
    without_asides,
    without_reports,
)
from sessions_app.engine.summaries.assignments import ASSIGNED_START, assignee
from sessions_app.engine.summaries.day_words import DAYS
from sessions_app.engine.summaries.phone_talk import is_about_the_call
from sessions_app.engine.text.writing import count, has_marks

MIN_CLAUSE_WORDS = 5
"""A shorter statement cannot stand alone. Higher: fewer key points; lower: fragments."""

MIN_ORDER_WORDS = 3
"""A shorter order keeps the statement before it, which says what it is about."""

LOOK_BACK_CHARACTERS = 60
"""How many characters before a verb are examined for words that govern it."""

_AUXILIARY = r"(?:was|were|is|are|has|had|will|should|must|needs? to|can|could|did|does)"
_REQUEST_STARTS = (
    r"(?:(?:can|could|would|will) you|do(?: not|n['\u2019]t) forget|remember to|make sure"
    rf"|be sure to|let['\u2019]s|let us|please (?:do(?: not|n['\u2019]t) |also |just )?{VERBS})\b"
)
"""Words that begin a request anywhere in a sentence."""

_IF_YOU_CAN = (
    r"(?:if (?:you (?:can|could|like|want|please|don['\u2019]t mind|have (?:the )?time)"
    r"|possible),? )"
)
_LABEL = (
    r"(?:(?:the|an?|another|my|our|one) )?"
    r"(?:action (?:item|point)|to-?do|task|follow[ -]up|next step)"
    r"(?: for [\w'\u2019-]+(?: [\w'\u2019-]+)?)?"
)
"""What only announces what comes after the mark: "to-do for Ines, call the printer"."""

_WHEN_FIRST = (
    rf"(?:(?:(?:on|by|before|until) (?:(?:next|this) )?(?:{'|'.join(DAYS)})|tomorrow|tonight"
    r"|(?:this|next) (?:week(?:end)?|month|morning|afternoon|evening)),? )"
)
"""A time before the clause that it belongs to: "and on Friday Anna brings the cake"."""

_CLAUSE_STARTS = (
    rf"(?:{_IF_YOU_CAN}?{_REQUEST_STARTS}|please\b|{_LABEL}[:,]\s|{ADDRESS_START}"
    rf"|{_WHEN_FIRST}?{ASSIGNED_START}|{_WHEN_FIRST}(?:i|we) (?:have to|need to|must|will)\b"
    rf"|{BY_THE_WAY}?{VERBS}\b(?! (?:him|her|them|it)\b)"  # the name is in the clause before
    rf"|(?:it|that|this|there)(?:['\u2019]s| {_AUXILIARY})\b"
    rf"|{WHO}(?:['\u2019]\w+)?\s"
    r"|(?:the|my|our|a|an|his|her|their|your)\s\S+"
    rf"(?:\s(?!(?:who|which|that|whom|whose)\b)\S+)? {_AUXILIARY}\b"
    rf"|(?!(?:who|whom|whose|which|what|where|when|how|why|than|because|if)\b)\w+ {_AUXILIARY}\b)"
)
_CONJUNCTIONS = r"(?:(?:and|then|but|so|also)\s)+"
_CONJUNCTION = re.compile(_CONJUNCTIONS, re.IGNORECASE)
_NOT_AFTER = (
    r"(?<!\band)(?<!\bbut)(?<!\balso)(?<!\bthen)(?<!\bso)(?<!\bto)(?<!\bplease)(?<!\byou)"
    r"(?<!\bthat)(?<!\bif)(?<!\bwhat)"
)
_CLAUSE_CUTS = re.compile(
    rf"[,;:\u2013\u2014-]\s+(?=(?:{_CONJUNCTIONS})?{_CLAUSE_STARTS})|\s(?={_CONJUNCTIONS}{_CLAUSE_STARTS})"
    rf"|{_NOT_AFTER}\s(?={_REQUEST_STARTS})",
    re.IGNORECASE,
)
_NEXT_ORDER = re.compile(
    r"\s(?=(?:tell|ask|buy|pay|send|remind|cancel|bring|inform|write to|arrange|confirm|collect"
    r"|call|email|invite|pick up) "
    r"(?:(?:the|my|our|a|an|his|her|their)\b|\w+ (?:that|to|about|on|at|by)\b))",
    re.IGNORECASE,
)
"""Where the next order may begin in unpunctuated orders."""

_GOVERNED = re.compile(
    r"(?:\b(?:another|any|some|each|every|no|this|these|those|more|one|two|next|last|first|final|quick"
    r"|short|new|phone|to|and|or|not|never|nor|than|without|the|a|an|my|our|your|his|their|i|we|you|he|she|they"
    r"|it|who|that|us|him|her|them|me|please|will|would|can|could|shall|should|may|might|must|do|does"
    r"|did|let['\u2019]s|help|cannot)|(?:n['\u2019]t|['\u2019](?:ll|d)))"
    r"(?: (?:also|just|ever|even|only|always|really|simply|still))*$",
    re.IGNORECASE,
)
"""Words after which a verb is no order: "don't even call", "to tell", "another call"."""

_SUBORDINATE = re.compile(
    rf"{LEADS}(?:if|when|once|after|before(?! i forget)|unless|until|as soon as|while|because"
    r"|since|where)\b",
    re.IGNORECASE,
)
_ONLY_LABEL = re.compile(_LABEL, re.IGNORECASE)
_SUBJECT = re.compile(
    rf"(?i:{LEADS}(?!{VERBS}\b))(?:(?i:the|my|our|his|her|their) [\w'\u2019-]+"
    r"|[A-Z][\w'\u2019.-]+(?: [A-Z][\w'\u2019-]+)*)"
)
"""A subject, which may be the first of several: "Anna and Tom will send it"."""

_TELLING_SOMEBODY = re.compile(
    r"\b(?:tell|inform|remind|notify|let|ask|write|text|email|message|say)\b.* "
    r"(?:that|know|whether|if|about)\b",
    re.IGNORECASE,
)
_EDGE_MARKS = " ,;:\u2013\u2014-"
_DANGLING = re.compile(
    r"(?:[\s,;:]+(?:and|but|or|because)|[,;:]\s*(?:so|then|that))+$", re.IGNORECASE
)
"""Conjunctions at the end of a clause that belong to the next."""

_LEAD_WORDS = re.compile(rf"{LEADS}(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause; `asks` if it requests, promises or dates something to be done."""

    text: str
    asks: bool


def clauses(sentence: str) -> list[Clause]:
    """Returns a sentence's requests, and its statements that can stand alone.

    A sentence without requests is one clause.
    """
    parts = [part for piece in _pieces(sentence) for part in _orders(piece, sentence)]
    if not any(map(_asks, parts)):
        asks = _asks(sentence) and not any(map(is_about_the_call, parts))
        return [Clause(_bare(sentence) if asks else sentence, asks)]
    return list(_joined(parts))


def _pieces(sentence: str) -> Iterator[str]:
    """Yields the sentence split where clauses begin, each piece with the mark after it."""
    start = 0
    for cut in _CLAUSE_CUTS.finditer(sentence):
        head = sentence[start : cut.start()]
        ahead = sentence[cut.end() :]
        if cut.group().startswith(",") and OPENS_ADDRESS.match(head.strip()):
            continue
        if is_reporting(head) and not _CONJUNCTION.match(ahead):
            continue
        if cut.group().isspace() and is_within_aside(head):
            continue
        if _ONLY_LABEL.fullmatch(head.strip()):
            continue
        if not head.strip() or _SUBORDINATE.match(head) or _SUBJECT.fullmatch(head.strip()):
            continue
        if _TELLING_SOMEBODY.search(head) and not _asks(ahead.partition(",")[0]):
            continue
        yield sentence[start : cut.end()]
        start = cut.end()
    yield sentence[start:]


def _orders(piece: str, sentence: str) -> list[str]:
    """Returns a request split before each further order."""
    if has_marks(sentence.rstrip(" .")) or not _asks(piece):
        return [piece]
    more = (
        cut.end()
        for cut in _NEXT_ORDER.finditer(piece)
        if not _GOVERNED.search(piece[: cut.start()][-LOOK_BACK_CHARACTERS:])
    )
    cuts = [0, *more, len(piece)]
    return [piece[start:end] for start, end in pairwise(cuts)]


def _joined(parts: list[str]) -> Iterator[Clause]:
    """Yields each request by itself, and the text between two requests as one statement."""
    statement = ""
    for part in parts:
        if not _asks(part):
            statement += part
            continue
        if statement and count(_bare(part)) < MIN_ORDER_WORDS:
            part, statement = statement + part, ""  # noqa: PLW2901 - "he comes on Monday, tell Martin"
        yield from _statement(statement)
        yield Clause(_bare(part), asks=True)
        statement = ""
    yield from _statement(statement)


def _asks(text: str) -> bool:
    """Returns whether the main clause, without relative clauses and quotes, is an action item."""
    main = without_reports(without_asides(text))
    asks = is_action(main) or is_assignment(main) or assignee(main) is not None
    return asks and not is_about_the_call(main)


def _statement(text: str) -> Iterator[Clause]:
    """Yields the text as a clause, if it is long enough to stand alone."""
    bare = _bare(text)
    if count(bare) >= MIN_CLAUSE_WORDS:
        yield Clause(bare, asks=False)


def _bare(text: str) -> str:
    """Returns a clause without conjunctions and marks at its edges."""
    stripped = text.strip().rstrip(_EDGE_MARKS)
    stripped = _DANGLING.sub("", stripped).rstrip(_EDGE_MARKS)
    return _LEAD_WORDS.sub("", stripped, count=1) or stripped
