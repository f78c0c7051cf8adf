"""Descriptions of one connection are known by their session, whatever their ICE credentials."""

import pytest

from sessions_app.engine.rtc.sdp.origins import Origin, origin_of

CHROMIUM = "v=0\r\no=- 4611731400430051336 {0} IN IP4 127.0.0.1\r\ns=-\r\n"
FIREFOX = "v=0\no=mozilla...THIS_IS_SDPARTA-140.0 8137234 {0} IN IP4 0.0.0.0\ns=-\n"
CERTIFICATE = "a=fingerprint:sha-256 AB:CD\r\n"


def of(sdp: str) -> Origin:
    found = origin_of(sdp)
    assert found is not None
    return found


@pytest.mark.parametrize("head", [CHROMIUM, FIREFOX])
def test_a_higher_version_of_a_session_follows_a_lower_one(head: str) -> None:
    first, second, tenth = (of(head.format(version) + CERTIFICATE) for version in (0, 1, 10))
    assert second.follows(first)
    assert tenth.follows(second)
    assert not second.follows(second)
    assert not first.follows(second)
    assert not first.follows(None)


def test_another_session_or_certificate_is_another_connection() -> None:
    first = of(CHROMIUM.format(1) + CERTIFICATE)
    for other in (
        CHROMIUM.format(2).replace("4611", "4612") + CERTIFICATE,
        CHROMIUM.format(2).replace("127.0.0.1", "192.0.2.7") + CERTIFICATE,
        CHROMIUM.format(2) + CERTIFICATE.replace("AB", "BA"),
        FIREFOX.format(2) + CERTIFICATE,
    ):
        assert not of(other).follows(first)


@pytest.mark.parametrize(
    "sdp",
    [
        "",
        "v=0\r\nfoo",
        CHROMIUM.format(1),
        CERTIFICATE,
        CHROMIUM.format("") + CERTIFICATE,
        CHROMIUM.format("-1") + CERTIFICATE,
        CHROMIUM.format("1" * 5_000) + CERTIFICATE,
    ],
)
def test_what_says_no_session_is_of_none(sdp: str) -> None:
    assert origin_of(sdp) is None
