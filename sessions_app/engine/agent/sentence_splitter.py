"""Splits an answer into pieces for the voice: early, but never within a name, number or link."""

import itertools
import re

from sessions_app.engine.agent.markup import Markup, is_open
from sessions_app.engine.text import marks, writing
from sessions_app.engine.text.characters import of_width, speaking_ms, width
from sessions_app.engine.text.links import link_at
from sessions_app.engine.text.stops import ends_in_abbreviation, ends_list, may_precede_number
from sessions_app.engine.tts.normalisation.languages import WORDS
from sessions_app.engine.tts.normalisation.plain import PICTURES

FIRST_MS = 780.0
FIRST_WORDS = 6
"""The first piece ends at a mark after this much speech (12 letters), or after this many words."""

MORE_WORDS = 4
"""How many more words if a number would be separated from its unit."""

LONGEST = 200
"""A longer sentence is split near this many characters."""

LONGEST_LINK = 2000
"""A longer link is cut, since an answer without blanks must not be held back without end."""

MOST_ENDS = 12
"""How many marks are examined at most: the text before each of them is parsed."""

_MARKS = ".,;:!?'*~|"
"""Marks that may be part of a link or follow it, depending on what comes next."""

_EMPHASIS = "*_"
"""Closing emphasis that may follow a mark, like a closing quote."""

_PHRASE = 40
"""Characters: Thai and similar scripts separate both phrases and sentences by a blank, so a blank
ends a sentence after this many."""

_ENDS = re.compile(
    rf"{marks.sentence_end(_EMPHASIS)}|(?<=.{{{_PHRASE}}}){marks.PHRASE_END}"
    r"|\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)"
)
_STOPPED = re.compile(rf"\.{marks.closing(_EMPHASIS)}\s+$")
_DAY = re.compile(r"(?<![\d.,:])\d{1,2}\.\s+$")
_MONTHS = WORDS["de"].months
"""Months with a capital after a day: "3. März"."""

_NEEDS_NEXT_WORD = re.compile(r"(?:[\d$€£#~+*/=<>-]|\d[.,:]?)\s*$")
"""Text that is read together with the next word: "5 km", "10 - 5", "5公里"."""

_PICTURED = re.compile(rf"(?:(?:{PICTURES.pattern})[^\S\n]*)+")
_CLAUSE = re.compile(f"{marks.clause_end(_EMPHASIS)}|{marks.PHRASE_END}")


class SentenceSplitter:
    """Takes an answer in tokens; returns pieces to speak as soon as they are complete.

    The pieces together are the text, blanks included. The first piece may be a clause, so that the
    voice begins early (unless `whole`); the others are sentences. No cut is made within a link, nor
    within emphasis or code of `markdown`, unless the piece would be too long.
    """

    def __init__(self, *, whole: bool = False, markdown: bool = True) -> None:
        self._text = ""
        self._first = not whole
        self._is_open = is_open if markdown else _is_never_open
        self._capitals: bool | None = None
        """Whether the answer begins with a capital; None until its first letter."""

    def feed(self, token: str) -> list[str]:
        """Returns the pieces that `token` completes."""
        if self._capitals is None:
            self._capitals = next((c.isupper() for c in token if c.upper() != c.lower()), None)
        self._text += token
        out: list[str] = []
        while (cut := self._cut()) is not None:
            out.append(self._text[:cut])
            self._text = self._text[cut:]
            self._first = self._first and not out[-1].strip()
        return out

    def finish(self) -> list[str]:
        """Returns the rest, at the end of the answer."""
        rest, self._text = self._text, ""
        return [rest] if rest.strip() else []

    def _cut(self) -> int | None:
        end = self._end()
        return None if end is None else self._after_pictures(end)

    def _end(self) -> int | None:
        sentence = self._sentence_end()
        if self._first and (clause := self._clause_end()) is not None:
            return clause if sentence is None else min(clause, sentence)
        if sentence is not None:
            return sentence
        return self._whole_link(self._forced()) if width(self._text) > LONGEST else None

    def _sentence_end(self) -> int | None:
        for match in itertools.islice(_ENDS.finditer(self._text), MOST_ENDS):
            if match.end() > LONGEST:
                break
            if match.end() < len(self._text) and self._may_end(match.end()):
                return match.end()
        return None

    def _after_pictures(self, cut: int) -> int | None:
        """Returns where the emoji behind a sentence end; None while more may come."""
        pictures = _PICTURED.match(self._text, cut)
        on_next_line = "\n" in self._text[len(self._text[:cut].rstrip()) : cut]
        if pictures is None or on_next_line or pictures.end() > LONGEST:
            return cut
        return pictures.end() if pictures.end() < len(self._text) else None

    def _clause_end(self) -> int | None:
        words = self._words_end()
        head = self._text[:words]
        for match in itertools.islice(_CLAUSE.finditer(head), MOST_ENDS):
            if match.end() == len(self._text) and not match.group()[-1].isspace():
                break  # a closing quote may follow
            clause = head[: match.end()]
            if speaking_ms(clause) >= FIRST_MS and self._may_end(match.end()):
                return match.end()
        return words if words and not self._is_open(head) else None

    def _words_end(self) -> int | None:
        """Returns where the first words end, before a word that can be spoken by itself."""
        end = None
        for count in range(FIRST_WORDS, FIRST_WORDS + MORE_WORDS):
            end = writing.after_words(self._text, count)
            if end is None:
                return None
            head = self._text[:end]
            goes_on = (
                _NEEDS_NEXT_WORD.search(head)
                or ends_in_abbreviation(head)
                or may_precede_number(head)
            )
            if goes_on or link_at(self._text, end) is not None:
                continue
            return end
        return end

    def _may_end(self, end: int) -> bool:
        head, rest = self._text[:end], self._text[end:]
        if not rest and marks.may_close(head):
            return False
        if (not rest or rest[0].isdigit()) and may_precede_number(head):
            return False
        if _STOPPED.search(head) and self._goes_on(head, rest):
            return False
        if link_at(self._text, end) is not None:
            return False
        if ends_in_abbreviation(head) and not (
            ends_list(head) and rest.lstrip(marks.OPENERS)[:1].isupper()
        ):
            return False
        return not self._is_open(head)

    def _goes_on(self, head: str, rest: str) -> bool:
        """Returns whether the sentence goes on after a full stop, or that is not known yet.

        It does if a small letter follows in an answer with capitals (UAX 29, SB8), or a month after
        a day.
        """
        if not rest or (self._capitals and rest[0].islower()):
            return True
        return bool(_DAY.search(head)) and any(
            month.startswith(rest[: len(month)]) for month in _MONTHS
        )

    def _forced(self) -> int:
        head = of_width(self._text, LONGEST)[0]
        clauses = [match.end() for match in _CLAUSE.finditer(head)]
        if clauses and clauses[-1] > len(head) // 2:
            return clauses[-1]
        end = len(writing.whole_words(self._text, len(head))) or len(head)
        blanks = len(self._text[end:]) - len(self._text[end:].lstrip())
        return end + blanks  # a blank at the start of a piece would keep emphasis from going on

    def _whole_link(self, cut: int) -> int | None:
        """Returns where to cut without splitting a link: before it, or after a leading one."""
        link = link_at(self._text, cut)
        if link is None or len(self._text) > LONGEST_LINK:
            return cut
        start, end = link
        if self._text[:start].strip():
            return start
        return end if self._text[end:].strip(_MARKS) else None


def _is_never_open(_text: str) -> bool:
    return False


def spoken_pieces(text: str) -> list[str]:
    """Returns the pieces of a whole text as a voice gets them."""
    splitter, markup = SentenceSplitter(), Markup()
    pieces = [markup.plain(piece, more=True) for piece in splitter.feed(text)]
    pieces += [markup.plain(piece) for piece in splitter.finish()]
    return [piece for piece in pieces if any(c.isalnum() for c in piece)]
