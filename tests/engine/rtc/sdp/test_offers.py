"""Every browser's offer is answered rightly: line by line, audio both ways, all else declined."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import SessionDescription
from smallwebrtc.tracks import SpeechOut

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.errors import BadOfferError
from sessions_app.engine.rtc import transport_change
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from sessions_app.engine.rtc.ice import with_public_address
from sessions_app.engine.rtc.transport import WebRTCTransport
from tests.fixtures.offers import (
    CHROME_AUDIO,
    FINGERPRINT,
    OFFERS,
    REJECTED_VIDEO,
    TELEPHONE_AUDIO,
    offer,
)

CHROME = offer([CHROME_AUDIO])
PAIR = offer([CHROME_AUDIO, CHROME_AUDIO])

KEY_CLOCKS = {"Firefox": [8_000], "no Opus": []}
"""Of the telephone events that are answered; those of Opus and of telephony are."""


@pytest_asyncio.fixture
async def transport() -> AsyncIterator[WebRTCTransport]:
    offer_loopback()
    made = WebRTCTransport(
        RTCConfiguration(iceServers=[]), CallClock(), playout=Playout(lambda: 0.0)
    )
    yield made
    await made.aclose()


@pytest.mark.parametrize("name", OFFERS)
async def test_a_browsers_offer_is_answered(transport: WebRTCTransport, name: str) -> None:
    lines = OFFERS[name]
    answer = SessionDescription.parse(await transport.answer(offer(lines)))
    assert [m.kind for m in answer.media] == [line.split()[0][2:] for line in lines]
    assert [m.rtp.muxId for m in answer.media] == [str(n) for n in range(len(lines))]
    taken = [m for m in answer.media if m.kind == "audio" and m.direction == "sendrecv"]
    assert len(taken) == 1
    assert transport.can_play
    opus = name != "no Opus"
    assert taken[0].rtp.codecs[0].mimeType == ("audio/opus" if opus else "audio/PCMU")
    keys = [c.clockRate for c in taken[0].rtp.codecs if c.name == "telephone-event"]
    assert sorted(keys) == KEY_CLOCKS.get(name.partition(",")[0], [8_000, 48_000])
    assert all(m.direction == "inactive" for m in answer.media if m.kind == "video")


async def test_a_second_offer_of_a_connection_is_answered(transport: WebRTCTransport) -> None:
    given = offer(OFFERS["Chrome"])
    first = SessionDescription.parse(await transport.answer(given))
    again = SessionDescription.parse(await transport.answer(given))
    assert [m.direction for m in first.media] == [m.direction for m in again.media]


async def test_codecs_that_are_named_by_their_numbers_alone_are_known(
    transport: WebRTCTransport,
) -> None:
    bare = "\n".join(line for line in TELEPHONE_AUDIO.splitlines() if "rtpmap" not in line)
    answer = SessionDescription.parse(await transport.answer(offer([bare])))
    assert [codec.mimeType for codec in answer.media[0].rtp.codecs] == ["audio/PCMU"]
    assert answer.media[0].direction == "sendrecv"
    assert transport.can_play


@pytest.mark.parametrize(
    ("sdp", "why"),
    [
        ("", "fingerprint"),
        ("v=0\r\n" * 20_000, "over"),
        (offer([REJECTED_VIDEO]), "fingerprint"),
        (offer(OFFERS["Chrome"]).replace("m=audio 9", "m=audio 0"), "no audio"),
        (offer(OFFERS["Chrome"]).replace("a=sendrecv", "a=recvonly"), "no audio"),
        (offer(OFFERS["Chrome"]).replace("a=rtcp-mux\r\n", ""), "a=rtcp-mux"),
        (CHROME.replace("actpass", "holdconn"), "holdconn.*RFC 8842.*actpass"),
        (CHROME.replace("actpass", "both"), "a=setup:both.*actpass"),
        (CHROME.replace("sha-256", "sha-1"), "'sha-1'; known here are: sha-256"),
        (PAIR.replace(f"{FINGERPRINT}\r\n", "", 1).replace("BUNDLE 0 1", "BUNDLE 1"), "no DTLS"),
        (re.sub("a=ice-pwd.*\r\n", "", CHROME), "lacks its ICE user fragment or password"),
        (re.sub("a=ice-ufrag.*\r\n", "", CHROME), "ICE user fragment"),
        (offer([CHROME_AUDIO.replace("opus", "speex")]).replace("G722", "x"), ""),
    ],
)
async def test_what_cannot_be_answered_says_why(
    transport: WebRTCTransport, sdp: str, why: str
) -> None:
    if why:
        with pytest.raises(BadOfferError, match=why):
            await transport.answer(sdp)
    else:
        assert not transport.can_play


def test_a_public_address_is_offered_beside_each_host() -> None:
    sdp = "a=candidate:1 1 udp 2130706431 10.0.0.5 40001 typ host\r\na=end-of-candidates\r\n"
    out = with_public_address(sdp, "203.0.113.9")
    assert "203.0.113.9 40001 typ srflx raddr 10.0.0.5 rport 40001" in out
    assert out.startswith(sdp.split("\r\n", maxsplit=1)[0])
    assert (
        with_public_address(out.replace("10.0.0.5", "203.0.113.9"), "203.0.113.9").count("srflx")
        == 1
    )


@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        ("a=setup:actpass\r\n", "active"),
        ("a=setup:active\r\n", "passive"),
        ("a=setup:passive\r\n", "active"),
        ("", "passive"),
    ],
)
async def test_either_side_may_open_the_dtls_connection(
    transport: WebRTCTransport, offered: str, answered: str
) -> None:
    client = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    microphone = SpeechOut(48_000)
    client.addTrack(microphone)
    client.createDataChannel("control")
    await client.setLocalDescription(await client.createOffer())
    mine = str(client.localDescription.sdp)
    assert "a=setup:actpass" in mine
    answer = await transport.answer(mine.replace("a=setup:actpass\r\n", offered))
    assert set(re.findall(r"a=setup:(\S+)", answer)) == {answered}
    await client.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    async with asyncio.timeout(10):
        while not transport.connected:  # noqa: ASYNC110 - aiortc tells nobody
            await asyncio.sleep(0.01)
    microphone.stop()
    await client.close()


async def test_a_line_that_is_not_used_may_say_what_it_likes(transport: WebRTCTransport) -> None:
    unused = REJECTED_VIDEO + "\na=setup:holdconn"
    answer = await transport.answer(offer([CHROME_AUDIO, unused]))
    assert SessionDescription.parse(answer).media[0].direction == "sendrecv"


async def test_who_speaks_ice_lite_is_checked_by_us(transport: WebRTCTransport) -> None:
    """RFC 8445, section 6.1.1: then we are controlling."""
    await transport.answer(CHROME.replace("s=-", "s=-\r\na=ice-lite"))
    (dtls,) = transport_change.transports(transport._peer._pc)
    assert dtls.transport._connection.ice_controlling
