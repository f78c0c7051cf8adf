"""Text on its way to a voice: split early, split well, and without markup."""

import re

from sessions_app.agent.wordlists import listed
from sessions_app.core import writing

FIRST_MS = 780.0
FIRST_WORDS = 6
"""The first piece ends at a mark after so much speech (12 letters), or after so many words."""

LONGEST = 200
"""A sentence that goes on is split near this many characters."""

_PHRASE = 40
"""Thai and kin end sentences with a blank, which ends phrases, too: one that is so long."""

_ENDS = re.compile(
    rf"{writing.SENTENCE_END}|(?<=.{{{_PHRASE}}}){writing.PHRASE_END}"
    r"|\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)"
)
_ABBREVIATIONS = listed(
    "dr mr mrs ms prof st vs etc e.g i.e u.s u.k a.m p.m inc ltd jr sr approx dept fig vol "
    "ca cf al jan feb mar apr jun jul aug sep sept oct nov dec"
)
_LIST_NUMBER = re.compile(r"(?:^|\n)\s*\d+[.)]\s*$")
_LAST_WORD = re.compile(r"(\S+?)[.!?…]*[\"'\u201d\u2019)\]]*\s*$")
_CLAUSE = re.compile(f"{writing.CLAUSE_END}|{writing.PHRASE_END}")


class SentenceSplitter:
    """Takes an answer in tokens; gives back pieces worth speaking, as soon as they are whole.

    The pieces together are the text, spaces included. The first piece may be a clause, so
    that the voice begins early; the others are sentences.
    """

    def __init__(self) -> None:
        self._text = ""
        self._first = True

    def feed(self, token: str) -> list[str]:
        """Returns the pieces that `token` completes."""
        self._text += token
        out: list[str] = []
        while (cut := self._cut()) is not None:
            out.append(self._text[:cut])
            self._text = self._text[cut:]
            self._first = self._first and not out[-1].strip()
        return out

    def finish(self) -> list[str]:
        """Returns what is left, at the end of the answer."""
        rest, self._text = self._text, ""
        return [rest] if rest.strip() else []

    def _cut(self) -> int | None:
        sentence = self._sentence_end()
        if self._first and (clause := self._clause_end()) is not None:
            return clause if sentence is None else min(clause, sentence)
        if sentence is not None and sentence <= LONGEST:
            return sentence
        return self._forced() if writing.width(self._text) > LONGEST else None

    def _sentence_end(self) -> int | None:
        for match in _ENDS.finditer(self._text):
            if match.end() < len(self._text) and not _holds_on(self._text[: match.end()]):
                return match.end()
        return None

    def _clause_end(self) -> int | None:
        words = writing.after_words(self._text, FIRST_WORDS)
        head = self._text[:words]
        for match in _CLAUSE.finditer(head):
            if match.end() == len(self._text) and not match.group()[-1].isspace():
                break  # a closing quote may follow
            clause = head[: match.end()]
            if writing.speaking_ms(clause) >= FIRST_MS and not _holds_on(clause):
                return match.end()
        return words

    def _forced(self) -> int:
        head = writing.of_width(self._text, LONGEST)[0]
        clauses = [match.end() for match in _CLAUSE.finditer(head)]
        if clauses and clauses[-1] > len(head) // 2:
            return clauses[-1]
        return len(writing.whole_words(self._text, len(head))) or len(head)


def _holds_on(text: str) -> bool:
    """Returns whether a mark at the end of `text` is no end: an abbreviation, a list number."""
    if _LIST_NUMBER.search(text.rstrip()):
        return True
    last = _LAST_WORD.search(text)
    if last is None or "." not in text.rstrip()[-2:]:
        return False
    word = last.group(1).lower().lstrip("(\"'\u201c\u2018")
    return word in _ABBREVIATIONS or (len(word) == 1 and word != word.upper() and word != "i")


def spoken_pieces(text: str) -> list[str]:
    """Returns what a voice is given of a whole text, piece by piece."""
    splitter = SentenceSplitter()
    pieces = map(speakable, (*splitter.feed(text), *splitter.finish()))
    return [piece for piece in pieces if any(c.isalnum() for c in piece)]


_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]+\)")
_URL = re.compile(r"https?://(?:www\.)?([^\s/)\]>,]+)[^\s)\]>,]*")
_CODE = re.compile(r"```\w*\n?|`")
_EMPHASIS = re.compile(r"(\*{1,3}|_{1,3}|~~)(?=\S)(.+?)(?<=\S)\1")
_LINE_START = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]+|[-*•][ \t]+)", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:-{3,}|\*{3,}|_{3,}|\|?[-:| ]{3,}\|?)[ \t]*$", re.MULTILINE)
_PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\U0001f1e6-\U0001f1ff]+")


def speakable(text: str) -> str:
    """Returns what a voice should read of `text`: no markup, no pictures, links by host."""
    said = _LINK.sub(r"\1", text)
    said = _URL.sub(lambda found: f"link to {found.group(1).rstrip('.')}", said)
    said = _CODE.sub("", _RULE.sub("", said))
    said = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", said))
    said = _LINE_START.sub("", said)
    said = _PICTURES.sub("", said).replace("|", " ")
    said = re.sub(r"(?<!\S)[*_]+(?=\w)|(?<=\w)[*]+(?!\S)", "", said)
    return " ".join(said.split())
