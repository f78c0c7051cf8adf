"""The HTTP side of Pipecat's SmallWebRTC protocol. docs/protocol.md states every message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sessions_app.engine.core.commands import Candidate, Offer
from sessions_app.engine.protocols.results import BadRequestError, agreed, offer_of, read_object
from sessions_app.engine.protocols.rtvi import DOOR

MOST_CANDIDATES = 100
LONGEST_SLUG = 50


@dataclass(frozen=True, slots=True)
class PeerOffer:
    """An offer for a new peer connection, or for the one that `pc_id` names.

    `restart` asks for a new connection in that one's call.
    """

    offer: Offer
    pc_id: str = ""
    restart: bool = False


@dataclass(frozen=True, slots=True)
class StartWish:
    """What of the JSON that a client gave to `/start` counts here."""

    agent: str = ""
    records: bool = False


def parse_offer(body: bytes, start: StartWish | None = None) -> PeerOffer:
    """Returns what a POST asks; raises BadRequestError. `start` is what `/start` was told.

    What the offer itself says of agent and consent goes first.
    """
    given = read_object(body, '{"sdp": "<SDP>", "type": "offer"}')
    if given.get("type", "offer") != "offer":
        raise BadRequestError("`type` must be `offer`.")
    pc_id = given.get("pc_id") or ""
    if not isinstance(pc_id, str):
        raise BadRequestError("`pc_id` must be text or null.")
    wanted = _request_data(given)
    offer = offer_of({"sdp": given.get("sdp"), **_known(wanted)}, "sdp", DOOR)
    if start is not None and not wanted:
        offer = replace(offer, agent=start.agent, records=start.records)
    return PeerOffer(offer, pc_id, restart=given.get("restart_pc") is True)


def parse_start(body: bytes) -> StartWish:
    """Returns what a client asks of `/start`; raises BadRequestError."""
    given = read_object(body, "{}") if body.strip() else {}
    inner = given.get("body")
    known = _known(inner if isinstance(inner, dict) else given)
    agent = known["agentId"]
    if not isinstance(agent, str):
        raise BadRequestError("`agentId` must be text.")
    if len(agent) > LONGEST_SLUG:
        raise BadRequestError(f"`agentId` may hold {LONGEST_SLUG} characters.")
    return StartWish(agent, agreed(known))


def parse_candidates(body: bytes) -> tuple[str, Sequence[Candidate]]:
    """Returns the connection and its candidates of a PATCH; raises BadRequestError."""
    given = read_object(body, '{"pc_id": "…", "candidates": […]}')
    pc_id, listed = given.get("pc_id"), given.get("candidates")
    if not isinstance(pc_id, str) or not pc_id:
        raise BadRequestError("`pc_id` is missing: send the one of the answer.")
    if not isinstance(listed, list) or len(listed) > MOST_CANDIDATES:
        raise BadRequestError(f"`candidates` must be a list of {MOST_CANDIDATES} at most.")
    return pc_id, [_candidate(item) for item in listed if item]


def answer(sdp: str, pc_id: str) -> dict[str, str]:
    """Returns the reply to an offer."""
    return {"sdp": sdp, "type": "answer", "pc_id": pc_id}


def _candidate(given: Any) -> Candidate:
    if not isinstance(given, dict) or not isinstance(given.get("candidate"), str):
        raise BadRequestError("Each of `candidates` must be an object with `candidate` as text.")
    mid = given.get("sdp_mid", given.get("sdpMid"))
    index = given.get("sdp_mline_index", given.get("sdpMLineIndex"))
    if (
        not isinstance(mid, str | None)
        or isinstance(index, bool)
        or not isinstance(index, int | None)
    ):
        raise BadRequestError("`sdp_mid` must be text and `sdp_mline_index` a whole number.")
    return Candidate(given["candidate"], mid, index)


def _request_data(given: Mapping[str, Any]) -> dict[str, Any]:
    data = given.get("requestData", given.get("request_data"))
    return data if isinstance(data, dict) else {}


def _known(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what of a client's own data means something here."""
    agent = wanted.get("agentId", wanted.get("agent_id", wanted.get("agent", "")))
    return {"agentId": agent, "consent": wanted.get("consent")}
