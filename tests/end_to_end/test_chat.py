"""An agent behind a language model on this machine: answers, and everything that can go wrong."""

import asyncio
import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.onlooker import Onlooker
from tests.fixtures.openai_server import PROMPT_TOKENS, ModelServer, running_model
from tests.fixtures.server import Product, processes_of, wait_until
from tests.fixtures.speech import read_wav
from tests.fixtures.talker import Talker

Say = Callable[..., Path]
GUIDE = (
    "from sessions_app.models import Agent; Agent.objects.create(slug='guide', name='Guide', "
    "responder='chat', silence_s=0, prompt='You are a guide.')"
)
KEPT = """
import json
from sessions_app.models import AccessLog, Segment, StaffAct
of = {{"call__public_id": "{call}"}}
deeds = StaffAct.objects.filter(**of).values_list("deed", flat=True)
logged = AccessLog.objects.filter(**of).order_by("at").values_list("action", flat=True)
typed = Segment.objects.filter(said_by__username="staff", **of).values_list("text", flat=True)
print(json.dumps([list(deeds), list(logged), list(typed)]))
"""
SECRET = "the purple elephant"
THOUGHT = "The caller wants to know how late it is, so that I look at the clock first. " * 4


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with running_model(first_token_s=0.2, tokens_per_s=30.0) as server:
        server.answers = {
            "time": "It is ten past four. Is there anything else?",
            "story": "Once there was a king. " * 12,
            "elephant": f"Yes, {SECRET} is grey.",
            "earlier": [("earlier_calls", '{"words": "elephant"}'), "You spoke of an elephant."],
            "ponder": f"{THOUGHT}</think>\n\nIt is ten past four.",
            "hang": [("end_call", "{}"), "Goodbye then."],
        }
        yield server


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, model: ModelServer) -> Iterator[Product]:
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.fixtures.agent_settings",
        "CHAT_MODEL": "test",
        "CHAT_URL": model.url,
        "CHAT_API_KEY": "secret-key",
        "CHAT_USAGE": "1",
        "MODEL_PRICES": "test=1000/2000",
        "PRICES_CURRENCY": "EUR",
    }
    product = Product(tmp_path_factory.mktemp("product"), settings)
    product.prepare()
    product.manage("shell", "-c", GUIDE)
    with product.running("web"):
        yield product


@pytest.fixture(autouse=True)
def well_again(model: ModelServer) -> Iterator[None]:
    model.mode = ""
    yield
    model.mode = ""


async def test_a_spoken_question_is_answered_and_the_next_one_takes_it_up(
    product: Product, model: ModelServer, say: Say
) -> None:
    async with Talker(product, "guide") as talker:
        await talker.microphone.speak(read_wav(say("what time is it")))
        await talker.sees(lambda: len(talker.said()) == 2, "both sentences")
        assert talker.said() == ["It is ten past four.", "Is there anything else?"]
        await talker.sees(lambda: talker.floor() == "listening", "the end of the answer")
        await talker.send(type="text", text="tell me a story")
        await talker.sees(lambda: talker.floor() == "agent_speaking", "the story")
        await talker.hang_up()
    await asyncio.to_thread(_uses_what_was_asked, product, talker.call_id)
    told = model.chats[-1].body["messages"]
    assert [m["role"] for m in told] == ["system", "user", "assistant", "user"]
    assert told[2]["content"] == "It is ten past four. Is there anything else?"


def _uses_what_was_asked(product: Product, call_id: str) -> None:
    """Looks at what the call used, and what that cost, once it has ended."""

    def ended() -> Any:
        call = product.json(f"/api/v1/calls/{call_id}/", "staff")
        return call if call["state"] == "ended" else None

    used = wait_until(ended, 20, "the call's end")["usage"]
    parts = {part["kind"]: part for part in used["parts"]}
    assert parts["recognition"]["audio_ms"] > 500
    assert parts["speech"]["characters"] > len("It is ten past four.")
    answers = parts["answers"]
    assert (answers["name"], answers["estimated"]) == ("test", True)  # the story was cut off
    assert answers["requests"] >= 2
    assert answers["tokens_in"] > PROMPT_TOKENS
    cost = (1000 * answers["tokens_in"] + 2000 * answers["tokens_out"]) / 1_000_000
    assert used["costs"][0]["currency"] == "EUR"
    assert float(used["costs"][0]["amount"]) == pytest.approx(cost)


async def test_an_interruption_closes_the_models_stream_and_memory_keeps_what_was_heard(
    product: Product, model: ModelServer
) -> None:
    async with Talker(product, "guide") as talker:
        await talker.send(type="text", text="tell me a story")
        await talker.sees(lambda: len(talker.loud()) > 50, "the story")
        story = model.chats[-1]
        await talker.send(type="interrupt")
        await talker.sees(lambda: story.closed_early, "the end of the model's stream")
        await talker.until("transcript", interrupted=True)
        await talker.send(type="text", text="what time is it")
        await talker.sees(lambda: "It is ten past four." in talker.said(), "the next answer")
        cut = talker.of("transcript", interrupted=True)[0]
        await talker.hang_up()
    heard = " ".join([m for m in talker.said() if "king" in m or m == cut["text"]])
    remembered = model.chats[-1].body["messages"][2]["content"]
    assert remembered.endswith("[interrupted by the caller]")
    words = re.findall(r"\w+", remembered.removesuffix("[interrupted by the caller]"))
    assert abs(len(words) - len(re.findall(r"\w+", heard))) <= 1


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("slow", "responder_unavailable"),
        ("dies_first", "responder_unavailable"),
        ("dies_middle", "responder_unavailable"),
        ("garbage", "responder_unavailable"),
        ("refused", "responder_failed"),
    ],
)
async def test_a_model_that_fails_is_apologised_for_and_the_call_goes_on(
    product: Product, model: ModelServer, mode: str, code: str
) -> None:
    async with Talker(product, "guide") as talker:
        model.mode = mode
        await talker.send(type="text", text="what time is it")
        failed = await talker.until("error", limit_s=20)
        assert (failed["code"], failed["recoverable"]) == (code, True)
        await talker.sees(lambda: any("sorry" in said for said in talker.said()), "an apology")
        assert talker.loud()
        model.mode = ""
        await talker.sees(lambda: talker.floor() == "listening", "the end of the apology")
        await talker.send(type="text", text="what time is it")
        await talker.sees(lambda: "It is ten past four." in talker.said(), "an answer")
        await talker.hang_up()


async def test_a_voice_that_dies_is_replaced_and_the_answer_is_heard(product: Product) -> None:
    async with Talker(product, "guide") as talker:
        worker = next(pid for pid, c in processes_of(str(product.var)).items() if "hibari" in c)
        os.kill(worker, signal.SIGKILL)
        await talker.send(type="text", text="what time is it")
        await talker.sees(lambda: len(talker.said()) == 2, "both sentences", 20)
        assert talker.loud()
        await talker.hang_up()


async def test_it_looks_things_up_and_ends_the_call(product: Product, model: ModelServer) -> None:
    async with Talker(product, "guide") as talker:
        await talker.send(type="text", text=f"I saw {SECRET}")
        await talker.sees(lambda: len(talker.said()) == 1, "an answer")
        await talker.hang_up()
    async with Talker(product, "guide") as talker:
        await talker.send(type="text", text="what did I say earlier")
        await talker.sees(lambda: "You spoke of an elephant." in talker.said(), "an answer")
        found = model.chats[-1].body["messages"][-1]["content"]
        assert SECRET in found
        await talker.sees(lambda: talker.floor() == "listening", "the end of the answer")
        await talker.send(type="text", text="now hang up")
        bye = await talker.until("bye", limit_s=20)
    assert bye["reason"] == "agent_hung_up"
    assert "Goodbye then." in talker.said()


async def test_the_log_holds_ids_and_no_words(product: Product) -> None:
    await asyncio.sleep(0)
    log = (product.var / "test-logs" / "web.log").read_text()
    assert "the agent failed (responder_unavailable)" in log
    for words in (SECRET, "ten past four", "sorry", "secret-key", "guide."):
        assert words not in log


async def test_a_thought_that_nothing_showed_to_be_one_stops_at_its_end(product: Product) -> None:
    async with Talker(product, "guide") as talker:
        await talker.send(type="text", text="ponder this")
        await talker.sees(lambda: "It is ten past four." in talker.said(), "the answer")
        *heard, answer = talker.said()
        assert answer == "It is ten past four."
        assert THOUGHT.startswith(" ".join(heard))
        assert len(" ".join(heard)) < len(THOUGHT) / 2
        await talker.sees(lambda: talker.floor() == "listening", "the end of the answer")
        await talker.send(type="text", text="ponder again")
        await talker.sees(lambda: len(talker.said()) == len(heard) + 2, "the next answer")
        assert talker.said()[-1] == "It is ten past four."
        await talker.hang_up()


async def test_staff_listen_whisper_and_speak_for_the_agent(
    product: Product, model: ModelServer, say: Say
) -> None:
    async with Talker(product, "guide") as talker, Onlooker(product, talker.call_id) as staff:
        assert staff.state["heeds"]
        await staff.send(type="listen", on=True)
        await talker.until("staff", listening=True)
        await staff.send(type="whisper", text="Tell them that we close at five.")
        await staff.sees(lambda: staff.deeds() == ["listen", "whisper"], "both told")
        await talker.microphone.speak(read_wav(say("what time is it")))
        await staff.sees(staff.hears, "the caller's voice")
        await talker.sees(lambda: len(talker.said()) == 2, "both sentences")
        assert (
            "- Tell them that we close at five." in model.chats[-1].body["messages"][0]["content"]
        )
        await talker.sees(lambda: talker.floor() == "listening", "the end of the answer")

        await staff.send(type="take-over")
        await staff.sees(lambda: staff.state.get("mine"), "the call is held")
        asked, staff.sound = len(model.chats), b""
        await talker.send(type="text", text="tell me a story")
        await staff.send(type="say", text="This is Kim, how can I help?")
        typed = "This is Kim, how can I help?"
        await talker.sees(lambda: typed in talker.said(), "what staff typed")
        await staff.sees(staff.hears, "the agent's voice")
        assert len(model.chats) == asked
        await staff.send(type="give-back")
        await staff.sees(lambda: "heldBy" not in staff.state, "the call is given back")
        before = len(talker.said())
        await talker.send(type="text", text="what time is it")
        await talker.sees(lambda: len(talker.said()) == before + 2, "the agent's own answer")
        told = [message["content"] for message in model.chats[-1].body["messages"]]
        assert told[-3:] == ["tell me a story", "This is Kim, how can I help?", "what time is it"]
        await staff.send(type="listen", on=False)
        await talker.until("staff", listening=False)
        await talker.hang_up()
    assert not any("close at five" in json.dumps(message) for message in talker.messages)
    kept = json.loads(product.manage("shell", "-v", "0", "-c", KEPT.format(call=talker.call_id)))
    deeds = ["listen", "whisper", "take_over", "give_back", "stop_listening"]
    actions = ["listened", "whispered", "took_over", "gave_back", "listened"]
    assert kept == [deeds, actions, ["This is Kim, how can I help?"]]
