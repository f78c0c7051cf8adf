"""Asks an OpenAI-compatible server for one answer, and waits for it.

https://platform.openai.com/docs/api-reference/chat/create. It is for work that follows a call: it
blocks, and waits for a busy server. Live answers are streamed by `agent/responders/chat`.
"""

import logging
import random
import re
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import certifi
import httpx2

from sessions_app.engine.agent.budget import CHARACTERS_PER_TOKEN
from sessions_app.engine.agent.responders.chat.refusals import STATUSES, Refusals, refused_parameter
from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.understanding.replies import NoReplyError, body_of, read_reply

logger = logging.getLogger(__name__)

OPENAI = "https://api.openai.com/v1"
FORMATS = ("json_schema", "json_object", "text")
"""Ways to request JSON, the strictest first. With `text` only the prompt asks for it."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0
"""Before the first retry, and the longest before any; each pause is twice the one before.

Shorter asks a busy server too often; longer makes summaries later.
"""

LONGEST_REPLY = 4_000_000
"""Bytes. A longer reply is refused: no summary is as long."""

BUSY = frozenset({408, 409, 425, 429})
UNKNOWN_ADDRESS = frozenset({401, 403, 404})

SERVER_FAULT = 500
"""HTTP status from which the server, not the request, is at fault: worth a retry."""

TOO_LARGE = 413
"""HTTP status: the request exceeds the model's context, so the call is read in more parts."""

_TOO_LONG = re.compile(
    r"context.{0,20}(length|size|window)|exceed\w* .{0,60}(context|tokens)|too (long|many tokens)"
    r"|maximum (context|prompt)",
    re.IGNORECASE,
)
_NO_MONEY = re.compile(r"insufficient_quota|billing", re.IGNORECASE)


class LanguageModelError(VoiceError):
    """The model's server refused, or its answers cannot be used (not retryable)."""


class LanguageModelAwayError(LanguageModelError):
    """The server is overloaded, slow or unreachable (retryable); `wait_s` is its request, or 0."""

    retryable = True

    def __init__(self, message: str, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class TooLongError(LanguageModelError):
    """The request does not fit into the model's context, or its answer not into `max_tokens`."""


class PartlyReadError(TooLongError):
    """By its count of tokens the server read only a part of the request."""


@dataclass(slots=True)
class ModelUse:
    """How many requests a model got, and the tokens they took, unusable answers included.

    `guessed` are estimates, in and out, for answers whose tokens the server did not count.
    """

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    guessed: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """The form of an answer: a name for it, and its JSON Schema."""

    name: str
    schema: Mapping[str, Any]


class ModelClient:
    """One model of one server. Options that the server refuses are not sent again.

    `base_url` is OpenAI's without one. A request takes `timeout_s` at most. Passing faults (429,
    408, 5xx, no connection, no answer in time) are tried again `retries` times, after pauses that
    double, or that the server names. `sleep` waits for seconds.
    """

    def __init__(
        self,
        *,
        model: str,
        base_url: str | None = None,
        api_key: str = "none",
        temperature: float = 0.2,
        timeout_s: float = 300.0,
        retries: int = 3,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.model = model
        self._url = f"{(base_url or OPENAI).rstrip('/')}/chat/completions"
        self._headers = {"authorization": f"Bearer {api_key}"}
        self._temperature = temperature
        self._timeout_s = timeout_s
        self._retries = retries
        self._sleep = sleep
        self._refusals = Refusals()
        self._format = 0
        self._believes_counts = True

    def ask(
        self,
        messages: Sequence[Mapping[str, str]],
        form: AnswerForm,
        use: ModelUse,
        max_tokens: int,
    ) -> tuple[str, bool]:
        """Returns the text of the answer, and whether it was cut off at `max_tokens`.

        The text is what the model wrote: JSON at best. Adds to `use`. Raises LanguageModelError,
        LanguageModelAwayError where trying again did not help, and TooLongError.
        """
        failures = 0
        while True:
            try:
                return self._answer(messages, form, use, max_tokens)
            except LanguageModelAwayError as error:
                failures += 1
                if failures > self._retries:
                    raise
                pause = FIRST_PAUSE_S * 2 ** (failures - 1) * random.uniform(0.75, 1.25)
                self._sleep(min(error.wait_s or pause, LONGEST_PAUSE_S))

    def ignore_token_counts(self) -> None:
        """Ignores the server's token counts from now on; some servers omit cached tokens.

        Call it after a request so short that the server must have read all of it.
        """
        self._believes_counts = False

    def _answer(
        self,
        messages: Sequence[Mapping[str, str]],
        form: AnswerForm,
        use: ModelUse,
        max_tokens: int,
    ) -> tuple[str, bool]:
        """Sends the request, and again in each way that the server's refusals leave."""
        while True:
            sent = self._request(messages, form, max_tokens)
            use.requests += 1
            status, headers, body = self._sent(sent)
            if status < 300:  # noqa: PLR2004 - what HTTP calls successful
                return self._read(body, use, _length(messages))
            if not self._learns_from_refusal(status, body, sent):
                raise _refusal(status, headers, body)

    def _request(
        self, messages: Sequence[Mapping[str, str]], form: AnswerForm, max_tokens: int
    ) -> dict[str, Any]:
        request = {
            "model": self.model,
            "messages": list(messages),
            "temperature": self._temperature,
            "max_tokens": max_tokens,
            "stream": False,
        }
        if asked := _response_format(FORMATS[self._format], form):
            request["response_format"] = asked
        return self._refusals.without(request)

    def _sent(self, request: Mapping[str, Any]) -> tuple[int, Mapping[str, str], str]:
        """Returns status, headers and body of an answer; raises LanguageModelAwayError."""
        end_s = time.monotonic() + self._timeout_s
        try:
            with (
                httpx2.Client(timeout=self._timeout_s, verify=_trusted()) as client,
                client.stream("POST", self._url, json=request, headers=self._headers) as response,
            ):
                body = b""
                for piece in response.iter_bytes():
                    body += piece
                    if time.monotonic() > end_s or len(body) > LONGEST_REPLY:
                        raise LanguageModelAwayError("The model's server is too slow.")
                return response.status_code, response.headers, body.decode(errors="replace")
        except httpx2.TimeoutException as error:
            raise LanguageModelAwayError("The model's server is too slow.") from error
        except httpx2.HTTPError as error:
            name = type(error).__name__
            raise LanguageModelAwayError(f"The model's server cannot be used ({name}).") from error
        except (httpx2.InvalidURL, UnicodeError) as error:
            raise LanguageModelError(
                "The address or the key of the model's server is wrong."
            ) from error

    def _read(self, body: str, use: ModelUse, asked: int) -> tuple[str, bool]:
        try:
            reply = read_reply(body)
        except NoReplyError as error:
            raise LanguageModelAwayError(error.message) from error
        use.tokens_in += reply.tokens_in
        use.tokens_out += reply.tokens_out
        if not (reply.tokens_in or reply.tokens_out):
            more = asked // CHARACTERS_PER_TOKEN, len(reply.text) // CHARACTERS_PER_TOKEN
            use.guessed = use.guessed[0] + more[0], use.guessed[1] + more[1]
        if self._believes_counts and reply.was_cut_by_server(asked):
            raise PartlyReadError("The model's server read only a part of the request.")
        return reply.text, reply.cut

    def _learns_from_refusal(self, status: int, body: str, sent: Mapping[str, Any]) -> bool:
        """Returns whether a refusal tells how to ask otherwise."""
        if status not in STATUSES or _TOO_LONG.search(body):
            return False
        name = refused_parameter(body_of(body), sent)
        unnamed = not name and status < SERVER_FAULT and status != 404  # noqa: PLR2004 - no model
        if "response_format" in sent and (name.startswith("response_format") or unnamed):
            self._format += 1
            logger.warning("the model's server takes no %s", FORMATS[self._format - 1])
            return True
        how = self._refusals.learn(sent, name)
        if how:
            logger.warning("the model's server refuses %s (%s): asked %s", name, status, how)
        return bool(how)


@cache
def _trusted() -> ssl.SSLContext:
    """Returns the certificates of the system and of certifi; to read them takes a while."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _response_format(kind: str, form: AnswerForm) -> dict[str, Any] | None:
    if kind == "json_schema":
        asked = {"name": form.name, "strict": True, "schema": form.schema}
        return {"type": kind, "json_schema": asked}
    return {"type": kind} if kind == "json_object" else None


def _refusal(status: int, headers: Mapping[str, str], body: str) -> LanguageModelError:
    """Returns the error for an answer that is no success."""
    if status == TOO_LARGE or (status not in BUSY and _TOO_LONG.search(body)):
        return TooLongError("The request does not fit into the model's context.")
    if status in UNKNOWN_ADDRESS:
        return LanguageModelError(
            f"The model's server refused the request ({status}): check its address, key and model."
        )
    if status in BUSY and _NO_MONEY.search(body):
        return LanguageModelError(
            f"The model's server refused the request ({status}): no quota is left."
        )
    if status in BUSY or status >= SERVER_FAULT:
        return LanguageModelAwayError(f"The model's server failed ({status}).", _wait_s(headers))
    return LanguageModelError(f"The model's server refused the request ({status}).")


def _wait_s(headers: Mapping[str, str]) -> float:
    """Returns the seconds of Retry-After; 0 without one, or for a date (RFC 9110, 10.2.3)."""
    given = headers.get("retry-after", "")
    return float(given) if re.fullmatch(r"\d{1,6}(\.\d+)?", given) else 0.0


def _length(messages: Sequence[Mapping[str, str]]) -> int:
    return sum(len(message["content"]) for message in messages)
