"""One HTTP/1.1 connection, with deadlines and limits on its input.

Twisted's own channel accepts headers and bodies for as long as a byte arrives each minute, and
bodies of any size.
"""

import random
from functools import partial
from typing import Any

from twisted.internet.interfaces import IAddress
from twisted.protocols.basic import LineReceiver
from twisted.python.failure import Failure
from twisted.web import http

from sessions_app.server.http import refusals
from sessions_app.server.http.connections import Connections, Refused
from sessions_app.server.http.pace import Pace
from sessions_app.server.http.refusals import Refusal
from sessions_app.server.http.request import Request
from sessions_app.services.access import address_of

HTTPChannel: Any = http.HTTPChannel  # Twisted's classes are mostly untyped
Receiver: Any = LineReceiver

HEAD_S = 10.0
"""Seconds for the request line and headers, from the first byte or the start of the connection.

Shorter refuses clients on slow lines; longer lets idle connections hold their places.
"""

BODY_S = 30.0
"""Seconds for a body, whatever its size; shorter refuses large bodies on slow lines."""

IDLE_S = 60.0
"""Seconds until the next request of a keep-alive connection.

Shorter makes browsers connect again more often; longer keeps more connections open.
"""

STALL_S = 60.0
"""Seconds for a client to read 64 KiB of a response; shorter cuts off downloads on slow lines."""

LINGER_S = 2.0
MOST_LINGERING = 1 << 20
"""How long (s), and how many bytes, a refused client may continue to send before it is cut off.

Most clients read the response only after sending everything; closing the connection earlier
would lose the response. More lets refused clients cost more; less loses more responses.
"""

MOST_DIGITS = 18
"""A Content-Length with more is refused as too large."""

WITH_BODY = (b"POST", b"PUT", b"PATCH")
HEAD_AT_ONCE, CHUNKS_AT_ONCE = 4096, 1024
"""Bytes that are parsed in one iteration of the event loop.

Chunks of one byte cost a hundred times as much as one large chunk, and must not delay calls.
"""

MOST_FRAMING = 64 << 10
"""Bytes of framing that a chunked body may have, plus an eighth of its content."""

MOST_AHEAD = 16 << 10
"""Bytes a client may send before the response and still keep its connection."""


SLOWED_S = (5.0, 10.0)
"""Range, in seconds, of the delay before a client with too many requests gets its 429: immediate
retries would cost other people's calls more than the requests. The delay is random, so that a
thousand clients that came together do not retry together."""


class Channel(HTTPChannel):  # type: ignore[misc]
    """An HTTP connection of `connections`; without a complete request it may be dropped."""

    requestFactory = Request  # noqa: N815 - Twisted's name
    timeOut = HEAD_S  # noqa: N815 - Twisted's name

    def __init__(self, factory: Any, connections: Connections, pace: Pace) -> None:
        super().__init__()
        self.factory = factory
        self._connections = connections
        self._pace = pace
        self._refused = False
        self._idle = False
        self._limit = 0
        self._size = 0
        self._read = 0
        self._in_chunks = False
        self._lingering = 0
        self._abortingCall: Any = None
        self._telling: Any = None
        self._asked = (b"-", b"/")

    @property
    def is_full(self) -> bool:
        """Whether the client must read more before anything is sent to it."""
        return bool(self._waitingForTransport)

    # -- input ----------------------------------------------------------------------------

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        super().connectionMade()
        self._connections.add(self.transport)
        self._read_at_once = self.transport.bufferSize
        self.transport.bufferSize = HEAD_AT_ONCE

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self._refused:
            self._lingering += len(data)
            if self._lingering > MOST_LINGERING:
                self.forceAbortClient()
            return
        if self._idle:
            self._idle = False
            self.setTimeout(HEAD_S)
        Receiver.dataReceived(self, data)  # the base class would extend the deadline

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        if not self._refused:
            super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        self._refuse_head()

    def headerReceived(self, line: bytes) -> bool:  # noqa: N802 - Twisted's name
        name, _, value = line.lower().partition(b":")
        given = value.strip(b" \t")
        if name == b"transfer-encoding" and given != b"chunked":
            self.refuse(refusals.UNKNOWN_CODING)
        if name == b"content-length" and given.isdigit() and len(given) > MOST_DIGITS:
            self.refuse(refusals.too_large(self._longest()))  # Python parses no such number
        return not self._refused and bool(super().headerReceived(line))

    def _failChooseTransferDecoder(self) -> bool:  # noqa: N802 - Twisted's name
        self.refuse(refusals.BAD_LENGTH)
        self.length = None
        return False

    def allHeadersReceived(self) -> None:  # noqa: N802 - Twisted's name
        self._asked = (self._command, self._path)
        self._limit = self._longest()
        self._size = self._read = 0
        refusal = self._refusal()
        if refusal is not None:
            slowed = refusal.code == "too_many_requests"
            self.refuse(refusal, random.uniform(*SLOWED_S) if slowed else 0.0)
            return
        super().allHeadersReceived()
        if self.length != 0:
            self.setTimeout(BODY_S)
        self._in_chunks = self.length is None
        self.transport.bufferSize = CHUNKS_AT_ONCE if self._in_chunks else self._read_at_once

    def _refusal(self) -> Refusal | None:
        """Returns why the headers are refused (RFC 9112, 3.2 and 6.1; RFC 1945, 7.2.2), or None."""
        headers = self.requests[-1].requestHeaders
        if wait_s := self._pace.wait_s(self._client(headers)):
            return refusals.too_many(wait_s)
        hosts = len(headers.getRawHeaders(b"Host", []))
        if hosts > 1 or (not hosts and self._version == b"HTTP/1.1"):
            return refusals.ONE_HOST
        if self._version != b"HTTP/1.1":
            if headers.hasHeader(b"Transfer-Encoding"):
                return refusals.CODED_BEFORE_1_1
            if self._command in WITH_BODY and not headers.hasHeader(b"Content-Length"):
                return refusals.NO_LENGTH
        if self.length is not None and self.length > self._limit:
            return refusals.too_large(self._limit)
        return None

    def _client(self, headers: Any) -> str:
        """Returns the client's address, as far as it can be trusted."""
        peer = str(getattr(self.transport.getPeer(), "host", None) or "")
        forwarded = b",".join(headers.getRawHeaders(b"X-Forwarded-For", []))
        return address_of(peer, forwarded.decode("latin1")) if peer else ""

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self._refused:
            return
        self._read += len(data)
        super().rawDataReceived(data)
        framing = self._read - self._size
        if self._in_chunks and framing > MOST_FRAMING + self._size // 8:
            self.refuse(refusals.SMALL_CHUNKS)

    def takes(self, size: int) -> bool:
        """Returns whether `size` more bytes of the body are allowed; else refuses the request."""
        if self._refused:
            return False
        self._size += size
        has_room = self._connections.hold(size)
        if self._size <= self._limit and has_room:
            return True
        full = refusals.BUSY_READING if not has_room else refusals.too_large(self._limit)
        self.refuse(full)
        return False

    def allContentReceived(self) -> None:  # noqa: N802 - Twisted's name
        if self._refused:
            return
        self._request_is_complete()
        super().allContentReceived()
        if self._handlingRequest and self._waitingForTransport:
            self.setTimeout(STALL_S)

    def _request_is_complete(self) -> None:
        self._connections.works(self.transport)
        self._connections.release(self._size)
        self._size = 0
        self._in_chunks = False
        self.transport.bufferSize = self._read_at_once

    # -- refusing -------------------------------------------------------------------------

    def refuse(self, refusal: Refusal, after_s: float = 0.0) -> None:
        """Answers a request without passing it to the application, and closes the connection."""
        if self._refused:
            return
        self._refused = True
        self._request_is_complete()
        self._connections.waits(self.transport)
        if after_s:
            self.setTimeout(None)
            self._telling = self.callLater(after_s, partial(self._send_refusal, refusal))
        else:
            self._send_refusal(refusal)

    def _send_refusal(self, refusal: Refusal) -> None:
        self._telling = None
        method, target = self._asked
        if hasattr(self, "_path"):
            method, target = self._command, self._path
        self.transport.write(refusals.answer(refusal, refusals.path_of(target)))
        self.transport.loseWriteConnection()
        self.setTimeout(LINGER_S)
        self.factory.server.log_refusal(method, target, refusal.status)

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802 - Twisted's name
        too_many = self._receivedHeaderCount > self.maxHeaders
        if too_many or self._receivedHeaderSize > self.totalHeadersSize:
            self._refuse_head()
        else:
            self.refuse(refusals.BAD_REQUEST)

    def _refuse_head(self) -> None:
        in_headers = hasattr(self, "_path")
        self.refuse(refusals.LONG_HEADERS if in_headers else refusals.LONG_ADDRESS)

    def _longest(self) -> int:
        return refusals.longest_body(refusals.path_of(self._path))

    # -- time -----------------------------------------------------------------------------

    def requestDone(self, request: Any) -> None:  # noqa: N802 - Twisted's name
        self._idle = True
        self._asked = (b"-", b"/")
        self.transport.bufferSize = HEAD_AT_ONCE
        if sum(map(len, self._dataBuffer)) > MOST_AHEAD:
            self.persistent = False
        self._savedTimeOut = IDLE_S
        self._connections.waits(self.transport)
        super().requestDone(request)

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        super().pauseProducing()
        if self._handlingRequest:
            self.setTimeout(STALL_S)

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        super().resumeProducing()
        if self._handlingRequest:
            self.setTimeout(None)

    def timeoutConnection(self) -> None:  # noqa: N802 - Twisted's name
        """A deadline has passed."""
        began = bool(self.requests) or bool(self._buffer)
        if self._refused or self._handlingRequest:
            self.forceAbortClient()
        elif began and not self._idle:
            self.refuse(refusals.TOO_SLOW)
        else:
            self.loseConnection()

    def loseConnection(self) -> None:  # noqa: N802 - Twisted's name
        """Closes the connection once the client has read the response, after STALL_S at most."""
        super().loseConnection()
        if self._abortingCall is None:
            self._abortingCall = self.callLater(STALL_S, self.forceAbortClient)

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802 - Twisted's name
        self._request_is_complete()
        if self._telling is not None:
            self._telling.cancel()
        self._connections.remove(self.transport)
        super().connectionLost(reason)


def build(
    factory: Any, connections: Connections, pace: Pace, address: IAddress
) -> Channel | Refused:
    """Returns the protocol for a new connection."""
    if not connections.admits(getattr(address, "host", None)):
        return Refused()
    return Channel(factory, connections, pace)
