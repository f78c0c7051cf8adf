"""The HTTP side of Pipecat's SmallWebRTC protocol; docs/protocol.md has every message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sessions_app.engine.core.call_data import CallData
from sessions_app.engine.core.commands import Candidate, Offer
from sessions_app.engine.protocols.messages import http
from sessions_app.engine.protocols.reading import Reader, agreed, read_call_data
from sessions_app.engine.protocols.results import BadRequestError, offer_of, read_object
from sessions_app.engine.protocols.rtvi import DOOR


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
    """What counts of the JSON that a client sent to `/start`."""

    agent: str = ""
    records: bool = False
    data: CallData = field(default=CallData(), repr=False)


_read_offer = Reader(http.PeerOfferMessage, BadRequestError)
_read_known = Reader(http.Known, BadRequestError)
_read_start = Reader(http.Start, BadRequestError)


def parse_offer(body: bytes, start: StartWish | None = None) -> PeerOffer:
    """Returns the offer in the body of a POST; raises BadRequestError.

    `start` is what the client sent to `/start`; agent and consent in the offer itself override it,
    and so does each variable and each key of metadata.
    """
    sent = read_object(body, '{"sdp": "<SDP>", "type": "offer"}')
    given = _read_offer({**sent, "pc_id": sent.get("pc_id") or None})
    wanted = _request_data(sent)
    offer = offer_of(given["sdp"], _read_known(_known(wanted)), DOOR)
    if start is not None:
        offer = replace(offer, data=start.data.overlaid(offer.data))
    if start is not None and not wanted:
        offer = replace(offer, agent=start.agent, records=start.records)
    restart = given.get("restart_pc") is True
    return PeerOffer(offer, given.get("pc_id") or "", restart=restart)


def parse_start(body: bytes) -> StartWish:
    """Returns what counts of the body of `/start`; raises BadRequestError."""
    given = read_object(body, "{}") if body.strip() else {}
    inner = given.get("body")
    known = _read_start(_known(inner if isinstance(inner, dict) else given))
    data = read_call_data(known, BadRequestError)
    return StartWish(known.get("agentId", ""), agreed(known.get("consent"))[0], data)


def parse_candidates(body: bytes) -> tuple[str, Sequence[Candidate]]:
    """Returns the connection's id and its candidates in the body of a PATCH.

    Raises BadRequestError.
    """
    given = read_object(body, '{"pc_id": "…", "candidates": […]}')
    pc_id, listed = given.get("pc_id"), given.get("candidates")
    if not isinstance(pc_id, str) or not pc_id:
        raise BadRequestError("`pc_id` is missing: send the one of the answer.")
    if not isinstance(listed, list) or len(listed) > http.MOST_CANDIDATES:
        raise BadRequestError(f"`candidates` must be a list of {http.MOST_CANDIDATES} at most.")
    return pc_id, [_candidate(item) for item in listed if item]


def answer(sdp: str, pc_id: str) -> http.PeerAnswerMessage:
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
    """Returns the keys of a client's own data that count, by one name each."""
    agent = wanted.get("agentId", wanted.get("agent_id", wanted.get("agent", "")))
    others = {key: wanted.get(key) for key in ("consent", "variables", "metadata")}
    return {"agentId": agent, **others}
