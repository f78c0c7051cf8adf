"""Takes Markdown out of an answer, and nothing else: a parser decides what is Markdown.

https://spec.commonmark.org/ by markdown-it-py, with a stricter rule for stars: within a word they
are no emphasis, so that `12*34*2` stays.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize as _usual
from markdown_it.token import Token

from sessions_app.engine.agent.code_names import is_glob, is_name
from sessions_app.engine.text.links import LINK
from sessions_app.engine.text.writing import is_spaceless

_TABLE_RULE = re.compile(r"[|\-: ]{3,}")
_LISTED = re.compile(r"\n\s*(?:[-+*>]|\d+[.)])\s")
_BULLETS = "\u2022\u25aa\u25e6\u2023\u00b7"
_BLOCKS = (
    "p|div|br|hr|details|summary|ul|ol|li|dl|dt|dd|table|caption|thead|tbody|tr|td|th|h[1-6]"
    "|blockquote|pre|section|article|aside|header|footer|main|nav|figure|figcaption|center"
)
_WITHIN = (
    "b|i|u|s|em|strong|small|big|mark|sub|sup|span|code|a|img|font|kbd|var|samp|del|ins|q|cite"
    "|abbr|dfn|label|wbr|tt|strike"
)
_SPEECH = "speak|break|prosody|emphasis|say-as|phoneme|voice"
"""SSML, which models write for a voice."""

_FORMATTING = re.compile(rf"</?(?:{_BLOCKS}|{_WITHIN}|{_SPEECH})(?![\w:-])[^>]*>", re.IGNORECASE)
_BREAKING = re.compile(rf"</?(?:{_BLOCKS}|break)\b", re.IGNORECASE)
"""Tags that separate the words around them."""

_SHOWN = re.compile(r"""<img\b[^>]*\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_COMMENT = re.compile(
    r"(```.*?(?:```|\Z)|(?<!`)`[^`\n]+`)|<!--.*?-->|<(script|style)\b[^>]*>.*?</\2\s*>",
    re.DOTALL | re.IGNORECASE,
)
"""Code, which stays, or else a comment, script or style sheet, which a browser does not show."""

_NOTE = re.compile(
    r"\[\^[^\]\s]+\]:?|^\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]|【\d+(?::\d+)?†[^】]*】"
)
"""Marks of a footnote, of GitHub's alerts, and of a source as OpenAI's servers write it."""

_REFERENCE = re.compile(r"(?<![\w\]])!?\[((?!\d+\])[^\[\]]+)\]\[[^\[\]]*\]")
_DEFINITION = re.compile(r"""\s*\[[^\]]+\]:\s*<?(?:https?://|/|#|mailto:)\S+(?:\s+["'(].*)?""")
"""The line that gives the address of a reference link: `[docs]: https://example.org`."""

_TASK = re.compile(r"^\[[ xX\u2713]\]\s+(?=\S)")

_RAISED = re.compile(r"<su[bp]\b", re.IGNORECASE)
_SIGNED = re.compile(r"(\s*)(?:[-+*#](?= +[\d.,$€£])|>(?= *[\d.,$€£]))")
"""A sign before a number that would be markup at the beginning of a line: "- 5"."""

_FIRST_SIGN = re.compile(
    r"(\s*)(?:>(?= *[\d.,$€£])|[-+](?= *[$€£]? *\d[\d.,]*\s*(?:[.!?;:]?\s*$"
    r"|[\u00b0%$€£\u2103\u2109]|deg|gra[du]"
    r"|per ?cent|por ?cent|pour ?cent|pro[cz]ent)))",
    re.IGNORECASE,
)
"""The same at the beginning of an answer, where it is less certain: a list may begin there."""

_SCHEME = re.compile(r"(?<![A-Za-z0-9_])(?:https?|wss?|ftp)\Z", re.IGNORECASE)

_LONGEST_SCHEME = 5
"""Characters of the longest scheme: `https`."""

_OPENED = "opened_text"
"""The token type of stars that open emphasis not closed yet; "text" would be merged with words."""

_MARKERS = ("*", "`", "[", "~~", "__", "<!--")


def speakable(text: str) -> str:
    """Returns `text` without markup, as it is shown and spoken."""
    return Markup().plain(text)


class PlainText:
    """Stands in for `Markup` where answers have no markup."""

    def plain(self, piece: str, *, more: bool = False) -> str:
        """Returns the piece as one line."""
        return " ".join(piece.split())


class Markup:
    """Takes an answer's pieces in order; one may close what an earlier one opened."""

    def __init__(self) -> None:
        self._carry = ""
        self._in_line = False
        """Whether the last piece ended in the middle of a line."""

        self._begun = self._hidden = False
        """Whether there was any text before, and whether it ended within a comment."""

    def plain(self, piece: str, *, more: bool = False) -> str:
        """Returns the piece without its markup, as one line.

        With `more`, the paragraph goes on: emphasis that is opened and not closed counts as markup
        that a later piece will close.
        """
        piece = self._without_comments(piece, more=more)
        if not self._carry and (signed := self._signed(piece)):
            piece = f"{signed[1]}\\{piece[signed.end(1) :]}"
        self._begun = self._begun or bool(piece.strip())
        source = self._carry + piece
        self._carry = ""
        self._in_line = not source.rstrip(" ").endswith("\n")
        unclosed = more and not source.rstrip(" ").endswith("\n\n")
        tokens = _PARSER.parse(source)
        if unclosed:
            self._carry = _unclosed_fence(tokens, source) or _opened(tokens)
        return _tidy("\n".join(_blocks(tokens, drop_opened=bool(self._carry))))

    def _signed(self, piece: str) -> re.Match[str] | None:
        """Returns the sign before a number at the beginning of a piece, if it is no markup."""
        if self._in_line:
            return _SIGNED.match(piece)
        if self._begun or piece.endswith("\n") or _LISTED.search(piece):
            return None
        return _FIRST_SIGN.match(piece)

    def _without_comments(self, piece: str, *, more: bool) -> str:
        """Returns a piece without comments; a later piece may end one."""
        if self._hidden:
            _, ended, rest = piece.partition("-->")
            self._hidden = not ended
            return self._without_comments(rest, more=more) if ended else ""
        if "<" not in piece or self._carry.startswith(("```", "~~~")):
            return piece
        shown = _COMMENT.sub(lambda found: found[1] or "", piece)
        at = _unended(shown)
        self._hidden = more and at >= 0
        return shown[:at] if self._hidden else shown


def is_open(text: str) -> bool:
    """Returns whether `text` ends within emphasis, code or the words of a link."""
    if not any(mark in text for mark in _MARKERS):
        return False
    if text.count("`") % 2 or text.rfind("[") > text.rfind("]"):
        return True
    if _unended(_COMMENT.sub(lambda found: found[1] or "", text)) >= 0:
        return True
    return bool(_opened(_PARSER.parse(text.rpartition("\n\n")[2])))


def _unended(text: str) -> int:
    """Returns where an unclosed comment begins, ignoring code; -1 if there is none."""
    bare = _COMMENT.sub(lambda found: " " * len(found[0]), text)
    return bare.find("<!--")


def _stars(state: StateInline, silent: bool) -> bool:
    """The parser's rule for emphasis, except for stars and underscores in code and sums."""
    first, start = len(state.delimiters), state.pos
    if not _usual(state, silent):
        return False
    if state.src[start] != "*":
        if state.src[start] == "_" and is_name(state.src, start):
            for mark in state.delimiters[first:]:
                mark.open = mark.close = False
        return True
    no_opening, no_closing = is_glob(state.src, start, state.pos)
    before = state.src[start - 1] if start else " "
    after = state.src[state.pos] if state.pos < len(state.src) else " "
    for mark in state.delimiters[first:]:
        if is_spaceless(before) or is_spaceless(after):
            # full-width marks count as punctuation, and there are no blanks
            mark.open, mark.close = not after.isspace(), not before.isspace()
        elif before.isalnum() and after.isalnum():
            mark.open, mark.close = False, mark.close and mark.length > 1
        elif mark.length == 1 and before in ")]}%":
            mark.open = False
        mark.open, mark.close = mark.open and not no_opening, mark.close and not no_closing
    return True


def _address(state: StateInline, silent: bool) -> bool:
    """The parser's rule for a URL in the text: no sign in it is markup.

    Called at the colon, since the parser has already read the scheme as text.
    """
    scheme = _SCHEME.search(state.src, max(0, state.pos - _LONGEST_SCHEME), state.pos)
    if scheme is None or not state.pending.endswith(scheme[0]):
        return False
    link = LINK.match(state.src, scheme.start(), state.posMax)
    if link is None:
        return False
    if not silent:
        state.pending += state.src[state.pos : link.end()].replace("&amp;", "&")
    state.pos = link.end()
    return True


def _remember(state: StateInline) -> None:
    """Marks the stars that open emphasis and are not closed."""
    opened = [m for m in state.delimiters if m.open and m.end < 0 and m.marker == ord("*")]
    for mark in opened:
        state.tokens[mark.token].type = _OPENED


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.disable(["html_block", "code", "reference"])
    parser.inline.ruler.at("emphasis", _stars)
    parser.inline.ruler.before("escape", "address", _address)
    parser.inline.ruler2.after("balance_pairs", "remember_opened", _remember)
    return parser


_PARSER = _parser()


def _opened(tokens: Sequence[Token]) -> str:
    """Returns the stars of the last paragraph that are not closed yet."""
    last = next((t for t in reversed(tokens) if t.type == "inline"), None)
    stars = (t for t in (last.children or () if last else ()) if t.type == _OPENED)
    return "".join(t.content for t in stars)


def _unclosed_fence(tokens: Sequence[Token], source: str) -> str:
    last = tokens[-1] if tokens else None
    if last is None or last.type != "fence":
        return ""
    lines = source.rstrip().splitlines()
    closed = len(lines) > 1 and lines[-1].strip().startswith(last.markup)
    return "" if closed else f"{last.markup}\n"


def _blocks(tokens: Iterable[Token], *, drop_opened: bool) -> Iterable[str]:
    number, listed = "", False
    for token in tokens:
        if token.type == "list_item_open":
            number = f"{token.info}{token.markup} " if token.info else ""
            listed = True
        elif token.type == "inline":
            text = "".join(_inline(token.children or (), drop_opened=drop_opened))
            text, listed = _TASK.sub("", text, count=1) if listed else text, False
            yield number + "\n".join(map(_line, text.split("\n")))
            number = ""
        elif token.type == "list_item_close" and number:
            yield number  # a number alone, such as "5." for an answer
            number = ""
        elif token.type == "fence":
            # the text after the opening fence is a language, unless there is nothing else
            yield token.content if token.content.strip() else token.info


def _inline(tokens: Sequence[Token], *, drop_opened: bool) -> Iterable[str]:
    before = ""
    for token, following in zip_longest(tokens, tokens[1:]):
        if token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.type == "html_inline":
            yield _tag(token.content, before, following.content if following else "")
        elif token.type == "text":
            yield _REFERENCE.sub(r"\1", _NOTE.sub("", token.content))
        elif not (drop_opened and token.type == _OPENED):
            yield token.content
        before = token.content or before


def _tag(tag: str, before: str, after: str) -> str:
    """Returns the text for an HTML tag: a blank for some, so that "2<sup>3" does not become 23."""
    if tag.startswith(("<!", "<?")):
        return ""
    if not _FORMATTING.fullmatch(tag):
        return tag
    if shown := _SHOWN.match(tag):
        return shown[1] or shown[2] or ""
    apart = _RAISED.match(tag) and before[-1:].isdigit() and after[:1].isdigit()
    return " " if apart or _BREAKING.match(tag) else ""


def _line(line: str) -> str:
    """Returns a line without marks that the parser leaves.

    Those are other kinds of bullets, check boxes, the addresses of reference links, and rows of an
    incomplete table.
    """
    line = line.strip()
    if line[:1] and line[:1] in _BULLETS:
        line = _TASK.sub("", line[1:].lstrip())
    if _DEFINITION.fullmatch(line) or ("|" in line and _TABLE_RULE.fullmatch(line)):
        return ""
    return line.replace("|", " ") if line.startswith("|") else line


def _tidy(text: str) -> str:
    return " ".join(text.split())
