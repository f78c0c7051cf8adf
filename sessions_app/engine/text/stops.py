"""Tells full stops that end a sentence from those of abbreviations, initials, ordinals and lists.

Pure. `writing` knows the marks, this module the words before them. If unsure, it does not split.
"""

import re

from sessions_app.engine.text import marks, writing
from sessions_app.engine.text.languages import base_of

_ABBREVIATION = re.compile(
    r"dr|mr|mrs|ms|prof|st|vs|etc|e\.g|i\.e|u\.s|u\.k|a\.m|p\.m|inc|ltd|jr|sr|approx|dept|fig|vol"
    r"|ca|cf|al|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
    r"|hr|fr|nr|str|tel|bzw|evtl|ggf|inkl|zzgl|d\.h|z\.b|u\.a|i\.d\.r"  # before German nouns
    r"|sra|srta|dra|avda|ud|uds|núm|sig|sig\.ra|dott|avv|dhr|mevr|bijv|exmo|exma"
    r"|pág|págs|párr|aprox|séc|env|éd|c\.-à-d|pag|pagg|artt|sez|ecc|usw|enz|blz|hfst"
)
_FOR_EXAMPLE = re.compile(
    r"(?<![\w.])(?:p\.\s?|(?:par|por|per|ad)\s)e[xjs]\."
    rf"{marks.closing()}\s*$",
    re.IGNORECASE,
)
""""For example" as two abbreviations; the second alone is an ordinary word: "p. ex."."""

_ELIDED = re.compile(r"^\w+['\u2019]")
"""A French or Italian elision before a vowel: "d'env.", "dell'art."."""

_LIST_ENDS = "etc|ecc|usw|enz"
_MAY_END_SENTENCE = re.compile(rf"a\.m|p\.m|{_LIST_ENDS}|inc|ltd|jr|sr|u\.s|u\.k")
"""Abbreviations that may also end a sentence: they do if a capital follows."""

_LIST_END = re.compile(_LIST_ENDS)

_CAPITALISED_DATE = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    r"|(?:Jan|Feb|Mar|Apr|May|June|July|Aug|Sep|Oct|Nov|Dec)\w*\b"
)
"""Words with a capital within a sentence: "at 9 a.m. Tuesday"."""

_BEFORE_NUMBER = re.compile(
    r"(?<![\w.])(?:No|Nos|nos|Nr|nr|pp|Fig|fig|Ext|ext|Ch|ch|n|N|nn|núm|n\.º"
    r"|(?i:chap|tel|tél|ref|réf|máx|mín))\.\s*$"
)
"""Abbreviations that a number follows: "No. 5"."""

_BEFORE_NUMBER_ABROAD = re.compile(
    r"(?<![\w.])(?i:arts?|caps?|ex|eds?|max|min|col|tab|sec|av|km"
    r"|abs|kap|bd|abb|mind|ziff|afb|ong)\.\s*$"
)
"""The same in other languages; in English such a word may end a sentence."""

_LIST_NUMBER = re.compile(r"(?:^|\n)\s*\d+[.)]\s*$")
_LAST_WORD = re.compile(rf"(\S+?)[.!?…]*{marks.closing()}\s*$")
_ORDINAL_DAY = re.compile(r"(?<![\d.,:])\d{1,2}\.\s*$")
_ORDINALS = re.compile("cs|da|de|et|fi|hr|hu|is|lv|nb|nn|no|pl|sk|sl|sr|tr")
"""Languages that write an ordinal as a number with a full stop."""

_FULL_STOP_AT_END = re.compile(rf"\.{marks.closing()}\s*$")
_ENDS = re.compile(marks.sentence_end())


def is_abbreviated(word: str) -> bool:
    """Returns whether a word, with or without its full stop, is an abbreviation."""
    bare = _bare(word)
    if _ABBREVIATION.fullmatch(bare) or _ABBREVIATION.fullmatch(_ELIDED.sub("", bare)):
        return True
    return len(bare) == 1 and bare != bare.upper() and bare != "i"


def ends_in_abbreviation(text: str) -> bool:
    """Returns whether `text` ends in an abbreviation or list number, and so may go on."""
    if _LIST_NUMBER.search(text.rstrip()):
        return True
    last = _LAST_WORD.search(text)
    if last is None or "." not in text.rstrip()[-2:]:
        return False
    return is_abbreviated(last.group(1)) or bool(_FOR_EXAMPLE.search(text))


def may_precede_number(text: str, language: str = "") -> bool:
    """Returns whether `text` ends in an abbreviation that a number may follow: "art. 5".

    In `language` (BCP 47); if empty, in any language.
    """
    abroad = base_of(language) != "en" and _BEFORE_NUMBER_ABROAD.search(text)
    return bool(_BEFORE_NUMBER.search(text) or abroad)


def ends_list(text: str) -> bool:
    """Returns whether `text` ends with "etc.", after which a capital begins a sentence."""
    last = _LAST_WORD.search(text)
    return last is not None and bool(_LIST_END.fullmatch(_bare(last.group(1))))


def whole_sentences(text: str, language: str = "") -> list[str]:
    """Returns `text` split into sentences, with their marks and without the blanks between.

    `language` (BCP 47) tells whether "3." is an ordinal and "art." an abbreviation.
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
    """Returns whether a sentence ends with `head`; with `capitals` none begins in lower case."""
    small = rest[0].islower()
    if not any(map(str.isalnum, head)):
        return False
    if not _FULL_STOP_AT_END.search(head):
        return not small or not (writing.goes_on(head) or writing.ends_quote(head))
    if rest[0].isdigit() and may_precede_number(head, language):
        return False
    if _ORDINAL_DAY.search(head) and _ORDINALS.fullmatch(base_of(language)):
        return False
    last = _LAST_WORD.search(head)
    if last is not None and _MAY_END_SENTENCE.fullmatch(_bare(last.group(1))):
        return rest[0].isupper() and not _CAPITALISED_DATE.match(rest)
    # a small letter goes on with the sentence (UAX 29, SB8)
    return not (small and capitals) and not ends_in_abbreviation(head) and not _is_initial(head)


def _is_initial(head: str) -> bool:
    """Returns whether `head` ends in a person's initial, as in "J. Smith"; "I" is a word."""
    last = _LAST_WORD.search(head)
    bare = last.group(1).rstrip(".") if last else ""
    return len(bare) == 1 and bare.isupper() and bare.isascii() and bare != "I"


def _bare(word: str) -> str:
    return word.lower().rstrip(".").lstrip("(\"'\u201c\u2018")
