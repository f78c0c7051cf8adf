"""Answers that say only in words what they begin with: Granite's thoughts, and calls as bare JSON.

https://github.com/vllm-project/vllm (reasoning parser `granite`, tool parser `llama3_json`)
"""

import re

_CALL = re.compile(r"(?:```(?:json)?\s*)?\[?\s*\{")
_CALL_BEGUN = re.compile(r"`{0,3}|```(?:j|js|jso|json)?\s*|(?:```(?:json)?\s*)?\[\s*")
_THOUGHTS = ("here is my thought process:", "here's my thought process:")
_ANSWER = re.compile(r"here(?: is|'s) my response:\s*", re.IGNORECASE)


class Opening:
    """Takes an answer in pieces; keeps its beginning back while it may be one of these.

    With `calls` the agent has tools: an answer that begins as JSON does may be a call of one.
    """

    def __init__(self, *, calls: bool) -> None:
        self._calls = calls
        self._text: str | None = ""
        self._trims = False
        self.thought = False
        """Whether the answer began with a thought."""

        self.call = False
        """Whether the answer begins as a call does."""

    def feed(self, piece: str) -> str:
        """Returns what is no thought and no call."""
        if self._text is None:
            return self._answered(piece)
        self._text += piece
        small = self._text.lstrip().lower().replace("\u2019", "'")
        if self._calls and _CALL.match(small):
            self.call = True
            return ""
        if small.startswith(_THOUGHTS):
            self.thought = self._trims = True
            found = _ANSWER.search(self._text.replace("\u2019", "'"))
            return self._answered(self._rest(found.end())) if found else ""
        begun = any(opener.startswith(small) for opener in _THOUGHTS)
        if begun or (self._calls and _CALL_BEGUN.fullmatch(small)):
            return ""
        return self._rest(0)

    def finish(self, *, cut: bool = False) -> str:
        """Returns what was kept back and is no thought after all; `cut` as the model was."""
        if self._text is not None:
            self.thought = self.thought and cut
            self._text = "" if self.thought else self._text
        return self._rest(0)

    def _answered(self, text: str) -> str:
        """Returns what follows the beginning, without the blanks after a thought."""
        if self._trims:
            text = text.lstrip()
            self._trims = not text
        return text

    def _rest(self, start: int) -> str:
        text, self._text = self._text or "", None
        return text[start:]
