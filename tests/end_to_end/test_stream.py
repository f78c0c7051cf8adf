"""`WS /ws/voice` of a running product, with the audio that its clients send."""

import asyncio
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.client import connect

from tests.engine.audio.containers import KINDS, recorded
from tests.fixtures.server import Product, wait_until
from tests.fixtures.speech import mostly, read_wav
from tests.fixtures.streamer import Streamer
from tests.fixtures.talker import Talker

Say = Callable[..., Path]
TEXT = "Please open the second window."


def at_48k(samples: np.ndarray) -> np.ndarray:
    padded = np.concatenate([samples, np.zeros(20_000, np.int16)])
    return np.repeat(padded, 3).astype(np.int16)


async def test_raw_audio_is_transcribed_recorded_and_ended(product: Product, say: Say) -> None:
    async with Streamer(product) as client:
        began = await client.start()
        await client.speak(read_wav(say("please open the second window")))
        await client.hears(TEXT)
        await client.send(type="session_end")
        ended = await client.until("session_ended")
        assert await client.closed() == 1000
    assert client.of("transcript_partial")
    assert ended["reason"] == "caller_hung_up"
    path = f"/api/v1/calls/{began['callId']}/"
    call = await asyncio.to_thread(product.recorded, began["callId"])
    assert abs(call["duration_ms"] - ended["durationMs"]) < 100
    assert product.get(f"{path}recording", "user")[0] == 200


@pytest.mark.parametrize("kind", KINDS)
async def test_what_browsers_record_is_transcribed(product: Product, say: Say, kind: str) -> None:
    codec = {"webm": "audio/webm;codecs=opus", "ogg": "audio/ogg; codecs=opus"}
    data = recorded(kind, at_48k(read_wav(say("please open the second window"))))
    async with Streamer(product) as client:
        await client.start(audio={"codec": codec.get(kind, "audio/mp4")})
        await client.send(type="audio_chunk", seq=1)
        await client.drip(data, 1_500, 0.1)
        await client.hears(TEXT)


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 2), (44_100, 1), (8_000, 1)])
async def test_any_rate_is_taken(product: Product, say: Say, rate: int, channels: int) -> None:
    samples = read_wav(say("please open the second window"))
    places = np.arange(round(len(samples) * rate / 16_000)) * 16_000 / rate
    resampled = np.interp(places, np.arange(len(samples)), samples).astype(np.int16)
    data = np.repeat(np.append(resampled, np.zeros(rate, np.int16)), channels).tobytes()
    async with Streamer(product) as client:
        await client.start(audio={"codec": "pcm16", "sampleRate": rate, "channels": channels})
        await client.drip(data, 2 * channels * (rate // 10), 0.1)
        assert (await client.until("transcript_final", role="user"))["text"]


async def test_audio_end_ends_the_turn(product: Product, say: Say) -> None:
    async with Streamer(product) as client:
        await client.start()
        await client.speak(read_wav(say("please open the second window")), tail_s=0)
        await client.send(type="audio_end")
        await client.hears(TEXT)


@pytest.mark.parametrize(
    "output", [{"codec": "pcm16", "sampleRate": 16_000}, {"codec": "opus"}, None]
)
async def test_the_agent_answers(product: Product, output: dict[str, object] | None) -> None:
    async with Streamer(product) as client:
        await client.start(agentId="scribe", output=output)
        await client.until("turn_end", turn=1)
        await client.send(type="text", text="take a note buy milk")
        await client.until("turn_end", interrupted=False, turn=3)
    tokens = "".join(m["text"] for m in client.of("llm_token", turn=3))
    assert tokens == "Noted: buy milk."
    assert client.said("agent")[-1] == "Noted: buy milk."
    if output is None:
        assert not client.sound
    elif output["codec"] == "opus":
        header, body = client.sound[0][1:]
        assert sum(header["sizes"]) == header["bytes"] == len(body)
    else:
        played = client.played()
        assert len(played) > 16_000
        assert np.abs(played).max() > 3_000


def _said(client: Streamer, text: str) -> bool:
    return text in client.said("agent")


async def test_half_an_emoji_harms_nobody(product: Product) -> None:
    async with Streamer(product) as client, Streamer(product) as other:
        began = await client.start(agentId="scribe", output={"codec": "pcm16"})
        await other.start(agentId="scribe", output={"codec": "pcm16"})
        await client.until("turn_end", turn=1)
        answers = [f"Noted: milk {count}." for count in range(5)]
        for count, answer in enumerate(answers):
            for kind in ("say", "text"):
                await other.socket.send(f'{{"type": "{kind}", "text": "read {count} \\ud83d"}}')
            await client.send(type="text", text=f"take a note milk {count}")
            await client.sees(partial(_said, client, answer), answer)
        text = "take a note \\ud83d\\ude00 half \\ud83d"
        await client.socket.send(f'{{"type": "text", "text": "{text}"}}')
        await client.sees(partial(_said, client, "Noted: 😀 half."), "the note")
        assert not client.of("error")
        assert not other.of("error")
        rows = product.json(f"/api/v1/calls/{began['callId']}/segments?after=0")["segments"]
        assert "take a note 😀 half" in [row["text"] for row in rows]


async def test_interrupt_silences_it(product: Product) -> None:
    async with Streamer(product) as client:
        await client.start(agentId="scribe", output={"codec": "pcm16"})
        await client.sees(lambda: client.sound, "the greeting")
        await client.send(type="interrupt")
        await client.until("turn_end", interrupted=True)


async def test_a_lost_socket_loses_no_word(product: Product, say: Say) -> None:
    samples = np.concatenate(
        [read_wav(say("please open the second window")), np.zeros(16_000, np.int16)]
    )
    pieces = [samples[n : n + 1600].tobytes() for n in range(0, len(samples), 1600)]
    async with Streamer(product) as client:
        started = await client.start(features=["acks"])
        for piece in pieces[:8]:
            await client.socket.send(piece)
            await asyncio.sleep(0.1)
        client.socket.transport.abort()
    async with Streamer(product) as client:
        again = await client.start(callId=started["callId"], continues=True)
        assert again["resumed"]
        for piece in pieces[again["received"] :]:
            await client.socket.send(piece)
            await asyncio.sleep(0.05)
        finals = await client.hears(TEXT)
        assert finals[0]["startMs"] < 1_000


async def test_a_call_whose_webrtc_is_lost_goes_on_here(product: Product, say: Say) -> None:
    async with Talker(product, "scribe") as talker:
        await talker.send(type="text", text="take a note buy milk")
        await talker.sees(lambda: "Noted: buy milk." in talker.said(), "the note")
        before = len(talker.loud())
        async with Streamer(product) as client:
            await client.start(callId=talker.call_id, output={"codec": "pcm16"}, lastSeq=99)
            await client.speak(read_wav(say("read my notes")))
            await talker.sees(lambda: "Note 1: buy milk." in talker.said(), "the answer")
            await client.sees(lambda: len(client.played()) > 24_000, "its sound")
            assert before <= len(talker.loud())
            await talker.hang_up()
            assert (await client.until("session_ended"))["reason"] == "caller_hung_up"
    call = product.json(f"/api/v1/calls/{talker.call_id}/")
    assert call["transport"] == "websocket"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"audio": {"codec": "audio/x-gsm"}}, "unknown_codec"),
        ({"audio": {"codec": "pcm16", "sample_rate": 5}}, "bad_media"),
        ({"output": {"codec": "mp3"}}, "bad_media"),
        ({"agentId": "nobody"}, "unknown_agent"),
        ({"callId": "nocallofmine"}, "unknown_call"),
        ({"locale": "fi-FI"}, "language_not_supported"),
        ({"agentId": "scribe", "voice": "klingon9"}, "unknown_voice"),
        ({"agentId": "scribe", "voice": "en-us+nonsense"}, "unknown_voice"),
        ({"agentId": "scribe", "voice": "en-us+../../x"}, "unknown_voice"),
        ({"agentId": "scribe", "voice": "v" * 60_000}, "unknown_voice"),
    ],
)
async def test_a_wrong_start_is_told_and_may_be_mended(
    product: Product, given: dict[str, object], code: str
) -> None:
    async with Streamer(product) as client:
        await client.send(type="session_start", **given)
        assert (await client.until("error"))["code"] == code
        assert (await client.start())["callId"]


async def test_broken_audio_is_told_and_the_call_goes_on(product: Product, say: Say) -> None:
    async with Streamer(product) as client:
        await client.start()
        await client.socket.send(b"odd")
        error = await client.until("error")
        assert (error["code"], error["recoverable"]) == ("bad_media", True)
        await client.speak(read_wav(say("please open the second window")))
        await client.hears(TEXT)


async def test_a_container_that_is_none_is_told(product: Product) -> None:
    async with Streamer(product) as client:
        await client.start(audio={"codec": "audio/webm"})
        await client.drip(b"nothing of the kind" * 700, 190, 0.1)
        assert (await client.until("error"))["code"] == "bad_media"


async def test_a_token_may_come_in_the_first_message(product: Product) -> None:
    token = product.credentials["user"]["token"]
    async with Streamer(product, token="") as client:
        await client.send(type="session_start", auth={"token": "vs_wrong"})
        assert (await client.until("error"))["code"] == "not_signed_in"
        assert (await client.start(auth={"token": token}))["callId"]


async def test_a_client_that_says_nobody_is_closed(product: Product) -> None:
    async with Streamer(product, token="", Origin="https://elsewhere.example") as client:
        assert await client.closed() == 4403


async def test_a_client_that_closes_has_left(product: Product) -> None:
    async with Streamer(product) as client:
        call_id = (await client.start())["callId"]
    reason = wait_until(
        lambda: product.json(f"/api/v1/calls/{call_id}/")["end_reason"], 10, "the end"
    )
    assert reason == "caller_left"


async def test_audio_comes_no_faster_than_it_is_spoken(product: Product) -> None:
    async with Streamer(product) as client:
        await client.start(features=["acks"])
        for _ in range(80):
            await client.socket.send(bytes(3_200))
        await client.until("audio_ack", received=20)
        assert not client.of("audio_ack", received=80)
        await client.until("audio_ack", received=80)


async def test_messages_of_odd_kinds_get_errors(product: Product) -> None:
    token = product.credentials["user"]["token"]
    url = product.url.replace("http", "ws", 1) + "/ws/voice"
    async with connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
        wrong: list[tuple[str | bytes, str]] = [
            (b"early", "no_session"),
            ("{", "bad_json"),
            ('{"type": "interrupt"}', "no_session"),
            ('{"type": "session_start", "audio": 3}', "bad_message"),
        ]
        for sent, code in wrong:
            await socket.send(sent)
            assert json.loads(await socket.recv())["code"] == code


async def test_what_was_spoken_before_the_socket_stood_is_there(product: Product, say: Say) -> None:
    spoken = read_wav(say("please open the second window"))
    early = spoken[: len(spoken) // 2 // 1_600 * 1_600]
    held_ms = len(early) // 16
    async with Streamer(product) as client:
        began_s = time.monotonic()
        began = await client.start(heldMs=held_ms)
        assert began["backlogMs"] == held_ms
        for piece in early.reshape(-1, 1_600):
            await client.socket.send(piece.tobytes())
        await client.speak(spoken[len(early) :])
        await client.hears(TEXT)
        await client.send(type="session_end")
        ended = await client.until("session_ended")
    # the clock began with it
    longest_ms = held_ms + 1000 * (time.monotonic() - began_s)
    assert len(spoken) / 16 <= ended["durationMs"] <= longest_ms + 300


async def test_words_just_before_the_hang_up_are_there(product: Product, say: Say) -> None:
    spoken = read_wav(say("please open the second window"))
    loud = np.flatnonzero(np.abs(spoken.astype(np.int32)) > 300)
    async with Streamer(product) as client:
        began = await client.start()
        await client.speak(spoken[: loud[-1]], tail_s=0.2)
        await client.send(type="session_end")
        await client.until("session_ended")
        said = client.said()
    assert mostly(" ".join(said), TEXT)
    rows = product.json(f"/api/v1/calls/{began['callId']}/segments?after=0")["segments"]
    assert [row["text"] for row in rows] == said
