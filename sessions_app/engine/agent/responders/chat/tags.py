"""The tags around a model's thoughts: how they are written, and where one is only talked of."""

import re
from string import ascii_lowercase, ascii_uppercase

from sessions_app.engine.agent.responders.chat.templates import ANY, CALLS, ENDS, LEFT_OUT
from sessions_app.engine.text.writing import ends_sentence

_NAMES = (
    "think",
    "thinking",
    "thought",
    "thoughts",
    "reasoning",
    "reflection",
    "analysis",
    "scratchpad",
    "monologue",
    "inner_monologue",
    "inner_thoughts",
    "chain_of_thought",
    "seed:think",
    "mm:think",
    "antml:thinking",
)
"""Elements of DeepSeek, Qwen and most others; of Seed, MiniMax and Claude."""

_OTHERS = {
    "<unused94>": "<unused95>",
    "<|begin_of_thought|>": "<|end_of_thought|>",
    "[think]": "[/think]",
    "◁think▷": "◁/think▷",
    "<|start_thinking|>": "<|end_thinking|>",
    "<|channel>thought": "<channel|>",
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",
}
"""MedGemma; Sky-T1; Mistral; Kimi; Cohere; Gemma; gpt-oss: each begins and ends in its own way."""

PAIRS = {**{f"<{name}>": f"</{name}>" for name in _NAMES}, **_OTHERS}
CLOSERS = frozenset(PAIRS.values())
OPENERS = {closer: opener for opener, closer in (*PAIRS.items(), *CALLS.items())}

ENDED_BY = {
    "<|channel|>final<|message|>": frozenset(
        {
            "<|channel|>commentary<|message|>",
            "<|channel|>commentary to=",
            "<|channel|>analysis to=",
            "<|start|>assistant to=",
        }
    )
}
"""With these gpt-oss goes on behind a thought, too: words before a call, and the call."""

DROPPED = frozenset(
    {
        "<|channel|>final<|message|>",
        "<|channel|>commentary<|message|>",
        "<|end|>",
        "<|return|>",
        "<|start|>assistant",
        "<|begin_of_solution|>",
        "<|end_of_solution|>",
        "<|start_response|>",
        "<|end_response|>",
    }
)
"""What gpt-oss, Sky-T1 and Cohere write around an answer."""

AROUND = frozenset({"<answer>", "</answer>", "<response>", "</response>"})
"""What Hunyuan and ERNIE write around an answer; a tag like any other without a thought before."""

_OF_THOUGHTS = frozenset({*PAIRS, *CLOSERS, *DROPPED})
_ATTRIBUTES = r"(?:\s[^<>]{0,100})?"
_ELEMENT = rf"<(/?)({'|'.join(map(re.escape, _NAMES))}){_ATTRIBUTES}(/?)>"
_TEMPLATES = {*ENDS, *LEFT_OUT, *CALLS, *CALLS.values()}
_LITERAL = sorted(
    {*_OTHERS, *_OTHERS.values(), *DROPPED, *AROUND, *_TEMPLATES}, key=len, reverse=True
)
_TAG = re.compile(f"{'|'.join(map(re.escape, _LITERAL))}|{_ELEMENT}|{ANY}")
_WRITTEN = (*_LITERAL, *(f"<{slash}{name}" for name in _NAMES for slash in ("", "/")))
_BEGUN = frozenset(tag[:end] for tag in _WRITTEN for end in range(1, len(tag) + 1))
_LONGER = frozenset(tag[:end] for tag in _LITERAL for end in range(1, len(tag)))
"""What may go on to be a longer tag."""

_UNCLOSED = re.compile(rf"</?(?:{'|'.join(map(re.escape, _NAMES))}){_ATTRIBUTES}/?")
_TOKEN_BEGUN = re.compile(r"<[|\uff5c][^\s<>|\uff5c]{0,40}[|\uff5c]?")
_FIRST = re.compile("[<[◁]")
_MOST = 130
"""Characters of the longest tag."""

_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


class Tag:
    """A tag in a text, from `start` to `end`; `name` is how it is written without attributes."""

    def __init__(self, found: re.Match[str]) -> None:
        self.start, self.end = found.span()
        self.name = f"<{found[1]}{found[2]}>" if found[2] else found[0]
        self.empty = bool(found[3])
        """Whether it is a whole thought of no words, as `<think/>` is."""

    @property
    def is_word(self) -> bool:
        """Whether people may write it in a sentence: not what is one token of a model."""
        return not self.name.startswith(("<|", "<\uff5c", "<unused"))

    @property
    def is_template(self) -> bool:
        """Whether it is a token of a chat template, or stands around a call of a tool."""
        return self.name in _TEMPLATES or not (self.is_word or self.name in _OF_THOUGHTS)


def find(text: str, at: int = 0, *, over: bool = False) -> Tag | None:
    """Returns the first tag of `text` from `at` on; None while it may become a longer one.

    With `over` nothing more comes.
    """
    small = lowered(text)
    found = _TAG.search(small, at)
    if found is None or (not over and small[found.start() :] in _LONGER):
        return None
    return Tag(found)


def sure(text: str) -> int:
    """Returns how much of `text` cannot be the beginning of a tag."""
    small = lowered(text)
    for found in _FIRST.finditer(small, max(0, len(small) - _MOST)):
        tail = small[found.start() :]
        if tail in _BEGUN or _UNCLOSED.fullmatch(tail) or _TOKEN_BEGUN.fullmatch(tail):
            return found.start()
    return len(text)


def lowered(text: str) -> str:
    """Returns the text with the tags' letters small; a few others would become two."""
    return text.translate(_SMALL)


# -- tags that are only talked of ---------------------------------------------------------------

_QUOTED = re.compile("[\"'\u201c\u201d\u2018\u2019\u201e«»\u2039\u203a「」『』()*_`]")
_ENDED = re.compile(r"\n|\w[.!?]\s*$")
_AFTER_WORD = ".,;:!?)<"
_PAIR_WITHIN = 60
"""Characters between the two tags of one phrase: "between <think> and </think>"."""


class Mentions:
    """Follows what is said, and tells tags that are only named in it: "use the `<think>` tag"."""

    def __init__(self) -> None:
        self._ticks = 0
        """How many backticks began the present code; none outside of any."""

        self._run = 0
        self._since = _PAIR_WITHIN
        """Characters since a tag was named."""

        self.before = ""
        """The last of what was said."""

    def say(self, text: str, *, named: bool = False) -> None:
        """Takes text that is said; `named` is a tag."""
        for letter in text:
            if letter == "`":
                self._run += 1
            elif self._run:
                self._end_run()
        if self._ticks < len("```") and "\n\n" in self.before[-1:] + text:
            self._ticks = 0
        self._since = 0 if named else self._since + len(text)
        self.before = (self.before + text)[-_PAIR_WITHIN:]

    def is_named(self, tag: Tag, after: str, *, over: bool) -> bool | None:
        """Returns whether a tag is only named; None before enough came `after` it.

        With `over` nothing more comes. A thought begins with an answer, a line or a sentence, and
        its end is the end of one.
        """
        ends = tag.name.startswith(("</", "[/", "◁/"))
        if not tag.is_word and not tag.is_template:
            return False
        if self._in_code() or (ends and tag.is_word and self._is_paired()):
            return True
        if not self.before.strip() or self.before.rstrip(" \t").endswith("\n"):
            return False
        if len(after) < 2 and not over and "\n" not in after:  # noqa: PLR2004 - a blank and a letter
            return None
        quoted = _QUOTED.match(self.before[-1]) and _QUOTED.match(after)
        if tag.is_template and not (after[:1] == " " and after[1:2].isalpha()):
            return bool(quoted)  # a sentence goes on behind what it speaks of
        return bool(quoted) or self._is_within(after, ends=ends)

    def _is_within(self, after: str, *, ends: bool) -> bool:
        """Returns whether a sentence goes on before and `after` a tag."""
        if self.before[-1] not in " \t" or ends_sentence(self.before):
            return False
        if ends and after[1:2].isupper():
            return False  # an answer begins so
        goes_on = after[:1] in " \t" and not after[1:2].isspace()
        return goes_on or not after.strip(" \t") or after[0] in _AFTER_WORD

    def _is_paired(self) -> bool:
        """Returns whether the tag that was named just before is named together with its end."""
        between = self.before[len(self.before) - self._since :] if self._since else ""
        return self._since < _PAIR_WITHIN and not _ENDED.search(between)

    def _in_code(self) -> bool:
        return bool((self._run or self._ticks) and self._run != self._ticks)

    def _end_run(self) -> None:
        run, self._run = self._run, 0
        if not self._ticks:
            self._ticks = run
        elif run >= self._ticks:
            self._ticks = 0
