"""One HTTP request, normalised for the application, and flow control of its response."""

import asyncio
from io import BytesIO
from typing import Any

from daphne.http_protocol import WebRequest
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.interfaces import IPushProducer
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from sessions_app.server.http import refusals

NORMAL = 1000
"""The code of a close that tells nothing."""

ROOT_PATH, PROTOCOLS = b"Daphne-Root-Path", b"Sec-WebSocket-Protocol"


@implementer(IPushProducer)
class Request(WebRequest):  # type: ignore[misc]
    """A request whose body always has a length, and whose response waits for a slow client."""

    producer: Any
    _readable: asyncio.Event | None = None

    def __init__(self, channel: Any, queued: object = False) -> None:
        # the application parses forms, within limits of its own
        super().__init__(channel, queued, parsePOSTFormSubmission=False)

    # -- from the client ------------------------------------------------------------------

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - Twisted's name
        self.content = BytesIO()  # bodies are limited, so memory will do; Twisted would use a file

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self.channel.takes(len(data)):
            super().handleContentChunk(data)

    def process(self) -> Any:
        """Passes the complete request on; a chunked body gets a length (RFC 9112, 7.1.3).

        Django and REST framework ignore a body without Content-Length.
        """
        headers = self.requestHeaders
        headers.removeHeader(ROOT_PATH)  # Daphne would trust any client's root path
        if headers.hasHeader(b"Transfer-Encoding"):
            headers.removeHeader(b"Transfer-Encoding")
            headers.removeHeader(b"Trailer")
            headers.setRawHeaders(b"Content-Length", [b"%d" % len(self.content.getvalue())])
        if b"%00" in self.uri:
            return self._refuse(refusals.NUL_IN_ADDRESS)
        if any(b"\\000" in value for value in headers.getRawHeaders(b"Cookie", [])):
            return self._refuse(refusals.NUL_IN_COOKIE)  # Django would query the database with it
        if not all(value.isascii() for value in headers.getRawHeaders(PROTOCOLS, [])):
            return self._refuse(refusals.BAD_PROTOCOLS)
        return super().process()

    def _refuse(self, refusal: refusals.Refusal) -> None:
        self.channel.refuse(refusal)

    # -- to the client --------------------------------------------------------------------

    async def writable(self) -> None:
        """Waits until the client has read enough for more to be sent, or has disconnected."""
        if self.producer is None and self.channel is not None and not self.finished:
            self.registerProducer(self, True)
            if self.channel.is_full:
                self.pauseProducing()
        while self._readable is not None:
            await self._readable.wait()

    def finish(self) -> None:
        if self.producer is not None:
            self.unregisterProducer()
        super().finish()

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        self.producer = None
        self.resumeProducing()
        super().connectionLost(reason)

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        if self._readable is None:
            self._readable = asyncio.Event()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        if self._readable is not None:
            self._readable.set()
            self._readable = None

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.resumeProducing()


class Socket(WebSocketProtocol):  # type: ignore[misc]
    """A WebSocket, which counts as one of the server's connections while it is open."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's
        self.factory.server_class.network.remove(self.transport)
        super().connectionLost(reason)

    def handle_reply(self, message: Any) -> None:
        """Sends a message of the application; Daphne's own leaves the reason of a close out."""
        if message["type"] == "websocket.close" and self.state == self.STATE_OPEN:
            code = message.get("code")
            self.sendClose(NORMAL if code is None else code, message.get("reason") or None)
        else:
            super().handle_reply(message)
