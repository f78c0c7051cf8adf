"""How a word that no dictionary has is likely said: English letters to ARPAbet phones.

A guess, for names that a recogniser is told of. Rules are tried at each place, the longest first.
"""

import re

RULES = {
    # endings and openings, marked by | at the word's edge
    "|kn": "N", "|wr": "R", "|ps": "S", "|x": "Z", "|wh": "W", "|gn": "N",
    "tion": "SH AH N", "sion": "ZH AH N", "ture": "CH ER", "ous|": "AH S", "le|": "AH L",
    "ed|": "D", "es|": "Z", "e|": "", "y|": "IY", "ing|": "IH NG", "er|": "ER", "or|": "ER",
    "ia": "IY AH", "io": "IY OW", "eigh": "EY", "augh": "AO", "ough": "AO", "igh": "AY",
    "sch": "S K", "tch": "CH", "dge": "JH", "que|": "K", "cqu": "K W",
    # pairs
    "ch": "CH", "ck": "K", "sh": "SH", "th": "TH", "ph": "F", "wh": "W", "qu": "K W",
    "gh": "G", "ng": "NG", "nk": "NG K", "ce": "S EH", "ci": "S IH", "cy": "S IY",
    "ge": "JH EH", "gi": "JH IH", "ai": "EY", "ay": "EY", "au": "AO", "aw": "AO", "ea": "IY",
    "ee": "IY", "ei": "AY", "eu": "Y UW", "ew": "Y UW", "ey": "IY", "ie": "IY", "oa": "OW",
    "oe": "OW", "oi": "OY", "oo": "UW", "ou": "AW", "ow": "OW", "oy": "OY", "ue": "UW",
    "ui": "UW", "ar": "AA R", "er": "ER", "ir": "ER", "or": "AO R", "ur": "ER", "al": "AE L",
    # single letters
    "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH",
    "i": "IH", "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P",
    "q": "K", "r": "R", "s": "S", "t": "T", "u": "AH", "v": "V", "w": "W", "x": "K S",
    "y": "Y", "z": "Z", "|": "",
}  # fmt: skip

LETTER_NAMES = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY",
    "h": "EY CH", "i": "AY", "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N",
    "o": "OW", "p": "P IY", "q": "K Y UW", "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW",
    "v": "V IY", "w": "D AH B AH L Y UW", "x": "EH K S", "y": "W AY", "z": "Z IY",
}  # fmt: skip

LONG = {"a": "EY", "e": "IY", "i": "AY", "o": "OW", "u": "UW"}

LONGEST_ACRONYM = 4
"""Letters. Longer words in capitals are read as words."""

_LONGEST = max(len(letters) for letters in RULES)
_MAGIC_E = re.compile(r"([aeiou])([bcdfgklmnpstvz])e(?=\||s\|)")
_DOUBLE = re.compile(r"([bcdfgklmnprstz])\1")


def phones_of(word: str) -> str:
    """Returns a guess at the phones of `word`, such as "V OY S AE T"; empty for no letters."""
    plain = "".join(c for c in word.lower() if "a" <= c <= "z")
    if not plain:
        return ""
    letters_only = word.isupper() and len(plain) <= LONGEST_ACRONYM
    if letters_only or not set(plain) & set("aeiouy"):
        return " ".join(LETTER_NAMES[c] for c in plain)
    marked = _DOUBLE.sub(r"\1", f"|{plain}|")
    long = {match.start(1) for match in _MAGIC_E.finditer(marked)}
    phones: list[str] = []
    at = 0
    while at < len(marked):
        if at in long:
            phones.append(LONG[marked[at]])
            at += 1
            continue
        letters = _rule_at(marked, at)
        phones.append(RULES[letters])
        at += len(letters)
    return " ".join(phone for phone in phones if phone)


def _rule_at(marked: str, at: int) -> str:
    """Returns the longest rule's letters at that place."""
    for size in range(_LONGEST, 0, -1):
        if marked[at : at + size] in RULES and len(marked[at : at + size]) == size:
            return marked[at : at + size]
    raise AssertionError(marked[at])
