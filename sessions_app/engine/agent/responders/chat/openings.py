"""Thoughts and calls at the start of an answer that no tag marks: Granite's thoughts, bare JSON.

https://github.com/vllm-project/vllm (reasoning parser `granite`, tool parser `llama3_json`)
"""

import re

_CALL = re.compile(r"(?:```(?:json)?\s*)?\[?\s*\{")
_PARTIAL_CALL = re.compile(r"`{0,3}|```(?:j|js|jso|json)?\s*|(?:```(?:json)?\s*)?\[\s*")
_THOUGHTS = ("here is my thought process:", "here's my thought process:")
_ANSWER = re.compile(r"here(?: is|'s) my response:\s*", re.IGNORECASE)


class Opening:
    """Takes an answer in pieces; holds its beginning back while it may be one of these.

    `calls`: the agent has tools, so an answer that begins like JSON may be a call.
    """

    def __init__(self, *, calls: bool) -> None:
        self._calls = calls
        self._text: str | None = ""
        self._trims = False
        self.thought = False
        """Whether the answer began with a thought."""

        self.call = False
        """Whether the answer begins like a call."""

    def feed(self, piece: str) -> str:
        """Returns what is to be said of the text so far."""
        if self._text is None:
            return self._after_thought(piece)
        self._text += piece
        small = self._text.lstrip().lower().replace("\u2019", "'")
        if self._calls and _CALL.match(small):
            self.call = True
            return ""
        if small.startswith(_THOUGHTS):
            self.thought = self._trims = True
            match = _ANSWER.search(self._text.replace("\u2019", "'"))
            return self._after_thought(self._rest(match.end())) if match else ""
        partial = any(opener.startswith(small) for opener in _THOUGHTS)
        if partial or (self._calls and _PARTIAL_CALL.fullmatch(small)):
            return ""
        return self._rest(0)

    def finish(self, *, cut: bool = False) -> str:
        """Returns the text held back, if no thought; with `cut` the model hit its token limit."""
        if self._text is not None:
            self.thought = self.thought and cut
            self._text = "" if self.thought else self._text
        return self._rest(0)

    def _after_thought(self, text: str) -> str:
        """Returns text after the beginning, without the blanks after a thought."""
        if self._trims:
            text = text.lstrip()
            self._trims = not text
        return text

    def _rest(self, start: int) -> str:
        text, self._text = self._text or "", None
        return text[start:]
