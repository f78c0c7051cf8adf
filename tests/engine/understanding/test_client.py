"""How servers of several products answer, refuse and fail."""

import socket
from typing import Any

import pytest

from sessions_app.engine.understanding.client import (
    AnswerForm,
    LanguageModelAwayError,
    LanguageModelError,
    ModelClient,
    ModelUse,
    TooLongError,
)
from tests.fixtures.completions_server import PRODUCTS, CompletionsServer, Reply

FORM = AnswerForm("colours", {"type": "object", "properties": {"red": {"type": "boolean"}}})
ASKED = [{"role": "user", "content": "Which colour is it? Answer in JSON."}]
ANSWER = '{"red": true}'


class Sleeper:
    """Notes how long it was asked to wait."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


def client_of(server: CompletionsServer, sleep: Sleeper, **how: Any) -> ModelClient:
    return ModelClient(model="m", base_url=server.url, api_key="key", sleep=sleep, **how)


def ask(client: ModelClient, use: ModelUse | None = None) -> tuple[str, bool]:
    return client.ask(ASKED, FORM, use or ModelUse(), 100)


@pytest.mark.parametrize("product", PRODUCTS)
def test_each_products_answers_are_read(
    server: CompletionsServer, sleeper: Sleeper, product: str
) -> None:
    server.product, server.tokens_in = PRODUCTS[product], 9
    server.answer = lambda _body: ANSWER
    use = ModelUse()
    assert ask(client_of(server, sleeper), use) == (ANSWER, False)
    assert use == ModelUse(requests=1, tokens_in=9, tokens_out=7)
    assert use.guessed == (0, 0)
    assert server.keys == ["Bearer key"]
    sent = server.requests[0]
    assert sent["response_format"]["json_schema"]["schema"] == FORM.schema
    assert (sent["stream"], sent["max_tokens"], sent["messages"]) == (False, 100, ASKED)


def test_tokens_that_a_server_does_not_count_are_estimated(
    server: CompletionsServer, sleeper: Sleeper
) -> None:
    choices = [{"message": {"content": ANSWER}}]
    server.answer = lambda _body: Reply(200, {"choices": choices})
    use = ModelUse()
    for _ in range(2):
        ask(client_of(server, sleeper), use)
    assert (use.tokens_in, use.tokens_out, use.guessed) == (0, 0, (16, 6))


@pytest.mark.parametrize("count", [10**30, 2**40, "5", -1.5, True, None])
def test_counts_that_cannot_be_are_no_counts(
    server: CompletionsServer, sleeper: Sleeper, count: Any
) -> None:
    usage = {"prompt_tokens": count, "completion_tokens": count}
    body = {"choices": [{"message": {"content": ANSWER}}], "usage": usage}
    server.answer = lambda _body: Reply(200, body)
    use = ModelUse()
    ask(client_of(server, sleeper), use)
    assert (use.tokens_in, use.tokens_out, use.guessed) == (0, 0, (8, 3))


@pytest.mark.parametrize("product", PRODUCTS)
def test_an_answer_that_is_cut_off_says_so(
    server: CompletionsServer, sleeper: Sleeper, product: str
) -> None:
    server.product = PRODUCTS[product]
    server.answer = lambda _body: server.said('{"red": tr', "length")
    assert ask(client_of(server, sleeper)) == ('{"red": tr', True)


def test_a_plain_completion_is_an_answer(server: CompletionsServer, sleeper: Sleeper) -> None:
    choices = [{"text": ANSWER, "index": 0, "finish_reason": "stop"}]
    server.answer = lambda _body: Reply(200, {"choices": choices, "usage": None})
    assert ask(client_of(server, sleeper)) == (ANSWER, False)


UNNAMED = {"object": "error", "message": "Bad request", "type": "BadRequestError", "code": 400}
REFUSALS = {
    "openai": {
        "error": {
            "message": "Invalid parameter: 'response_format' of type 'json_schema' is not "
            "supported with this model.",
            "type": "invalid_request_error",
            "param": "response_format",
            "code": None,
        }
    },
    "llama.cpp": {
        "error": {
            "code": 400,
            "message": "Failed to parse grammar",
            "type": "invalid_request_error",
        }
    },
    "DeepSeek": {
        "error": {
            "message": "This response_format type is unavailable now",
            "type": "invalid_request_error",
            "param": None,
            "code": "invalid_request_error",
        }
    },
    "LM Studio": {"error": "'response_format.type' must be 'text'"},
    "vLLM": UNNAMED,
    "FastAPI": {
        "detail": [
            {"loc": ["body", "response_format"], "msg": "extra fields not permitted", "type": "x"}
        ]
    },
}


@pytest.mark.parametrize("product", REFUSALS)
def test_a_server_that_takes_no_schema_is_asked_in_words(
    server: CompletionsServer, sleeper: Sleeper, product: str
) -> None:
    def answer(body: dict[str, Any]) -> str | Reply:
        return Reply(400, REFUSALS[product]) if "response_format" in body else ANSWER

    server.answer = answer
    client = client_of(server, sleeper)
    assert ask(client) == (ANSWER, False)
    assert server.formats == ["json_schema", "json_object", ""]
    assert ask(client) == (ANSWER, False)
    assert server.formats[3:] == [""]  # what was learnt holds
    assert not sleeper.slept


def test_a_server_of_json_alone_gets_that(server: CompletionsServer, sleeper: Sleeper) -> None:
    def answer(body: dict[str, Any]) -> str | Reply:
        known = body["response_format"]["type"] == "json_object"
        return ANSWER if known else Reply(422, REFUSALS["FastAPI"])

    server.answer = answer
    assert ask(client_of(server, sleeper)) == (ANSWER, False)
    assert server.formats == ["json_schema", "json_object"]


def test_other_parameters_that_are_refused_are_left_out(
    server: CompletionsServer, sleeper: Sleeper
) -> None:
    def answer(body: dict[str, Any]) -> str | Reply:
        wrong = next((name for name in ("max_tokens", "temperature") if name in body), "")
        told = {"message": f"Unsupported parameter: {wrong}", "param": wrong, "code": "x"}
        return Reply(400, {"error": told}) if wrong else ANSWER

    server.answer = answer
    assert ask(client_of(server, sleeper)) == (ANSWER, False)
    last = server.requests[-1]
    assert last["max_completion_tokens"] == 100
    assert last["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    "failure",
    [
        Reply(429, {"error": {"message": "Rate limit reached", "code": "rate_limit_exceeded"}}),
        Reply(503, {"error": {"code": 503, "message": "Loading model"}}),
        Reply(500, "<html>Internal Server Error</html>"),
        Reply(502, ""),
        Reply(408, ""),
        Reply(0),
        Reply(200, "<html>not a model</html>"),
        Reply(200, ""),
        Reply(200, {"error": {"message": "Provider returned error", "code": 502}}),
        Reply(200, {"choices": []}),
    ],
    ids=lambda reply: f"{reply.status} {str(reply.body)[:20]}",
)
def test_what_may_pass_is_tried_again(
    server: CompletionsServer, sleeper: Sleeper, failure: Reply
) -> None:
    server.answer = lambda _body: failure if len(server.requests) < 3 else ANSWER
    use = ModelUse()
    assert ask(client_of(server, sleeper), use) == (ANSWER, False)
    first, second = sleeper.slept
    assert 1 < first < second < 6
    assert use.requests == 3


def test_pauses_are_those_that_the_server_names(
    server: CompletionsServer, sleeper: Sleeper
) -> None:
    waits = iter(["7", "1000", "Wed, 21 Oct 2026 07:28:00 GMT"])
    server.answer = lambda _body: Reply(429, "", {"retry-after": next(waits)})
    with pytest.raises(LanguageModelAwayError, match="429"):
        ask(client_of(server, sleeper, retries=2))
    assert sleeper.slept == [7.0, 60.0]
    assert len(server.requests) == 3


def test_a_server_that_does_not_answer_is_given_up(
    server: CompletionsServer, sleeper: Sleeper
) -> None:
    server.answer = lambda _body: Reply(-1)
    with pytest.raises(LanguageModelAwayError, match="too slow"):
        ask(client_of(server, sleeper, retries=1, timeout_s=0.2))
    assert len(sleeper.slept) == 1


def test_a_server_that_is_not_there(server: CompletionsServer, sleeper: Sleeper) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        server.port = taken.getsockname()[1]
        with pytest.raises(LanguageModelAwayError, match="cannot be used"):
            ask(client_of(server, sleeper, retries=0))


@pytest.mark.parametrize(
    "refusal",
    [
        Reply(401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}),
        Reply(404, {"error": {"message": "model 'm' not found", "type": "not_found_error"}}),
        Reply(429, {"error": {"message": "You exceeded …", "code": "insufficient_quota"}}),
        Reply(301, "", {"location": "http://127.0.0.1:9/"}),
    ],
    ids=["key", "model", "money", "redirect"],
)
def test_what_does_not_pass_is_told_at_once(
    server: CompletionsServer, sleeper: Sleeper, refusal: Reply
) -> None:
    server.answer = lambda _body: refusal
    with pytest.raises(LanguageModelError, match=str(refusal.status)) as caught:
        ask(client_of(server, sleeper))
    assert not caught.value.retryable
    assert len(server.requests) == 1
    assert not sleeper.slept


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (400, {"error": {"code": "context_length_exceeded", "message": "maximum context"}}),
        (
            400,
            {
                "error": {
                    "code": 400,
                    "message": "the request exceeds the available context size, try increasing it",
                    "type": "exceed_context_size_error",
                    "n_prompt_tokens": 5000,
                    "n_ctx": 4096,
                }
            },
        ),
        (400, {"object": "error", "message": "This model's maximum context length is 4096 tokens"}),
        (413, "Request Entity Too Large"),
        (500, {"error": {"message": "prompt is too long", "code": 500}}),
    ],
)
def test_a_request_that_does_not_fit(
    server: CompletionsServer, sleeper: Sleeper, status: int, told: Any
) -> None:
    server.answer = lambda _body: Reply(status, told)
    with pytest.raises(TooLongError):
        ask(client_of(server, sleeper))
    assert len(server.requests) == 1


def test_a_request_that_was_cut_off_in_silence_is_noticed(
    server: CompletionsServer, sleeper: Sleeper
) -> None:
    server.answer, server.tokens_in, server.product = (lambda _b: ANSWER), 100, PRODUCTS["ollama"]
    use = ModelUse()
    long = [{"role": "user", "content": "word " * 1000}]
    with pytest.raises(TooLongError, match="only a part"):
        client_of(server, sleeper).ask(long, FORM, use, 100)
    assert use.tokens_in == 100  # it is paid for all the same


@pytest.mark.parametrize(("base_url", "key"), [("not an address", "k"), (None, "schlüssel\u2603")])
def test_settings_that_are_no_address_and_no_key(
    sleeper: Sleeper, base_url: str | None, key: str
) -> None:
    client = ModelClient(
        model="m", base_url=base_url or "http://127.0.0.1:9", api_key=key, sleep=sleeper, retries=0
    )
    with pytest.raises(LanguageModelError):
        ask(client)
