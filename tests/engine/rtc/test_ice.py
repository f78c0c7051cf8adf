import pytest

from sessions_app.engine.core.commands import Candidate
from sessions_app.engine.core.errors import BadCandidateError
from sessions_app.engine.rtc import ice

HOST = "candidate:1 1 udp 2113937151 192.0.2.7 50123 typ host generation 0 ufrag abcd"
OFFER = "\r\n".join(
    [
        "v=0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=ice-ufrag:abcd",
        "a=fingerprint:sha-256 AA:BB",
        "a=candidate:1 1 udp 2113937151 0f0e.local 50123 typ host",
        "a=candidate:2 1 udp 2113937151 192.0.2.7 50124 typ host",
        "a=end-of-candidates",
        "",
    ]
)


def test_an_offer_loses_names_and_end_marks_only() -> None:
    kept = ice.clean_offer(OFFER)
    assert ".local" not in kept
    assert "end-of-candidates" not in kept
    assert "192.0.2.7" in kept
    assert kept.count("\r\n") == OFFER.count("\r\n") - 2


def test_an_offer_is_known_by_fingerprint_and_user_fragment() -> None:
    assert ice.identity(OFFER) == "sha-256 AA:BB abcd"
    assert ice.identity("v=0\r\n") is None


async def test_a_candidate_is_read_as_the_browser_gives_it() -> None:
    parsed = await ice.read_candidate(Candidate(HOST, "0", 0))
    assert parsed is not None
    assert (parsed.ip, parsed.port, parsed.type) == ("192.0.2.7", 50123, "host")
    assert (parsed.sdpMid, parsed.sdpMLineIndex) == ("0", 0)


@pytest.mark.parametrize("text", ["", "candidate:", "a=candidate: "])
async def test_an_end_mark_is_of_no_use(text: str) -> None:
    assert await ice.read_candidate(Candidate(text, "0", 0)) is None


async def test_a_name_that_does_not_resolve_is_of_no_use() -> None:
    assert await ice.read_candidate(Candidate(HOST.replace("192.0.2.7", "x.local"), "0")) is None


@pytest.mark.parametrize(
    "candidate",
    [
        Candidate("candidate:nonsense", "0", 0),
        Candidate(HOST.replace("50123", "port"), "0", 0),
        Candidate(HOST.replace("192.0.2.7", "example.org"), "0", 0),
        Candidate(HOST),
    ],
)
async def test_a_bad_candidate_is_named(candidate: Candidate) -> None:
    with pytest.raises(BadCandidateError, match="candidate"):
        await ice.read_candidate(candidate)
