"""A model's thoughts within its answer, as servers without a reasoning parser stream them.

Nothing of them is an answer: they are neither spoken nor kept.
"""

import re
from string import ascii_lowercase, ascii_uppercase

_PAIRS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "<reflection>": "</reflection>",
    "<analysis>": "</analysis>",
    "<scratchpad>": "</scratchpad>",
    "<seed:think>": "</seed:think>",
    "<unused94>": "<unused95>",
    "<|begin_of_thought|>": "<|end_of_thought|>",
    "[think]": "[/think]",
    "◁think▷": "◁/think▷",
    "<|start_thinking|>": "<|end_thinking|>",
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",
    "<|channel|>commentary to=": "<|channel|>final<|message|>",
}
"""How each begins and ends: DeepSeek, Qwen and others; Seed; MedGemma; Sky-T1; Mistral; Kimi;
Cohere; gpt-oss.
"""

_DROPPED = (
    "<|channel|>final<|message|>",
    "<|channel|>commentary<|message|>",
    "<|end|>",
    "<|return|>",
    "<|start|>assistant",
    "<|begin_of_solution|>",
    "<|end_of_solution|>",
    "<|start_response|>",
    "<|end_response|>",
)
"""What gpt-oss, Sky-T1 and Cohere write around an answer."""

_CLOSERS = frozenset(_PAIRS.values())
_OPENERS = {closer: opener for opener, closer in _PAIRS.items() if "commentary" not in opener}
_TAGS = (*_PAIRS, *_CLOSERS, *_DROPPED)
_TAG = re.compile("|".join(re.escape(tag) for tag in sorted(set(_TAGS), key=len, reverse=True)))


class ThoughtFilter:
    """Takes an answer in pieces; gives back what of it is no thought.

    A tag may be cut anywhere; what may become one is kept back until it is clear. With `opened`
    the answer begins within a thought, as some templates write the first tag themselves: text is
    kept back until the closing tag comes.
    """

    def __init__(self, *, opened: bool = False) -> None:
        self._text = ""
        self._closer = ""
        self._held = ""
        self._opened = opened
        self._nested = 0
        self._said = False
        self.seen = opened
        """Whether there was any thought."""

        self.unopened = False
        """Whether a thought ended that had not begun: it was said already, unless `opened`."""

    @property
    def thinking(self) -> bool:
        """Whether what comes next belongs to a thought."""
        return bool(self._closer) or self._opened

    def feed(self, piece: str) -> str:
        """Returns what `piece` adds to the answer."""
        self._text += piece
        return self._trimmed(self._take())

    def finish(self, *, cut: bool = False) -> str:
        """Returns what is left at the end; with `cut` the model was stopped by its limit."""
        rest = "" if self._closer else self._text
        if self._opened:  # no thought after all, unless it was cut off in the midst of one
            rest = "" if cut else self._held + self._text
        self._text = self._held = ""
        self._opened = False
        return self._trimmed(rest)

    def _take(self) -> str:
        out = ""
        while True:
            if self._closer:
                if not self._closed():
                    return out
                continue
            tag = _TAG.search(_lowered(self._text))
            if tag is None:
                return out + self._kept(self._text[: self._sure()])
            out += self._kept(self._text[: tag.start()])
            self._text = self._text[len(tag.group()) :]
            self._met(tag.group())

    def _closed(self) -> bool:
        """Takes a thought's text; returns whether its end came.

        A model may think within a thought, or write the tag in one. What follows the first end is
        kept back then: another end says that it was thought, too, and the answer's end that not.
        """
        text, opener = _lowered(self._text), _OPENERS[self._closer]
        at, inner = text.find(self._closer), text.find(opener)
        if inner >= 0 and not 0 <= at < inner:
            self._nested += 1
            self._text = self._text[inner + len(opener) :]
            return self._closed()
        if at < 0:
            self._text = self._text[-max(len(self._closer), len(opener)) :]
            return False
        self._text, self._closer = self._text[at + len(self._closer) :], ""
        self._opened, self._held = bool(self._nested), ""
        return True

    def _kept(self, text: str) -> str:
        """Returns text that is no part of a tag, or keeps it while it may be a thought."""
        self._text = self._text[len(text) :]
        if not self._opened:
            return text
        self._held += text
        return ""

    def _met(self, tag: str) -> None:
        if tag in _PAIRS:
            self._closer, self.seen = _PAIRS[tag], True
            self._opened = False
        elif tag in _CLOSERS and tag not in _DROPPED and self._nested:
            self._nested -= 1
            self._opened, self._held = bool(self._nested), ""
        elif tag in _CLOSERS and tag not in _DROPPED:
            self.unopened = self.seen = True
            self._opened, self._held = False, ""

    def _sure(self) -> int:
        """Returns how much of the text cannot be the beginning of a tag."""
        text = _lowered(self._text)
        longest = max(map(len, _TAGS))
        for at in range(max(0, len(text) - longest + 1), len(text)):
            if any(tag.startswith(text[at:]) for tag in _TAGS):
                return at
        return len(text)

    def _trimmed(self, text: str) -> str:
        """Returns the text without blanks before the first word, which follow a thought."""
        if not self._said and self.seen:
            text = text.lstrip()
        self._said = self._said or bool(text.strip())
        return text


_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


def _lowered(text: str) -> str:
    """Returns the text with the tags' letters small; a few others would become two."""
    return text.translate(_SMALL)
