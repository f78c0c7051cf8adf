"""Finds days that are named but not meant: past ones, excluded ones, and those before a move.

English. All texts are lower case, with single blanks and straight apostrophes. Pure.
"""

import re

from sessions_app.engine.summaries.actions import VERBS
from sessions_app.engine.summaries.day_words import DAYS, MONTHS, NUMBER, ORDINAL, UNITS

LOOK_BACK_CHARACTERS = 150
"""How much text before a day is examined. More is slower and finds verbs of other clauses."""

_HOUR_WORDS = "|".join(UNITS.split()[:12])
_DATE = (
    rf"(?:(?:next|this|the coming) )?(?:{'|'.join(DAYS)}|{'|'.join(MONTHS)}|today|tomorrow|tonight"
    rf"|the day after tomorrow|(?:the )?{ORDINAL}\b(?= (?:of|{'|'.join(MONTHS)})\b|[.,;!?]|$)"
    rf"|in {NUMBER} (?:days?|weeks?|months?)|the (?:end|start|beginning|middle) of"
    r"|(?:the )?weekend|christmas|new year)\b"
)
_CLOCK_TIME = (
    r"(?:half past|(?:a )?quarter (?:past|to)|noon|midnight|\d{1,2}(?:[:.]\d\d)?"
    rf"|{_HOUR_WORDS})\b"
)
_MOVES = (
    r"\b(?:mov(?:e|es|ed|ing)|reschedul\w+|chang\w+|shift\w*|postpon\w+|push\w*|put|putting"
    r"|delay\w*|switch\w*|swap\w*|bring\w*|brought)\b"
)
_MOVED = re.compile(
    rf"{_MOVES}.*? (?:to|until|till|onto) (?=(?:(?P<date>{_DATE})|(?P<time>{_CLOCK_TIME})))"
)
_MOVED_FROM = re.compile(rf"({_MOVES}.*?) from {_DATE}")
_CONTRAST = re.compile(
    rf"(?:\bnot|n't) (?:[\w']+ ){{0,4}}?(?:{_DATE}|{_CLOCK_TIME})[^.;!?]{{0,40}}?,? but "
    rf"(?=(?:rather )?(?:(?:on|at|in|for|to|from|by) )?(?:{_DATE}|{_CLOCK_TIME}))"
)
_RULED_OUT = re.compile(
    r"(?:\bnot|n't|\binstead of|\brather than|\bno longer"
    r"|\b(?:any|every)(?: ?\w+)? (?:but|bar|except(?: for)?))"
    r"(?: (?:on|at|in|for|to|from|of|the|this|next))*$"
)
_IRREGULAR = (
    "paid|came|went|got|saw|met|said|told|bought|brought|thought|sent|took|taken|gave|found|left|kept"
    "|made|did|wrote|spoke|felt|heard|held|lost|sold|began|broke|chose|drew|drove|ate|fell|flew|rang"
    "|ran|slept|spent|stole|threw|woke|built|caught|lent|done|been|seen|gone|had|was|were"
)
_TO_COME = (
    "want|forg[eo]t|promis|decid|agree|need|try|tri|plan|ask|told|tell|hop|offer|like|allow|order"
    "|remind|invit|suppos|expect|schedul|had to|(?:was|were) (?:going|coming|due|to|about|told"
    "|asked|meant|invited|allowed|planned|supposed|expected|scheduled)"
)
"""Past tense of something still to be done: "I promised to pay on Monday"."""

_IN_THE_PAST = re.compile(
    r"(?:\b(?:i|we|you|he|she|it|they|who|(?:the|my|our|your|his|her|their) \w+"
    r"|(?:that|because|since|when|as) \w+)(?:(?:'ve|'d| have| has| had)(?! got\b))?"
    r" (?:already |just |never |also |only )?"
    rf"(?!(?:{_TO_COME})\w*(?: [\w']+){{0,3}}? (?:to|that)\b"
    rf"|need|suppos|expect|schedul|plann|{'|'.join(DAYS)})"
    rf"(?:{_IRREGULAR}|\w{{2,}}ed)\b)"
    r"(?:(?!\b(?:and|but|so|then|that|whether|if|will|would|should|must|can|could|is|are|has|have"
    r"|please|i|we|he|she|they)\b"
    rf"|\bto (?:{VERBS}|be|do|go|get|have|come|make|see|take|give|paint|wash|work)\b"
    rf"|\b{VERBS} (?:the|my|our|him|her|them|me)\b|[,;:.!?]).)*$"
)
_DEADLINE = re.compile(r"\b(?:for|to|until|till|by|before|into|onto)(?: the| this)?$")
_FUTURE_DAY = re.compile(r"(?:next|this|coming|tomorrow|within|in|end of)\b")


def is_meant_day(before: str, day: str) -> bool:
    """Returns whether `day`, said after `before`, is neither excluded nor in the past."""
    before = before[-LOOK_BACK_CHARACTERS:].rstrip()
    if _RULED_OUT.search(before):
        return False
    if _DEADLINE.search(before) or _FUTURE_DAY.match(day):
        return True
    return _IN_THE_PAST.search(before) is None


def without_contrasts(plain: str) -> str:
    """Returns the text without excluded days: "not on Monday but on Tuesday"."""
    return _CONTRAST.sub("", plain)


def moved_to(plain: str) -> str:
    """Returns the text from the day or time that something is moved to; empty for none."""
    match = _MOVED.search(plain)
    if match is None:
        return ""
    return f"{'on' if match['date'] else 'at'} {plain[match.end() :]}"


def without_moved_from(plain: str) -> str:
    """Returns the text without the days that something is moved away from."""
    return _MOVED_FROM.sub(r"\1", plain)
