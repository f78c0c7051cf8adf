"""Markdown taken out of an answer, and nothing but Markdown: a parser decides what is any.

https://spec.commonmark.org/ by markdown-it-py, with a stricter rule for stars: within a word they
are none, since people read `12*34*2` as it stands.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize as _usual
from markdown_it.token import Token

from sessions_app.core.writing import is_spaceless

_URL = re.compile(r"https?://(?:www\.)?([^\s/)\]>,]+)[^\s)\]>,]*")
_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf"
_PICTURES = re.compile(
    rf"[{_EMOJI}][{_EMOJI}\ufe0f\u200d\u20e3\U000e0020-\U000e007f]*|(?<=[0-9#*])\ufe0f?\u20e3"
)
_TABLE_RULE = re.compile(r"[|\-: ]{3,}")
_BULLETS = "\u2022\u25aa\u25e6\u2023\u00b7"
_FORMATTING = re.compile(
    r"</?(?:b|i|u|s|em|strong|small|mark|sub|sup|span|p|div|br|hr|code)\b[^>]*>", re.IGNORECASE
)
_BREAKING = re.compile(r"</?(?:p|div|br|hr)\b", re.IGNORECASE)
"""What parts the words beside it."""

_RAISED = re.compile(r"<su[bp]\b", re.IGNORECASE)
_SIGNED = re.compile(r"(\s*)(?:[-+*#](?= +[\d.,$€£])|>(?= *[\d.,$€£]))")
"""A sign before a number, where a line's first would be markup."""

_OPENED = "opened_text"
"""The type of a star that would begin emphasis, had it an end; others than "text" stay apart."""

_MARKERS = ("*", "`", "[", "~~", "__")


def speakable(text: str) -> str:
    """Returns what a voice should read of `text`: no markup, no pictures, links by host."""
    return Markup().plain(text)


class Markup:
    """Takes an answer's pieces in order; what one opens another may close."""

    def __init__(self) -> None:
        self._carry = ""
        self._in_line = False
        """Whether the last piece ended within a line."""

    def plain(self, piece: str, *, more: bool = False) -> str:
        """Returns the piece without its markup, as one line.

        With `more` to come in its paragraph, what opens at a word and is not closed is markup
        that a later piece will close.
        """
        if self._in_line and not self._carry and (signed := _SIGNED.match(piece)):
            piece = f"{signed[1]}\\{piece[signed.end(1) :]}"
        source = self._carry + piece
        self._carry = ""
        self._in_line = not source.rstrip(" ").endswith("\n")
        unclosed = more and not source.rstrip(" ").endswith("\n\n")
        tokens = _PARSER.parse(source)
        if unclosed:
            self._carry = _unclosed_fence(tokens, source) or _opened(tokens)
        return _tidy("\n".join(_blocks(tokens, drop_opened=bool(self._carry))))


def is_open(text: str) -> bool:
    """Returns whether `text` ends within emphasis, code or the words of a link."""
    if not any(mark in text for mark in _MARKERS):
        return False
    if text.count("`") % 2 or text.rfind("[") > text.rfind("]"):
        return True
    return bool(_opened(_PARSER.parse(text.rpartition("\n\n")[2])))


def _stars(state: StateInline, silent: bool) -> bool:
    """The parser's rule for emphasis, with what people mean by stars beside letters."""
    first, start = len(state.delimiters), state.pos
    if not _usual(state, silent):
        return False
    if state.src[start] != "*":
        return True
    before = state.src[start - 1] if start else " "
    after = state.src[state.pos] if state.pos < len(state.src) else " "
    for mark in state.delimiters[first:]:
        if is_spaceless(before) or is_spaceless(after):
            # full-width marks count as punctuation, blanks are not written
            mark.open, mark.close = not after.isspace(), not before.isspace()
        elif before.isalnum() and after.isalnum():
            mark.open, mark.close = False, mark.close and mark.length > 1
        elif mark.length == 1 and before in ")]}%":
            mark.open = False
    return True


def _remember(state: StateInline) -> None:
    """Notes the stars that open emphasis which nothing closes."""
    opened = [m for m in state.delimiters if m.open and m.end < 0 and m.marker == ord("*")]
    for mark in opened:
        state.tokens[mark.token].type = _OPENED


def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    made.disable(["html_block", "code", "reference"])
    made.inline.ruler.at("emphasis", _stars)
    made.inline.ruler2.after("balance_pairs", "remember_opened", _remember)
    return made


_PARSER = _parser()


def _opened(tokens: Sequence[Token]) -> str:
    """Returns the stars at the end of the last paragraph that are still to be closed."""
    last = next((t for t in reversed(tokens) if t.type == "inline"), None)
    found = (t for t in (last.children or () if last else ()) if t.type == _OPENED)
    return "".join(t.content for t in found)


def _unclosed_fence(tokens: Sequence[Token], source: str) -> str:
    last = tokens[-1] if tokens else None
    if last is None or last.type != "fence":
        return ""
    lines = source.rstrip().splitlines()
    closed = len(lines) > 1 and lines[-1].strip().startswith(last.markup)
    return "" if closed else f"{last.markup}\n"


def _blocks(tokens: Iterable[Token], *, drop_opened: bool) -> Iterable[str]:
    number = ""
    for token in tokens:
        if token.type == "list_item_open" and token.info:
            number = f"{token.info}{token.markup} "
        elif token.type == "inline":
            text = "".join(_inline(token.children or (), drop_opened=drop_opened))
            yield number + "\n".join(map(_line, text.split("\n")))
            number = ""
        elif token.type == "list_item_close" and number:
            yield number  # a number alone, such as "5." for an answer
            number = ""
        elif token.type == "fence":
            # what follows the fence names a language, unless there is nothing else
            yield token.content if token.content.strip() else token.info


def _inline(tokens: Sequence[Token], *, drop_opened: bool) -> Iterable[str]:
    before = ""
    for token, following in zip_longest(tokens, tokens[1:]):
        if token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.type == "html_inline":
            yield _tag(token.content, before, following.content if following else "")
        elif not (drop_opened and token.type == _OPENED):
            yield token.content
        before = token.content or before


def _tag(tag: str, before: str, after: str) -> str:
    """Returns what is read for a tag of HTML; two numbers must not become one."""
    if not _FORMATTING.fullmatch(tag):
        return tag
    apart = _RAISED.match(tag) and before[-1:].isdigit() and after[:1].isdigit()
    return " " if apart or _BREAKING.match(tag) else ""


def _line(line: str) -> str:
    """Returns a line without a bullet that is none of Markdown's, or a row of a table cut off."""
    line = line.strip()
    if line[:1] in _BULLETS:
        return line[1:]
    if not line.startswith("|"):
        return line
    return "" if _TABLE_RULE.fullmatch(line) else line.replace("|", " ")


def _tidy(text: str) -> str:
    said = _URL.sub(lambda found: f"link to {found.group(1).rstrip('.')}", text)
    return " ".join(_PICTURES.sub("", said).split())
