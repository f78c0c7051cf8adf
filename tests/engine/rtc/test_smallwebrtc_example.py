"""A connection for an operator's own code, with a real client at its other end."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from smallwebrtc.connection import AUDIO, EVENTS, Connection
from smallwebrtc.tracks import SpeechOut, speech

from sessions_app.engine.core.commands import Candidate
from sessions_app.engine.core.errors import BadCandidateError, BadOfferError
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from sessions_app.engine.rtc.video_tracks import PicturesOut, pictures
from tests.fixtures.offers import OFFERS, offer
from tests.fixtures.server import ROOT

RED = np.full((48, 64, 3), (200, 20, 20), np.uint8)
LIMIT_S = 15.0
DOCUMENT = ROOT / "docs" / "smallwebrtc.md"


class Client:
    """Pipecat's client, as far as the wire knows: three lines and a channel."""

    def __init__(self, *, video: bool = True) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.voice, self.camera = SpeechOut(16_000), PicturesOut(RED)
        self.pc.addTrack(self.voice)
        if video:
            self.pc.addTrack(self.camera)
        self.channel = self.pc.createDataChannel("chat")
        self.messages: list[Any] = []
        self.channel.on("message", lambda text: self.messages.append(json.loads(text)))
        self.tracks: dict[str, MediaStreamTrack] = {}
        self.pc.on("track", lambda track: self.tracks.update({track.kind: track}))

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return str(self.pc.localDescription.sdp)

    async def accept(self, answer: dict[str, str] | None) -> None:
        assert answer is not None
        await self.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))

    async def close(self) -> None:
        self.voice.stop()
        self.camera.stop()
        await self.pc.close()


class Diary(list[str]):
    """The events of a connection, in order."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        for event in EVENTS:
            connection.on(event, lambda _c, *_a, event=event: self.append(event))


async def until(true: Callable[[], Any], what: str) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not true():  # noqa: ASYNC110 - what another peer does
            await asyncio.sleep(0.02)
    assert true(), what


@asynccontextmanager
async def joined(
    connection: Connection, client: Client | None = None
) -> AsyncIterator[tuple[Client, Diary]]:
    made = client or Client()
    diary = Diary(connection)
    await connection.initialise(await made.offer())
    await made.accept(connection.answer())
    await until(connection.is_connected, "the connection")
    try:
        yield made, diary
    finally:
        await made.close()


@pytest_asyncio.fixture
async def connection() -> AsyncIterator[Connection]:
    offer_loopback()
    made = Connection()
    yield made
    await made.close()


async def test_it_answers_and_tells_how_it_fares(connection: Connection) -> None:
    assert connection.answer() is None
    assert not connection.is_connected()
    async with joined(connection) as (client, diary):
        answer = connection.answer()
        assert answer is not None
        assert (answer["type"], answer["pc_id"]) == ("answer", connection.pc_id)
        assert diary[0] == "new"
        assert diary.count("track-started") == 2
        assert diary[-2:] == ["connecting", "connected"]
        await connection.connect()
        assert diary[-3:] == ["connected", "track-started", "track-started"]
    await connection.close()
    await until(lambda: "closed" in diary, "the end")
    assert not connection.is_connected()
    assert client.pc.connectionState == "closed"


async def test_messages_go_both_ways_early_ones_too(connection: Connection) -> None:
    heard: list[Any] = []
    connection.on("app-message", lambda _c, message: heard.append(message))
    connection.send_app_message({"early": True})
    async with joined(connection) as (client, _):
        await until(lambda: client.messages == [{"early": True}], "the early message")
        client.channel.send("ping: 12")
        client.channel.send(json.dumps({"label": "rtvi-ai", "type": "client-ready"}))
        client.channel.send("no json")
        await until(lambda: heard, "the client's message")
        assert heard == [{"label": "rtvi-ai", "type": "client-ready"}]
        assert connection.is_connected()
        status = {"type": "trackStatus", "receiver_index": AUDIO, "enabled": False}
        client.channel.send(json.dumps({"type": "signalling", "message": status}))
        await until(lambda: not connection.is_enabled(AUDIO), "the track's status")
        connection.ask_to_renegotiate()
        await until(lambda: len(client.messages) == 2, "the wish")
        assert client.messages[1]["message"] == {"type": "renegotiate"}
        await connection.disconnect()
        await until(lambda: len(client.messages) == 3, "the goodbye")
        assert client.messages[2]["message"] == {"type": "peerLeft"}


async def test_speech_comes_in_as_recognisers_want_it_and_goes_out(connection: Connection) -> None:
    out = SpeechOut(24_000)
    connection.replace_audio_track(out)
    tone = (8_000 * np.sin(np.arange(48_000) / 5)).astype(np.int16)
    async with joined(connection) as (client, _):
        client.voice.push(tone)
        track = connection.audio_input_track()
        assert track is not None
        async with asyncio.timeout(LIMIT_S):
            async for chunk in speech(track):
                assert (str(chunk.dtype), chunk.shape) == ("int16", (320,))
                if np.abs(chunk).max() > 4_000:
                    break
        out.push(tone)
        assert await loudest(client.tracks["audio"]) > 4_000
        out.clear()
        assert out.waiting_s == 0
        other = SpeechOut(16_000)
        connection.replace_audio_track(other)
        other.push(tone)
        assert await loudest(client.tracks["audio"]) > 4_000
        other.stop()
    out.stop()


async def loudest(track: Any) -> int:
    """Returns the first loud sample that comes."""
    async with asyncio.timeout(LIMIT_S):
        while (found := int(np.abs((await track.recv()).to_ndarray()).max())) < 4_000:
            pass
    return found


async def test_the_callers_picture_goes_back_as_the_document_shows(connection: Connection) -> None:
    printed = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert printed is not None
    names: dict[str, Any] = {}
    exec(compile(printed[1], DOCUMENT.name, "exec"), names)
    client = Client()
    half = RED.copy()
    half[:, : half.shape[1] // 2] = 0
    client.camera.show(half)
    await client.accept(await names["mirror"](connection, {"sdp": await client.offer()}))
    async with asyncio.timeout(LIMIT_S):
        while True:
            frame: Any = await client.tracks["video"].recv()
            picture = frame.to_ndarray(format="rgb24")
            left, right = np.array_split(picture[:, :, 0], 2, axis=1)
            if left.mean() > 100 > right.mean():
                break
    await client.close()
    await connection.close()
    for showing in list(names["MIRRORS"]):
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


async def test_pictures_come_in_the_size_that_is_wanted() -> None:
    track = PicturesOut(RED, per_second=100)
    async with asyncio.timeout(LIMIT_S):
        async for picture in pictures(track, size=(32, 24), per_second=50, form="gray"):
            assert picture.shape == (24, 32)
            break
    track.stop()


async def test_sprites_are_shown_in_turn() -> None:
    first, second = np.zeros_like(RED), np.full_like(RED, 255)
    track = PicturesOut(RED, per_second=100)
    track.animate((first, second))
    shown = [int((await track.recv()).to_ndarray(format="rgb24").mean()) for _ in range(4)]
    assert shown == [0, 255, 0, 255]
    track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()


async def test_pictures_that_nobody_takes_are_dropped() -> None:
    track = PicturesOut(RED, per_second=100)
    seen = 0
    async with asyncio.timeout(LIMIT_S):
        async for _ in pictures(track, per_second=10):
            seen += 1
            if seen == 3:
                break
    assert track._shown > 2 * seen
    track.stop()


async def test_it_is_renegotiated_under_its_name_and_restarted_under_another(
    connection: Connection,
) -> None:
    out = SpeechOut()
    connection.replace_audio_track(out)
    async with joined(connection, Client(video=False)) as (client, diary):
        name = connection.pc_id
        client.pc.addTrack(client.camera)
        await connection.renegotiate(await client.offer())
        await client.accept(connection.answer())
        assert connection.pc_id == name
        await until(lambda: connection.video_input_track() is not None, "the camera")
        second = Client(video=False)
        await connection.renegotiate(await second.offer(), restart_pc=True)
        await second.accept(connection.answer())
        assert connection.pc_id != name
        assert "disconnected" in diary
        await until(connection.is_connected, "the new connection")
        out.push((8_000 * np.sin(np.arange(48_000) / 5)).astype(np.int16))
        assert await loudest(second.tracks["audio"]) > 4_000
        await second.close()
    out.stop()


async def test_a_track_that_ends_is_told(connection: Connection) -> None:
    async with joined(connection) as (client, diary):
        await client.pc.close()
        await until(lambda: "track-ended" in diary, "the end of a track")
        assert connection.audio_input_track() is None


async def test_a_handler_that_breaks_harms_nobody(connection: Connection) -> None:
    told: list[str] = []

    @connection.event_handler("new")
    def broken(_connection: Connection) -> None:
        raise ZeroDivisionError

    @connection.event_handler("new")
    async def whole(given: Connection) -> None:
        told.append(given.pc_id)

    await connection.initialise(offer(OFFERS["Chrome"]))
    await until(lambda: told, "the second handler")
    with pytest.raises(ValueError, match="app-message"):
        connection.on("dance", broken)  # type: ignore[arg-type] # what is tested


@pytest.mark.parametrize(("sdp", "kind"), [("nonsense", "offer"), ("v=0", "answer")])
async def test_wrong_offers_are_told(connection: Connection, sdp: str, kind: str) -> None:
    with pytest.raises(BadOfferError):
        await connection.initialise(sdp, kind)


@pytest.mark.parametrize("name", OFFERS)
async def test_every_browsers_offer_is_answered(connection: Connection, name: str) -> None:
    await connection.initialise(offer(OFFERS[name]))
    answer = connection.answer()
    assert answer is not None
    assert answer["sdp"].count("\r\nm=") == len(OFFERS[name])


async def test_candidates_are_taken_and_wrong_ones_told(connection: Connection) -> None:
    await connection.initialise(offer(OFFERS["Chrome"]))
    good = "candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host"
    await connection.add_ice_candidate(Candidate(good, "0", 0))
    with pytest.raises(BadCandidateError):
        await connection.add_ice_candidate(Candidate("nonsense", "0", 0))
