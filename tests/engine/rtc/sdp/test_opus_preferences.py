import pytest

from sessions_app.engine.rtc.sdp.opus_preferences import (
    OfferedTypes,
    OpusPreferences,
    offered,
    with_preferences,
)

CHROME = "\r\n".join([
    "v=0",
    "o=- 1 2 IN IP4 127.0.0.1",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8",
    "a=rtpmap:111 opus/48000/2",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:63 red/48000/2",
    "a=fmtp:63 111/111",
    "a=rtpmap:9 G722/8000",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "",
])  # fmt: skip
ANSWER = "\r\n".join([
    "v=0",
    "o=- 3 4 IN IP4 0.0.0.0",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "a=sendrecv",
    "a=rtpmap:111 opus/48000/2",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "a=sctp-port:5000",
    "",
])  # fmt: skip
WITHOUT_RED = CHROME.replace("a=fmtp:63 111/111", "a=fmtp:63 9/9")


def test_what_is_offered_is_read() -> None:
    assert offered(CHROME) == OfferedTypes(opus=111, red=63)
    assert offered(CHROME.replace("a=fmtp:63 111/111", "a=fmtp:63 9/9")) == OfferedTypes(111, None)
    assert offered(CHROME.replace("opus", "vorbis")) is None
    assert offered(CHROME.replace("opus/48000/2", "OPUS/48000")) == OfferedTypes(opus=111, red=63)
    assert offered(ANSWER) == OfferedTypes(111, None)
    assert offered(CHROME, 1) is None
    assert offered(CHROME, 7) is None


def test_red_is_asked_for_first_and_fec_and_one_channel() -> None:
    answer = with_preferences(ANSWER, CHROME, OpusPreferences(bitrate=32_000))
    lines = answer.split("\r\n")
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 63 111" in lines
    assert "a=rtpmap:63 red/48000/2" in lines
    assert "a=fmtp:63 111/111" in lines
    asked = "minptime=10;useinbandfec=1;stereo=0;maxaveragebitrate=32000;maxplaybackrate=16000"
    assert f"a=fmtp:111 {asked}" in lines
    assert {"a=rtcp-fb:111 nack", "a=rtcp-fb:63 nack"} <= set(lines)
    assert answer.endswith("a=sctp-port:5000\r\n")


def test_without_red_the_rest_is_asked_for() -> None:
    answer = with_preferences(ANSWER, WITHOUT_RED, OpusPreferences(dtx=True, ptime_ms=60))
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" in answer
    assert "usedtx=1\r\n" in answer
    assert "a=ptime:60\r\n" in answer
    assert "red" not in answer


@pytest.mark.parametrize(
    "answer",
    [
        ANSWER.replace("opus", "G722"),
        ANSWER.replace("rtpmap:111", "rtpmap:109"),
    ],
)
def test_a_line_that_takes_no_opus_is_left_alone(answer: str) -> None:
    assert with_preferences(answer, CHROME, OpusPreferences()) == answer


def test_parameters_that_are_there_are_replaced() -> None:
    there = ANSWER.replace("opus/48000/2\r\n", "opus/48000/2\r\na=fmtp:111 stereo=1\r\n")
    answer = with_preferences(there, WITHOUT_RED, OpusPreferences())
    assert answer.count("a=fmtp:111 ") == 1
    assert "stereo=1" not in answer


def test_every_line_is_asked_for_the_same() -> None:
    """Of one payload type, whether the line is used now or not; each by its own numbers."""
    second = CHROME[CHROME.index("m=audio") :].partition("m=application")[0]
    offer = CHROME.replace("m=application", second + "m=application")
    mine = ANSWER[ANSWER.index("m=audio") :].partition("m=application")[0]
    unused = mine.replace("a=sendrecv", "a=inactive")
    answer = with_preferences(
        ANSWER.replace("m=application", unused + "m=application"), offer, OpusPreferences()
    )
    asked = [line for line in answer.split("\r\n") if line.startswith("a=fmtp:111 ")]
    assert len(asked) == 2
    assert len(set(asked)) == 1
    other = second.replace(":111", ":96").replace("111", "96")
    mixed = with_preferences(
        ANSWER.replace("m=application", unused.replace("111", "96") + "m=application"),
        CHROME.replace("m=application", other + "m=application"),
        OpusPreferences(),
    )
    assert {"a=fmtp:63 111/111", "a=fmtp:63 96/96"} <= set(mixed.split("\r\n"))
