"""ICE: servers, candidates, and what an offer must be cleaned of before aiortc reads it."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Callable, Sequence

import aioice.ice
from aiortc import RTCConfiguration, RTCIceCandidate, RTCIceServer
from aiortc.sdp import candidate_from_sdp, candidate_to_sdp

from sessions_app.core.commands import Candidate
from sessions_app.core.errors import BadCandidateError

LOOPBACK = "127.0.0.1"
RESOLVE_S = 1.0
"""How long a `.local` name may take to resolve before its candidate is left out."""

_find_addresses: Callable[..., list[str]] = aioice.ice.get_host_addresses


def offer_loopback() -> None:
    """Makes this process offer 127.0.0.1 as a candidate beside its other addresses.

    aioice leaves loopback out, so that on a machine without a network nothing at all
    would be offered. For the embedded form, where the browser runs on the same machine.
    """

    def with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        found = list(_find_addresses(use_ipv4, use_ipv6))
        return found if LOOPBACK in found else [*found, LOOPBACK]

    aioice.ice.get_host_addresses = with_loopback


def configuration(urls: Sequence[str]) -> RTCConfiguration:
    """Returns aiortc's settings for `urls`; an empty list means host candidates only."""
    return RTCConfiguration(iceServers=[RTCIceServer(urls=url) for url in urls])


def clean_offer(sdp: str) -> str:
    """Returns `sdp` without `.local` candidates and end marks.

    aiortc would wait for each name to resolve, and with `a=end-of-candidates` it refuses
    every candidate that comes later; the client is then found by its own checks.
    """
    lines = sdp.replace("\r\n", "\n").split("\n")
    kept = [line for line in lines if not _is_unwanted(line)]
    return "\r\n".join(kept)


def _is_unwanted(line: str) -> bool:
    if line.startswith("a=end-of-candidates"):
        return True
    return line.startswith("a=candidate:") and ".local " in line


def identity(sdp: str) -> str | None:
    """Returns DTLS fingerprint and ICE user fragment, which tell one offer from another."""
    fingerprint = re.search(r"^a=fingerprint:(\S+ \S+)", sdp, re.MULTILINE)
    fragment = re.search(r"^a=ice-ufrag:(\S+)", sdp, re.MULTILINE)
    if fingerprint is None or fragment is None:
        return None
    return f"{fingerprint.group(1)} {fragment.group(1)}"


async def read_candidate(candidate: Candidate) -> RTCIceCandidate | None:
    """Returns aiortc's form of `candidate`, or None for one that is of no use here.

    End marks (empty text) are of no use: aiortc would drop all that follow. So are names
    that do not resolve in time. Raises BadCandidateError for text that is no candidate.
    """
    text = candidate.candidate.removeprefix("a=").removeprefix("candidate:").strip()
    if not text:
        return None
    try:
        parsed = candidate_from_sdp(text)
    except (ValueError, AssertionError, IndexError) as error:
        raise BadCandidateError(
            "This ICE candidate cannot be read. Send `candidate` as the browser gives it."
        ) from error
    if candidate.sdp_mid is None and candidate.sdp_m_line_index is None:
        raise BadCandidateError("An ICE candidate needs `sdpMid` or `sdpMLineIndex`.")
    parsed.sdpMid = candidate.sdp_mid
    parsed.sdpMLineIndex = candidate.sdp_m_line_index
    if parsed.ip.endswith(".local"):
        return await _resolved(parsed)
    try:
        ipaddress.ip_address(parsed.ip)
    except ValueError as error:
        raise BadCandidateError("An ICE candidate's address must be an IP address.") from error
    return parsed


async def _resolved(candidate: RTCIceCandidate) -> RTCIceCandidate | None:
    """Returns `candidate` with its mDNS name replaced by an address, or None."""
    loop = asyncio.get_running_loop()
    try:
        found = await asyncio.wait_for(
            loop.getaddrinfo(candidate.ip, None, family=socket.AF_INET), RESOLVE_S
        )
    except (OSError, TimeoutError):
        return None
    candidate.ip = str(found[0][4][0])
    return candidate


def write_candidate(candidate: RTCIceCandidate, mid: str, index: int) -> Candidate:
    """Returns a local candidate as the wire wants it."""
    return Candidate(f"candidate:{candidate_to_sdp(candidate)}", mid, index)
