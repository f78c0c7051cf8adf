"""Which full stops end a sentence: not those of abbreviations, initials, ordinals and lists. Pure.

`writing` knows the marks; this knows the words before them. It errs towards too few ends.
"""

import re

from sessions_app.core import marks, writing
from sessions_app.core.languages import base_of

_ABBREVIATION = re.compile(
    r"dr|mr|mrs|ms|prof|st|vs|etc|e\.g|i\.e|u\.s|u\.k|a\.m|p\.m|inc|ltd|jr|sr|approx|dept|fig|vol"
    r"|ca|cf|al|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
    r"|hr|fr|nr|str|tel|bzw|evtl|ggf|inkl|zzgl|d\.h|z\.b|u\.a|i\.d\.r"  # before German nouns
    r"|sra|srta|dra|avda|ud|uds|núm|sig|sig\.ra|dott|avv|dhr|mevr|bijv|exmo|exma"
)
_LAST_TOO = re.compile(r"a\.m|p\.m|etc|inc|ltd|jr|sr|u\.s|u\.k")
"""Abbreviations that sentences end with, too: they do where a capital follows."""

_DATED = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    r"|(?:Jan|Feb|Mar|Apr|May|June|July|Aug|Sep|Oct|Nov|Dec)\w*\b"
)
"""Has a capital without a sentence beginning: "at 9 a.m. Tuesday"."""

COUNTED = re.compile(r"(?:^|\s)(?:No|Nos|nos|Nr|nr|pp|Fig|fig|Ext|ext|Ch|ch|n|N|núm|n\.º)\.\s*$")
"""What is said before a number, as it is shortened."""

_LIST_NUMBER = re.compile(r"(?:^|\n)\s*\d+[.)]\s*$")
_LAST_WORD = re.compile(rf"(\S+?)[.!?…]*{marks.closing()}\s*$")
_DAY = re.compile(r"(?<![\d.,:])\d{1,2}\.\s*$")
_ORDINALS = re.compile("cs|da|de|et|fi|hr|hu|is|lv|nb|nn|no|pl|sk|sl|sr|tr")
"""Languages that write an ordinal as a figure with a full stop."""

_STOPPED = re.compile(rf"\.{marks.closing()}\s*$")
_ENDS = re.compile(marks.sentence_end())


def is_abbreviated(word: str) -> bool:
    """Returns whether a word that ends in a full stop, or lacks it, is an abbreviation."""
    bare = _bare(word)
    if _ABBREVIATION.fullmatch(bare):
        return True
    return len(bare) == 1 and bare != bare.upper() and bare != "i"


def holds_on(text: str) -> bool:
    """Returns whether a mark at the end of `text` is no end: an abbreviation, a list number."""
    if _LIST_NUMBER.search(text.rstrip()):
        return True
    last = _LAST_WORD.search(text)
    if last is None or "." not in text.rstrip()[-2:]:
        return False
    return is_abbreviated(last.group(1))


def whole_sentences(text: str, language: str = "") -> list[str]:
    """Returns `text` cut where its sentences end, without the blanks between; all of its marks.

    `language` (BCP 47) tells where "3." is an ordinal.
    """
    pieces, start = [], 0
    capitals = next(filter(str.isalpha, text), "").isupper()
    for end in _ENDS.finditer(text):
        rest = text[end.end() :].lstrip(marks.OPENERS)
        if rest and _is_end(text[start : end.end()], rest, language, capitals=capitals):
            pieces.append(text[start : end.end()].strip())
            start = end.end()
    return [piece for piece in (*pieces, text[start:].strip()) if piece]


def _is_end(head: str, rest: str, language: str, *, capitals: bool) -> bool:
    """Returns whether a sentence ends with `head`; with `capitals` small letters begin none."""
    small = rest[0].islower()
    if not any(map(str.isalnum, head)):
        return False
    if not _STOPPED.search(head):
        return not small or not (writing.goes_on(head) or writing.ends_quote(head))
    if COUNTED.search(head) and rest[0].isdigit():
        return False
    if _DAY.search(head) and _ORDINALS.fullmatch(base_of(language)):
        return False
    last = _LAST_WORD.search(head)
    if last is not None and _LAST_TOO.fullmatch(_bare(last.group(1))):
        return rest[0].isupper() and not _DATED.match(rest)
    # a small letter goes on with the sentence (UAX 29, SB8)
    return not (small and capitals) and not holds_on(head) and not _is_initial(head)


def _is_initial(head: str) -> bool:
    """Returns whether `head` ends in a person's initial, as in "J. Smith"; "I" is a word."""
    last = _LAST_WORD.search(head)
    bare = last.group(1).rstrip(".") if last else ""
    return len(bare) == 1 and bare.isupper() and bare.isascii() and bare != "I"


def _bare(word: str) -> str:
    return word.lower().rstrip(".").lstrip("(\"'\u201c\u2018")
