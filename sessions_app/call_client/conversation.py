"""A call from a program: `async with call(url, ticket=…) as conversation`. docs/embedding.md."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceCandidate,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from sessions_app.call_client.agent_side import AgentSide
from sessions_app.call_client.microphone import FileMicrophone, read_sound
from sessions_app.call_client.notes import changed_notes
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback

FEATURES = ["details", "interims", "status", "agent"]
OPEN_S = 10.0
CONNECT_S = 15.0
BYE_S = 15.0
"""How long to wait for a socket, for the server's answer, and for its `bye`.

Shorter fails on slow machines; longer makes a failed run take longer.
"""

ANSWER_S = 30.0
"""How long `until` and `answer` wait unless told otherwise: a slow model takes that long."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")

Message = dict[str, Any]
Found = TypeVar("Found")


_HEADER = re.compile(r"[!-~]*")
"""What may stand in a header as it is, empty too."""

_TICKET = re.compile(r"[^/?#\s]+")


class CallError(Exception):
    """The call could not be made or went wrong; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """What one side said, finally. `seq` counts from 1; `start_ms` is on the call clock."""

    seq: int
    role: Literal["user", "agent"]
    text: str
    start_ms: int


class OpenCall:
    """A live call, which `call` makes and ends.

    `lines` are all that was said so far, in the order they came, `notes` those of the agent and
    `floor` who has the floor (docs/protocol.md). `reason` says why the call is over; until then
    it is empty.
    """

    def __init__(
        self, socket: ClientConnection, on_message: Callable[[Message], None] | None = None
    ) -> None:
        self.call_id = ""
        self.lines: list[SpokenLine] = []
        self.notes: list[dict[str, Any]] = []
        self.floor = "listening"
        self.reason = ""
        self.duration_ms = 0
        self._socket = socket
        self._on_message = on_message
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._answered = self._over = False
        self._fault: CallError | None = None
        self._news = asyncio.Event()
        self._hearing: asyncio.Task[None] | None = None
        self.agent = AgentSide()
        self._pc.on("track", self.agent.listen)

    @property
    def is_over(self) -> bool:
        """Whether the call has ended, by whichever side, or went wrong."""
        return self._over or self._fault is not None

    async def say(self, text: str) -> None:
        """Sends typed words, which the agent answers as if they had been spoken."""
        await self._send({"type": "text", "text": text})

    async def interrupt(self) -> None:
        """Stops the answer that the agent is giving."""
        await self._send({"type": "interrupt"})

    async def send_app(self, data: object) -> None:
        """Sends JSON to the operator's own code on the server."""
        await self._send({"type": "app-message", "data": data})

    async def answer(self, text: str, limit_s: float = ANSWER_S) -> str:
        """Sends typed words and returns what the agent has said once it listens again.

        Raises CallError when that takes longer than `limit_s` or the call ends before.
        """
        before = len(self.lines)
        await self.say(text)

        def answered() -> list[str]:
            said = [line.text for line in self.lines[before:] if line.role == "agent"]
            return said if self.floor == "listening" else []

        return " ".join(await self.until(answered, limit_s))

    async def until(self, found: Callable[[], Found], limit_s: float = ANSWER_S) -> Found:
        """Returns the first true value of `found`, which is asked after each message.

        Raises CallError when that takes longer than `limit_s` or the call ends before.
        """
        try:
            async with asyncio.timeout(limit_s):
                while not (value := found()):
                    if self._fault is not None:
                        raise self._fault
                    if self._over:
                        raise CallError(f"The call has ended: {self.reason or 'no reason'}.")
                    await self._news.wait()
        except TimeoutError:
            raise CallError(f"What was waited for did not come within {limit_s:g} s.") from None
        return value

    async def meanwhile(self, work: Awaitable[Any]) -> bool:
        """Waits for `work`; False, at once, when the call ends before. Raises what went wrong."""
        doing = asyncio.ensure_future(work)
        ending = asyncio.ensure_future(self._ended())
        await asyncio.wait({doing, ending}, return_when=asyncio.FIRST_COMPLETED)
        done = doing.done()
        for task in (doing, ending):
            task.cancel()
        await asyncio.gather(doing, ending, return_exceptions=True)
        if self._fault is not None:
            raise self._fault
        return done

    async def hang_up(self) -> None:
        """Ends the call; returns once the last words are written down. Raises CallError."""
        if not self.is_over:
            await self._send({"type": "bye"})
            await self.until(lambda: self._over, BYE_S)

    async def __aiter__(self) -> AsyncIterator[SpokenLine]:
        """Yields each line, until the call is over; raises CallError where it is lost."""
        seen = 0
        while True:
            while seen < len(self.lines):
                yield self.lines[seen]
                seen += 1
            if self._fault is not None:
                raise self._fault
            if self._over:
                return
            await self._news.wait()

    async def _begin(self, microphone: MediaStreamTrack, wish: Message) -> None:
        self._hearing = asyncio.create_task(self._hear())
        self._pc.addTrack(microphone)
        self._pc.createDataChannel("control")
        await self._pc.setLocalDescription(await self._pc.createOffer())
        sdp = self._pc.localDescription.sdp
        await self._send({"type": "offer", "sdp": sdp, "features": FEATURES} | wish)
        await self.until(lambda: self._answered, CONNECT_S)

    async def _close(self) -> None:
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)
        await self._pc.close()

    async def _send(self, message: Message) -> None:
        try:
            await self._socket.send(json.dumps(message))
        except ConnectionClosed as closed:
            raise self._fault or CallError(_why_closed(closed)) from closed

    async def _ended(self) -> None:
        while not self.is_over:
            await self._news.wait()

    async def _hear(self) -> None:
        """Takes what the server says until it says no more."""
        try:
            async for text in self._socket:
                message = json.loads(text)
                await self._take(message)
                if self._on_message is not None:
                    self._on_message(message)
                self._tell()
            self._lost("The server closed the connection.")
        except ConnectionClosed as closed:
            self._lost(_why_closed(closed))
        except CallError as error:
            self._lost(str(error))
        finally:
            self._tell()

    def _lost(self, why: str) -> None:
        self._fault = None if self._over else CallError(why)

    def _tell(self) -> None:
        """Wakes all that wait, each once."""
        self._news.set()
        self._news = asyncio.Event()

    async def _take(self, message: Message) -> None:
        kind = message["type"]
        if kind == "answer":
            self.call_id = message["callId"]
            await self._pc.setRemoteDescription(RTCSessionDescription(message["sdp"], "answer"))
            self._answered = True
        elif kind == "ice-candidate" and message["candidate"]:
            await self._pc.addIceCandidate(_candidate(message["candidate"]))
        elif kind == "transcript" and message["final"]:
            self._add(message)
        elif kind == "floor":
            self.floor = message["floor"]
            self.agent.on_floor(self.floor)
        elif kind == "notes":
            self.notes = changed_notes(self.notes, message)
        elif kind == "error" and not self._answered:
            raise CallError(message["message"])
        elif kind == "bye":
            self.reason, self.duration_ms = message["reason"], message["durationMs"]
            self._over = True

    def _add(self, message: Message) -> None:
        """Adds a line; one that was redacted takes the place of what it was."""
        line = SpokenLine(message["seq"], message["role"], message["text"], message["startMs"])
        places = [place for place, known in enumerate(self.lines) if known.seq == line.seq]
        if not places:
            self.lines.append(line)
        elif message.get("redacted"):
            self.lines[places[0]] = line


@asynccontextmanager
async def call(
    url: str,
    *,
    ticket: str = "",
    token: str = "",
    agent: str = "",
    microphone: MediaStreamTrack | Path | None = None,
    consent: str = "",
    variables: dict[str, Any] | None = None,
    metadata: dict[str, Any] | None = None,
    on_message: Callable[[Message], None] | None = None,
) -> AsyncIterator[OpenCall]:
    """Calls an agent of the server at `url`, such as https://voice.example.com.

    `ticket` is what `POST /api/v1/tickets` answered as `ticket` or `path`, made without an origin;
    `token` an API token. `microphone` is what the caller says: a sound file, played once, or a
    track of aiortc; without it silence. `consent` is the notice that the caller agreed to
    (`consent.notice` of docs/protocol.md): without one no audio is kept. `on_message` is called
    with each message of the server.

    Leaving the block hangs up. Raises CallError, and FileError where the sound cannot be read.
    """
    if urlsplit(url).hostname in LOOPBACK:
        offer_loopback()
    track = microphone
    if not isinstance(track, MediaStreamTrack):
        sound = await asyncio.to_thread(read_sound, track) if track is not None else None
        track = FileMicrophone(sound)
    wish = {
        **({"agentId": agent} if agent else {}),
        **({"consent": {"recording": True, "notice": consent}} if consent else {}),
        **({"variables": variables} if variables else {}),
        **({"metadata": metadata} if metadata else {}),
    }
    async with _socket(url, ticket, token) as socket:
        conversation = OpenCall(socket, on_message)
        try:
            await conversation._begin(track, wish)
            yield conversation
            await conversation.hang_up()
        except BaseException:
            with suppress(CallError):
                await conversation._send({"type": "bye"})
            raise
        finally:
            track.stop()
            await conversation._close()


@asynccontextmanager
async def _socket(url: str, ticket: str, token: str) -> AsyncIterator[ClientConnection]:
    """Opens the signaling socket; raises CallError."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if not _HEADER.fullmatch(token):
        raise CallError("That is no token: a blank, a line's end or an odd letter is in it.")
    address = _address(url, ticket)
    try:
        socket = await connect(address, additional_headers=headers, open_timeout=OPEN_S)
    except (OSError, InvalidHandshake, InvalidURI, TimeoutError) as error:
        told = f"No voicesite answers at {url}. Is that its address, and does it run (make run)?"
        raise CallError(told) from error
    async with socket:
        yield socket


def _address(url: str, ticket: str) -> str:
    """Returns the signaling socket's address; raises CallError for what can be none."""
    bare = ticket.strip("/").removeprefix("t/")
    if ticket and not _TICKET.fullmatch(bare):
        raise CallError("That is no ticket: give what POST /api/v1/tickets answered.")
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise CallError(f"{url} is no server's address, such as https://voice.example.com.")
    prefix = f"/t/{bare}" if ticket else ""
    return f"{url.rstrip('/')}{prefix}/signaling".replace("http", "ws", 1)


def _candidate(given: dict[str, Any]) -> RTCIceCandidate:
    candidate = candidate_from_sdp(given["candidate"].removeprefix("candidate:"))
    candidate.sdpMid = given["sdpMid"]
    candidate.sdpMLineIndex = given["sdpMLineIndex"]
    return candidate


def _why_closed(closed: ConnectionClosed) -> str:
    code = closed.rcvd.code if closed.rcvd else 1006
    reason = closed.rcvd.reason if closed.rcvd else ""
    if code == 4401:  # noqa: PLR2004 - docs/protocol.md
        return f"The server does not know this token or ticket. {reason}"
    return f"The server closed the connection ({code}). {reason}"
