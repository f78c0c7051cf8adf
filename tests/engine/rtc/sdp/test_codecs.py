"""Which codec an offer is answered with, and what the answer says beside it."""

import pytest
from aiortc.sdp import SessionDescription

from sessions_app.engine.audio.g711_g722 import Telephone
from sessions_app.engine.rtc.sdp.codecs import PayloadTypes, choose, with_extra_types, with_static
from tests.fixtures.offers import (
    CHROME_AUDIO,
    FIREFOX_AUDIO,
    SAFARI_AUDIO,
    TELEPHONE_AUDIO,
    offer,
)

BOTH_CLOCKS = ((110, 48_000), (126, 8_000))


def line(numbers: str, *attributes: str) -> str:
    return "\r\n".join([
        "v=0",
        f"m=audio 9 UDP/TLS/RTP/SAVPF {numbers}",
        *attributes,
        "",
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("audio", "types"),
    [
        (CHROME_AUDIO, PayloadTypes(111, 63, None, (13,), BOTH_CLOCKS, silence=13)),
        (FIREFOX_AUDIO, PayloadTypes(109, None, None, (), ((101, 8_000),))),
        (SAFARI_AUDIO, PayloadTypes(96, None, None, (105, 13), BOTH_CLOCKS, silence=13)),
        (TELEPHONE_AUDIO, PayloadTypes(0, None, Telephone.PCMU, (13,))),
        (
            CHROME_AUDIO.replace("opus/48000/2", "vorbis/48000/2"),
            PayloadTypes(9, None, Telephone.G722, (13,), ((126, 8_000),), silence=13),
        ),
    ],
)
def test_opus_is_taken_before_all_and_else_what_comes_first(
    audio: str, types: PayloadTypes
) -> None:
    assert choose(offer([audio]), 0) == types


@pytest.mark.parametrize(
    ("sdp", "codec", "number"),
    [
        (line("8 0 9"), Telephone.PCMA, 8),
        (line("100 97", "a=rtpmap:97 pcmu/8000", "a=rtpmap:100 g722/8000/1"), Telephone.G722, 100),
        (line("18 0", "a=rtpmap:18 G729/8000"), Telephone.PCMU, 0),
        (line("0", "a=rtpmap:0 PCMU/16000"), None, 0),
        (line("96", "a=rtpmap:96 PCMU/8000/2"), None, 0),
        (line("18", "a=rtpmap:18 G729/8000"), None, 0),
        (line("0").replace("audio", "video"), None, 0),
    ],
)
def test_a_codec_is_known_by_name_and_clock_or_by_its_number_alone(
    sdp: str, codec: Telephone | None, number: int
) -> None:
    types = choose(with_static(sdp), 0)
    if codec is None:
        assert types is None
    else:
        assert types is not None
        assert (types.codec, types.audio) == (codec, number)
    assert choose(sdp, 1) is None


def test_what_a_client_names_itself_is_named_once() -> None:
    given = offer([CHROME_AUDIO])
    assert with_static(given) == given
    assert with_static(line("0 8", "a=rtpmap:8 PCMA/8000")).count("a=rtpmap:") == 2


ANSWER = "\r\n".join([
    "v=0",
    "m=audio 9 UDP/TLS/RTP/SAVPF 0",
    "a=inactive",
    "a=rtpmap:0 PCMU/8000",
    "m=audio 9 UDP/TLS/RTP/SAVPF 0",
    "a=sendrecv",
    "a=rtpmap:0 PCMU/8000",
    "",
])  # fmt: skip


def test_telephone_events_are_answered_on_the_line_that_is_taken() -> None:
    types = PayloadTypes(0, None, Telephone.PCMU, (13,), ((101, 8_000),), line=1)
    first, second = SessionDescription.parse(with_extra_types(ANSWER, types)).media
    assert [codec.name for codec in first.rtp.codecs] == ["PCMU"]
    assert [(c.name, c.clockRate) for c in second.rtp.codecs] == [
        ("PCMU", 8_000),
        ("telephone-event", 8_000),
    ]
    assert second.fmt == [0, 101]
    assert "a=fmtp:101 0-16\r\n" in with_extra_types(ANSWER, types)


def test_comfort_noise_is_asked_for_only_where_silence_is_not_to_be_sent() -> None:
    types = PayloadTypes(0, None, Telephone.PCMU, (13,), (), line=1, silence=13)
    assert "CN/8000" not in with_extra_types(ANSWER, types)
    assert "UDP/TLS/RTP/SAVPF 0 13\r\n" in with_extra_types(ANSWER, types, noise=True)
    assert "a=rtpmap:13 CN/8000\r\n" in with_extra_types(ANSWER, types, noise=True)
    unasked = PayloadTypes(0, None, Telephone.PCMU, (13,), (), line=1)
    assert "CN/8000" not in with_extra_types(
        ANSWER, unasked, noise=True
    )  # it is taken, if it comes


def test_a_line_that_was_not_taken_is_left_alone() -> None:
    assert with_extra_types(ANSWER, PayloadTypes(0, keys=((101, 8_000),), line=2)) == ANSWER
    assert with_extra_types(ANSWER, PayloadTypes(9, keys=((101, 8_000),), line=0)) == ANSWER
