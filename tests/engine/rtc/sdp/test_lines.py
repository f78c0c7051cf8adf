"""What lines of one BUNDLE share, and lines that are of use in it alone."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import SessionDescription
from smallwebrtc.connection import Connection
from smallwebrtc.tracks import SpeechOut

from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from sessions_app.engine.rtc.sdp.lines import (
    bundled,
    mid_of,
    sections,
    with_group,
    with_one_fingerprint,
    with_shared_attributes,
)
from sessions_app.engine.rtc.sdp.rejected_lines import with_rejected, without_rejected
from sessions_app.engine.rtc.transport import WebRTCTransport
from tests.fixtures.offers import (
    BUNDLE_ONLY_CHANNEL,
    CHANNEL,
    CHROME_AUDIO,
    FIREFOX_AUDIO,
    OFFERS,
    REJECTED_VIDEO,
    offer,
)

NOTHING = RTCConfiguration(iceServers=[])
LIMIT_S = 15.0
TRANSPORT = re.compile(r"(?m)^a=(ice-ufrag|ice-pwd|fingerprint|setup|rtcp-mux|candidate).*\r\n")


def test_what_one_line_says_for_its_group_is_said_of_each() -> None:
    given = offer(OFFERS["Firefox, max-bundle"])
    audio, *others = sections(with_shared_attributes(given))[1:]
    told = {line for line in audio.split("\r\n") if line.startswith(("a=ice-", "a=fingerprint"))}
    assert len(told) == 4
    for section in others:
        assert told <= set(section.split("\r\n"))
        assert re.match(r"m=\w+ 9 ", section)
    assert without_rejected(with_shared_attributes(given))[1] == ()


@pytest.mark.parametrize("name", ["Chrome", "Edge, video first", "Safari", "no Opus"])
def test_an_offer_that_says_all_is_left_as_it_is(name: str) -> None:
    given = offer(OFFERS[name])
    assert with_shared_attributes(given) == given


def test_a_line_that_would_be_of_use_in_a_group_alone_and_is_in_none_is_rejected() -> None:
    given = with_group(offer([CHROME_AUDIO, BUNDLE_ONLY_CHANNEL]), ["0"])
    kept, gone = without_rejected(with_shared_attributes(given))
    assert [one.mid for one in gone] == ["1"]
    assert (bundled(kept), kept.count("\r\nm=")) == (["0"], 1)


def test_a_line_with_port_0_in_its_group_is_held_where_it_has_a_transport() -> None:
    held = CHROME_AUDIO.replace("m=audio 9", "m=audio 0", 1).replace("a=sendrecv", "a=inactive")
    given = offer([held, CHANNEL])
    assert without_rejected(with_shared_attributes(with_group(given, ["0", "1"])))[1] == ()
    assert len(without_rejected(with_shared_attributes(with_group(given, ["1"])))[1]) == 1


def test_a_rejected_line_leaves_the_group_and_stays_in_its_place() -> None:
    given = with_group(offer([REJECTED_VIDEO, FIREFOX_AUDIO, CHANNEL]), ["0", "1", "2"])
    kept, gone = without_rejected(with_shared_attributes(given))
    assert bundled(kept) == ["1", "2"]
    whole = with_rejected(kept, gone)
    assert [mid_of(section) for section in sections(whole)[1:]] == ["0", "1", "2"]
    assert sections(whole)[1].split("\r\n") == [
        "m=video 0 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 0.0.0.0",
        "a=inactive",
        "a=mid:0",
        "a=rtpmap:96 VP8/90000",  # werift reads an answer's codecs even there
        "",
    ]


def only_in_its_bundle(sdp: str) -> str:
    """Returns an aiortc client's offer as browsers write it with `max-bundle`."""
    head, first, *others = sections(sdp)
    bare = [
        re.sub(r"^(m=\w+) \d+ ", r"\1 0 ", TRANSPORT.sub("", one)) + "a=bundle-only\r\n"
        for one in others
    ]
    return "".join([head, first, *bare])


@asynccontextmanager
async def client() -> AsyncIterator[tuple[RTCPeerConnection, Any]]:
    offer_loopback()
    pc, microphone = RTCPeerConnection(NOTHING), SpeechOut(48_000)
    pc.addTrack(microphone)
    channel = pc.createDataChannel("control")
    await pc.setLocalDescription(await pc.createOffer())
    try:
        yield pc, channel
    finally:
        microphone.stop()
        await pc.close()


async def opened(pc: RTCPeerConnection, channel: Any, answer: str) -> None:
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    async with asyncio.timeout(LIMIT_S):
        while channel.readyState != "open":  # noqa: ASYNC110 - what another peer does
            await asyncio.sleep(0.02)


async def test_a_data_channel_that_is_offered_in_the_bundle_alone_opens() -> None:
    async with client() as (pc, channel):
        transport = WebRTCTransport(NOTHING, CallClock())
        try:
            await opened(
                pc, channel, await transport.answer(only_in_its_bundle(pc.localDescription.sdp))
            )
        finally:
            await transport.aclose()


async def test_it_opens_over_an_operators_own_connection() -> None:
    async with client() as (pc, channel):
        connection = Connection()
        try:
            await connection.initialise(only_in_its_bundle(pc.localDescription.sdp))
            answer = connection.answer()
            assert answer is not None
            await opened(pc, channel, answer["sdp"])
        finally:
            await connection.close()


@pytest.mark.parametrize("group", [[], ["0"], ["0", "1"]])
async def test_an_answer_bundles_what_was_offered_so(group: list[str]) -> None:
    """libwebrtc refuses an answer with a group that the offer did not have."""
    offer_loopback()
    transport = WebRTCTransport(NOTHING, CallClock())
    try:
        answer = await transport.answer(with_group(offer([CHROME_AUDIO, CHANNEL]), group))
    finally:
        await transport.aclose()
    assert bundled(answer) == group
    ports = [media.port for media in SessionDescription.parse(answer).media]
    assert (ports[0] == ports[1]) is (len(group) == 2)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_an_answer_has_one_fingerprint_a_line_and_keeps_the_rest(end: str) -> None:
    kept = [
        "v=0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 96",
        "a=fingerprint:sha-256 AA:BB",
        "a=setup:active",
    ]
    others = ["a=fingerprint:sha-384 CC:DD", "a=fingerprint:sha-512 EE:FF"]
    answer = end.join([*kept[:3], *others, kept[3], *kept[1:3], *others, ""])
    assert with_one_fingerprint(answer) == end.join([*kept, *kept[1:3], ""])
