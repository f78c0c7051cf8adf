"""The tags around a model's thoughts: how they are written, and where one is only mentioned."""

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
"""Names of elements: DeepSeek, Qwen and most others; Seed, MiniMax and Claude."""

_OTHER_PAIRS = {
    "<unused94>": "<unused95>",
    "<|begin_of_thought|>": "<|end_of_thought|>",
    "[think]": "[/think]",
    "◁think▷": "◁/think▷",
    "<|start_thinking|>": "<|end_thinking|>",
    "<|channel>thought": "<channel|>",
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",
}
"""Opening and closing tags of MedGemma, Sky-T1, Mistral, Kimi, Cohere, Gemma and gpt-oss."""

PAIRS = {**{f"<{name}>": f"</{name}>" for name in _NAMES}, **_OTHER_PAIRS}
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
"""What may also end a thought of gpt-oss: words before a call, and the call."""

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
"""Tags of gpt-oss, Sky-T1 and Cohere around an answer; always dropped."""

AROUND = frozenset({"<answer>", "</answer>", "<response>", "</response>"})
"""Tags of Hunyuan and ERNIE around an answer; dropped only after a thought."""

_OF_THOUGHTS = frozenset({*PAIRS, *CLOSERS, *DROPPED})
_ATTRIBUTES = r"(?:\s[^<>]{0,100})?"
_ELEMENT = rf"<(/?)({'|'.join(map(re.escape, _NAMES))}){_ATTRIBUTES}(/?)>"
_TEMPLATES = {*ENDS, *LEFT_OUT, *CALLS, *CALLS.values()}
_LITERALS = sorted(
    {*_OTHER_PAIRS, *_OTHER_PAIRS.values(), *DROPPED, *AROUND, *_TEMPLATES}, key=len, reverse=True
)
_TAG = re.compile(f"{'|'.join(map(re.escape, _LITERALS))}|{_ELEMENT}|{ANY}")
_ALL_TAGS = (*_LITERALS, *(f"<{slash}{name}" for name in _NAMES for slash in ("", "/")))
_PARTIAL_TAGS = frozenset(tag[:end] for tag in _ALL_TAGS for end in range(1, len(tag) + 1))
_PARTIAL_LITERALS = frozenset(tag[:end] for tag in _LITERALS for end in range(1, len(tag)))
"""Text that may become a longer tag."""

_PARTIAL_ELEMENT = re.compile(rf"</?(?:{'|'.join(map(re.escape, _NAMES))}){_ATTRIBUTES}/?")
_PARTIAL_TOKEN = re.compile(r"<[|\uff5c][^\s<>|\uff5c]{0,40}[|\uff5c]?")
_FIRST = re.compile("[<[◁]")
_LONGEST = 130
"""Characters of the longest tag."""

_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


class Tag:
    """A tag in a text, from `start` to `end`; `name` is the tag without attributes: "<think>"."""

    def __init__(self, found: re.Match[str]) -> None:
        self.start, self.end = found.span()
        self.name = f"<{found[1]}{found[2]}>" if found[2] else found[0]
        self.empty = bool(found[3])
        """Whether it is an empty thought: `<think/>`."""

    @property
    def is_word(self) -> bool:
        """Whether people may write it in a sentence, unlike a special token of a model."""
        return not self.name.startswith(("<|", "<\uff5c", "<unused"))

    @property
    def is_template(self) -> bool:
        """Whether it is a token of a chat template, or marks a tool call."""
        return self.name in _TEMPLATES or not (self.is_word or self.name in _OF_THOUGHTS)


def find_tag(text: str, at: int = 0, *, final: bool = False) -> Tag | None:
    """Returns the first tag of `text` from `at` on; None if there is none, or it may get longer.

    `final`: no more text comes.
    """
    small = lowered(text)
    match = _TAG.search(small, at)
    if match is None or (not final and small[match.start() :] in _PARTIAL_LITERALS):
        return None
    return Tag(match)


def untagged_length(text: str) -> int:
    """Returns the length of the beginning of `text` that cannot be part of a tag."""
    small = lowered(text)
    for found in _FIRST.finditer(small, max(0, len(small) - _LONGEST)):
        tail = small[found.start() :]
        if (
            tail in _PARTIAL_TAGS
            or _PARTIAL_ELEMENT.fullmatch(tail)
            or _PARTIAL_TOKEN.fullmatch(tail)
        ):
            return found.start()
    return len(text)


def lowered(text: str) -> str:
    """Returns the text with ASCII letters in lower case, so that its length stays the same."""
    return text.translate(_SMALL)


# -- tags that are only mentioned ---------------------------------------------------------------

_QUOTED = re.compile("[\"'\u201c\u201d\u2018\u2019\u201e«»\u2039\u203a「」『』()*_`]")
_ENDED = re.compile(r"\n|\w[.!?]\s*$")
_AFTER_WORD = ".,;:!?)<"
_PAIR_WITHIN = 60
"""Characters between the two tags of one phrase: "between <think> and </think>"."""


class Mentions:
    """Follows an answer's text, and recognises tags it only mentions: "use the `<think>` tag"."""

    def __init__(self) -> None:
        self._ticks = 0
        """How many backticks opened the current code; 0 outside code."""

        self._run = 0
        """Backticks at the end of the text so far."""

        self._since = _PAIR_WITHIN
        """Characters since the last mention of a tag."""

        self.before = ""
        """The end of the text so far."""

    def say(self, text: str, *, mention: bool = False) -> None:
        """Takes the next text; `mention`: it is a tag that is only mentioned."""
        for letter in text:
            if letter == "`":
                self._run += 1
            elif self._run:
                self._end_run()
        if self._ticks < len("```") and "\n\n" in self.before[-1:] + text:
            self._ticks = 0
        self._since = 0 if mention else self._since + len(text)
        self.before = (self.before + text)[-_PAIR_WITHIN:]

    def is_mention(self, tag: Tag, after: str, *, final: bool) -> bool | None:
        """Returns whether a tag is only mentioned; None until enough text has come `after` it.

        `final`: no more text comes. A real thought begins where an answer, a line or a sentence
        begins, and ends where one ends.
        """
        ends = tag.name.startswith(("</", "[/", "◁/"))
        if not tag.is_word and not tag.is_template:
            return False
        if self._in_code() or (ends and tag.is_word and self._is_paired()):
            return True
        if not self.before.strip() or self.before.rstrip(" \t").endswith("\n"):
            return False
        if len(after) < 2 and not final and "\n" not in after:  # noqa: PLR2004 - a blank and a letter
            return None
        quoted = _QUOTED.match(self.before[-1]) and _QUOTED.match(after)
        if tag.is_template and not (after[:1] == " " and after[1:2].isalpha()):
            return bool(quoted)  # behind a mention the sentence would go on
        return bool(quoted) or self._is_within(after, ends=ends)

    def _is_within(self, after: str, *, ends: bool) -> bool:
        """Returns whether one sentence continues from before a tag to `after` it."""
        if self.before[-1] not in " \t" or ends_sentence(self.before):
            return False
        if ends and after[1:2].isupper():
            return False  # the answer begins here
        goes_on = after[:1] in " \t" and not after[1:2].isspace()
        return goes_on or not after.strip(" \t") or after[0] in _AFTER_WORD

    def _is_paired(self) -> bool:
        """Returns whether this closing tag belongs to an opening one just mentioned."""
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
