"""A call that is refused is refused before it is a call: every refusal, at every door."""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.end_to_end.test_tickets import an_offer
from tests.fixtures.requests import ask
from tests.fixtures.server import UNSPOKEN, Product

AGENTS = """
from sessions_app.models import Agent
answers = {"responder": "scribe"}
for slug, given in {
    "off": {"is_active": False},
    "no-recogniser": {"recogniser": "gone"},
    "no-model": {"recogniser": "vosk"},
    "finnish": {"language": "fi-FI"},
    "no-responder": {"responder": "gone"},
    "no-voice": answers | {"synthesiser": "gone"},
    "no-endpointer": answers | {"endpointer": "gone"},
    "no-barge-in": answers | {"barge_in": "gone"},
}.items():
    Agent.objects.create(slug=slug, name=slug, **given)
"""
NOT_READY = {
    "no-recogniser": "'gone' cannot be used: it is not among VOICE['RECOGNISERS']",
    "no-model": "vosk",
    "finnish": "fi-FI",
    "no-responder": "'gone' is not among VOICE['RESPONDERS']",
    "no-voice": "'gone' is not among VOICE['SYNTHESISERS']",
    "no-endpointer": "'gone' is not among VOICE['ENDPOINTERS']",
    "no-barge-in": "'gone' is not among VOICE['BARGE_INS']",
}
UNKNOWN = dict.fromkeys(("off", "nobody"), "Active agents: ")
TABLE = [
    *((slug, "agent_not_ready", 503, part) for slug, part in NOT_READY.items()),
    *((slug, "unknown_agent", 422, part) for slug, part in UNKNOWN.items()),
]
"""An agent, and the code, status and words with which a call to it is refused."""

Refusal = tuple[int, dict[str, Any]]
Door = Callable[[Product, str, dict[str, str]], Awaitable[Refusal]]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    limits = {"VOICE_OFFERS_PER_USER": "600", "VOICE_OFFERS_PER_ADDRESS": "600"}
    limits["VOSK_MODEL"] = str(tmp_path_factory.mktemp("empty"))
    product = Product(tmp_path_factory.mktemp("product"), UNSPOKEN | limits)
    product.prepare()
    product.manage("shell", "-c", AGENTS)
    with product.running("web") as product:
        yield product


async def told(product: Product, path: str, *messages: dict[str, Any] | bytes) -> Refusal:
    """Returns the first error that a socket is told, which has no status."""
    headers = {"Authorization": f"Bearer {product.credentials['user']['token']}"}
    if path.startswith("/t/"):
        headers = {}
    url = product.url.replace("http", "ws", 1) + path
    async with connect(url, additional_headers=headers) as socket:
        for message in messages:
            await socket.send(message if isinstance(message, bytes) else json.dumps(message))
        while (answer := json.loads(await socket.recv())).get("type") != "error":
            pass
    return 0, answer


async def signaling(product: Product, agent: str, offer: dict[str, str]) -> Refusal:
    return await told(product, "/signaling", {**offer, "agentId": agent})


async def stream(product: Product, agent: str, _: dict[str, str]) -> Refusal:
    return await told(product, "/ws/voice", {"type": "session_start", "agentId": agent})


async def session(product: Product, agent: str, offer: dict[str, str]) -> Refusal:
    return await ask(product, "/session", {"offer": offer["sdp"], "agentId": agent})


async def voice_offer(product: Product, agent: str, offer: dict[str, str]) -> Refusal:
    return await ask(product, "/api/voice/offer", {**offer, "agentId": agent})


async def pipecat(product: Product, agent: str, offer: dict[str, str]) -> Refusal:
    return await ask(product, "/api/offer", {**offer, "requestData": {"agentId": agent}})


async def pipecat_start(product: Product, agent: str, _: dict[str, str]) -> Refusal:
    return await ask(product, "/start", {"agentId": agent})


def of_ticket(product: Product, agent: str) -> str:
    """Returns the beginning of an address that means `agent`: these clients name none."""
    return f"/t/{product.post('/api/v1/tickets', {'agentId': agent})['ticket']}"


async def vosk_offer(product: Product, agent: str, offer: dict[str, str]) -> Refusal:
    return product.ask(
        f"{of_ticket(product, agent)}/offer", offer, {"Content-Type": "application/json"}
    )


async def vosk_socket(product: Product, agent: str, _: dict[str, str]) -> Refusal:
    return await told(product, f"{of_ticket(product, agent)}/vosk", bytes(3200))


DOORS: list[Door] = [signaling, stream, session, voice_offer, pipecat, pipecat_start]
BY_TICKET: list[Door] = [vosk_offer, vosk_socket]


@pytest.mark.parametrize("door", [*DOORS, *BY_TICKET], ids=lambda door: door.__name__)
async def test_who_cannot_be_called_is_told_before_there_is_a_call(
    product: Product, door: Door
) -> None:
    offer = await an_offer()
    for agent, code, status, words in TABLE:
        if door in BY_TICKET and agent in UNKNOWN:
            continue  # no ticket is made for those
        got, refusal = await door(product, agent, offer)
        assert (refusal["code"], got) == (code, status if got else 0), agent
        assert words in refusal["message"], agent
    assert product.json("/api/v1/calls/", "staff")["count"] == 0


async def test_a_wish_that_cannot_be_met_is_told_before_there_is_a_call(product: Product) -> None:
    wishes: list[tuple[dict[str, Any], str, str]] = [
        ({"locale": "fi-FI"}, "language_not_supported", "en-US"),
        ({"agentId": "scribe", "voice": "klingon9"}, "unknown_voice", "klingon9"),
        ({"output": {"codec": "mp3"}}, "bad_media", "pcm16"),
        ({"audio": {"codec": "audio/x-gsm"}}, "unknown_codec", "pcm16"),
        ({"callId": "nocallofmine"}, "unknown_call", "no live call"),
    ]
    for wish, code, words in wishes:
        _, refusal = await told(product, "/ws/voice", {"type": "session_start", **wish})
        assert (refusal["code"], words in refusal["message"]) == (code, True), wish
    bad = {"type": "offer", "sdp": "v=0"}
    assert (await told(product, "/signaling", bad))[1]["code"] == "bad_offer"
    assert (await ask(product, "/api/voice/offer", bad))[0] == 422
    assert product.json("/api/v1/calls/", "staff")["count"] == 0


async def test_a_ticket_whose_call_was_refused_is_good_for_another(product: Product) -> None:
    path = of_ticket(product, "no-voice")
    kind = {"Content-Type": "application/json"}
    for _ in range(2):
        status, refusal = product.ask(f"{path}/offer", await an_offer(), kind)
        assert (status, refusal["code"]) == (503, "agent_not_ready")
