"""Attributive English amounts, which are read in the singular: "a five-dollar coupon"."""

import re

_CONTEXT_CHARS = 40
"""Characters before an amount in which its determiner is looked for."""

_DETERMINER = re.compile(
    r"\b(?:an?|another|one|each|every)\s+(?:\S*\d\S* (?:or|to) |\d[\d.,]*[-\u2013])?$",
    re.IGNORECASE,
)
_NO_NOUN = (
    "a|about|after|all|also|an|and|any|are|as|at|back|because|before|but|by|can|could|did|do|does"
    "|each|every|extra|for|from|had|has|have|he|his|i|if|in|into|is|it|its|less|may|might|more|my"
    "|no|not|now|of|off|on|only|or|our|out|over|per|please|she|should|since|so|than|that|the|their"
    "|then|there|they|this|to|today|tomorrow|too|total|under|until|was|we|were|what|when|where"
    "|which|while|who|will|with|would|you|your"
)
_NOUN = re.compile(rf"(?: (?:or|to) [$€£]?\d\S*)?[ -](?!(?:{_NO_NOUN})\b)[a-z]{{2,}}\b")
_PRICED = re.compile(
    r"[ -](?:bills?|notes?|banknotes?|coins?|coupons?|vouchers?|tickets?|deals?|fees?|fines?"
    r"|gifts? cards?|discounts?|deposits?|budgets?|bonus|bonuses)\b|-(?:an?|per)-[a-z]"
)
"""Nouns whose amount is attributive without "a" before it: "the $20 bill", "$10-an-hour work"."""


def before_noun(base: str, text: str, start: int, end: int) -> bool:
    """Returns whether the amount at text[start:end] is attributive to the word after it."""
    if base != "en":
        return False
    if _PRICED.match(text, end):
        return True
    before = text[max(0, start - _CONTEXT_CHARS) : start]
    return bool(_NOUN.match(text, end) and _DETERMINER.search(before))
