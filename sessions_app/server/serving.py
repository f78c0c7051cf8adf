"""Daphne's server with graceful shutdown, and an access log without secrets.

Importing this module installs Twisted's asyncio reactor.
"""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from asgiref.typing import ASGI3Application
from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import reactor as installed_reactor

from sessions_app.server import tls
from sessions_app.server.back_pressure import Flow
from sessions_app.server.http.channel import build
from sessions_app.server.http.connections import Connections
from sessions_app.server.http.pace import Pace
from sessions_app.server.http.request import Request, Socket
from sessions_app.services import service_manager
from voicesite import targets

reactor: Any = installed_reactor  # its interface lacks `self`, which mypy rejects
log = logging.getLogger("voicesite.serve")
access = logging.getLogger("voicesite.access")

PING_S, PONG_S = 1, 3.5
"""WebSocket ping interval and time-out in seconds. Daphne checks every 2 s: a vanished client is
noticed after 5.5 s at most."""

MAX_MESSAGE_BYTES = 1 << 20
"""The limit of one WebSocket message. Larger ones close the socket."""

CLOSE_SERVER_STOPPING = 4012
"""Close code on which clients reconnect: docs/protocol.md."""

DRAIN_S = 2.5
SOCKETS_S = 0.5
"""How long shutdown waits for calls to end (DRAIN_S), then for sockets to close.

Shorter leaves calls for the next start to end; longer exceeds HARD_LIMIT_S.
"""

BACKLOG = 1024
"""Connections that may wait to be accepted. Smaller: a burst of new ones is refused."""

HARD_LIMIT_S = 4.0
"""How long shutdown may take in all before the process is killed; waiting for calls is apart."""

SPARE_S = 6.0
"""What a service manager is asked for beyond that, before it kills the process itself."""

COLLECT_EVERY = 700
"""New objects after which the youngest are looked through: Python's own value. More delays all
calls by longer at a time, less more often."""


class PortError(Exception):
    """The address cannot be bound; the message says why and what to do."""


def probe_port(host: str, port: int) -> None:
    """Raises PortError, which says what to do, if `host`:`port` cannot be bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OverflowError as error:
            raise PortError(f"{port} is not a port: choose one from 1024 to 65535.") from error
        except PermissionError as error:
            raise PortError(
                f"Port {port} needs administrator rights. Choose another: PORT=8001 make run"
            ) from error
        except OSError as error:
            raise PortError(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if "in use" in str(error):
        return (
            f"Port {port} on {host} is already taken by another program. "
            f"Choose another: PORT={port + 1} make run"
        )
    return f"Cannot listen on {host}:{port}: {error.strerror or error}."


def log_action(protocol: str, action: str, details: dict[str, Any]) -> None:
    """Daphne's action logger: a line for each answered request and each opened or closed socket."""
    path = targets.loggable(details["path"])
    if protocol == "http":
        access.info(
            "%s %s %s %d ms",
            targets.loggable_method(details["method"]),
            path,
            details["status"],
            1000 * details["time_taken"],
        )
    elif action in ("connected", "disconnected"):
        access.info("socket %s %s", action, path)


def _load_pages() -> None:
    """Imports the request handlers, which would else delay all calls at the first request."""
    targets.words()


def _keep_for_good() -> None:
    """Excludes the objects created at start-up from garbage collection.

    A full collection would scan all 130 000 of them, and delay every call by 25 ms or more.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY)


class Part(Protocol):
    """The main part of a process: its engine, or its proxy to media processes."""

    async def start(self) -> None:
        """Starts it; returns once it can serve."""

    async def wind_down(self) -> None:
        """Takes no new calls; returns once those that are there have ended."""

    async def drain(self) -> None:
        """Ends calls or connections, and frees resources."""


def _limit_shutdown() -> None:
    """Has the kernel end this process after HARD_LIMIT_S, whatever it does."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, HARD_LIMIT_S)


def _endpoints(host: str, port: int, unix: Path | None) -> list[str]:
    """Returns Twisted's endpoint descriptions; port 0 is none."""
    found = [f"tcp:port={port}:backlog={BACKLOG}:interface={_quoted(host)}"] if port else []
    return [*found, f"unix:{_quoted(str(unix))}:mode=600:lockfile=0"] if unix is not None else found


def _quoted(text: str) -> str:
    return text.replace("\\", r"\\").replace(":", r"\:")


class VoiceServer(Server):  # type: ignore[misc]
    """Serves HTTP and WebSockets, and shuts down gracefully on SIGTERM and SIGINT.

    It listens on `port`, unless that is 0, on the Unix socket `unix`, and with TLS as `https`
    says. Its part starts with the event loop. Shutdown: for `wait_s` seconds calls may end by
    themselves, while no new ones are taken; a second signal ends that. Then nothing new is
    accepted, the engine ends its calls, every socket is closed with 4012. After HARD_LIMIT_S of
    this the kernel ends the process, even if it is blocked.

    A service manager that watches over the process hears from the event loop itself that it
    turns. It is told that the process is ready when its part is, with `open_early` already when
    clients can connect.
    """

    def __init__(
        self,
        application: ASGI3Application,
        part: Part,
        *,
        host: str,
        port: int,
        unix: Path | None = None,
        https: tls.Https | None = None,
        network: Connections,
        pace: Pace,
        on_ready: Callable[[], None],
        wait_s: float = 0.0,
        open_early: bool = False,
    ) -> None:
        super().__init__(
            application,
            endpoints=_endpoints(host, port, unix),
            signal_handlers=False,
            action_logger=log_action,
            ping_interval=PING_S,
            ping_timeout=PONG_S,
            websocket_max_message_size=MAX_MESSAGE_BYTES,
            websocket_max_frame_size=MAX_MESSAGE_BYTES,
            server_name=None,
            verbosity=1,
            ready_callable=self._take_connections,
        )
        self.network = network
        self._pace = pace
        self.failure: str | None = None
        self.connections: dict[Any, dict[str, Any]] = {}
        self._part = part
        self._host = host
        self._port = port
        self._https = https
        self._on_ready = on_ready
        self._wait_s = wait_s
        self._open_early = open_early
        self._ports: list[Any] = []
        self._starting: asyncio.Task[None] | None = None
        self._draining: asyncio.Task[None] | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._ended = False

    def run(self) -> None:
        """Serves until it is stopped.

        `failure` then has the reason why the server could not start, or is None.
        """
        # callWhenRunning would call it before asyncio's loop runs
        reactor.callLater(0, self._on_running)
        super().run()

    def _take_connections(self) -> None:
        """Replaces Daphne's protocols by our own, before the first client connects."""
        self.http_factory.buildProtocol = partial(
            build, self.http_factory, self.network, self._pace
        )
        self.ws_factory.protocol = Socket
        if self._https is not None:
            self._listen_securely(self._https)

    def _listen_securely(self, https: tls.Https) -> None:
        try:
            port = tls.listen(reactor, self.http_factory, https, BACKLOG)
        except tls.LISTEN_ERRORS as error:
            cause: Any = getattr(error, "socketError", error)
            known = isinstance(cause, OSError)
            why = _why_not(https.host, https.port, cause) if known else type(cause).__name__
            self.failure = f"HTTPS does not work: {why}"
            self.stop()
        else:
            self._ports.append(port)

    def listen_success(self, port: Any) -> None:
        self._ports.append(port)

    def listen_error(self, failure: Any) -> None:
        error = failure.value
        cause = getattr(error, "socketError", error)
        self.failure = _why_not(self._host, self._port, cause)
        self.stop()

    def create_application(self, protocol: Any, scope: Any) -> Any:
        """Returns the queue for the client's messages; a WebSocket's has back-pressure."""
        if scope["type"] != "websocket":
            return super().create_application(protocol, scope)
        scope.setdefault("asgi", {"version": "3.0"})
        protocol.flow = flow = Flow(protocol)
        send = partial(self.handle_reply, protocol)
        running = self.application(scope=scope, receive=flow.get, send=send)
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(running)
        return flow

    async def handle_reply(self, protocol: Any, message: Any) -> None:
        """Sends a message of the application; waits while the client reads slowly."""
        if isinstance(protocol, Request) and message["type"] == "http.response.body":
            await protocol.writable()
        await super().handle_reply(protocol, message)
        flow: Flow | None = getattr(protocol, "flow", None)
        if flow is not None and message["type"] == "websocket.accept":
            flow.watch()
        elif flow is not None and message["type"] == "websocket.send":
            await flow.drained()

    def log_refusal(self, method: bytes, target: bytes, status: int) -> None:
        """Logs a request that was answered before it reached the application."""
        path, verb = target.decode("latin1"), method.decode("latin1")
        details = {"path": path, "method": verb, "status": status, "time_taken": 0.0}
        self.log_action("http", "complete", details)

    def kill_all_applications(self) -> Any:
        """Skips connections whose application has ended; Daphne's own version fails on them."""
        self.connections = {
            protocol: details
            for protocol, details in self.connections.items()
            if "application_instance" in details
        }
        return super().kill_all_applications()

    def _on_running(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal)
        self._starting = loop.create_task(self._start())
        if every_s := service_manager.alive_every_s():
            self._say_alive(loop, every_s)

    def _say_alive(self, loop: asyncio.AbstractEventLoop, every_s: float) -> None:
        """Says so from the loop that carries the calls: a blocked one says nothing."""
        service_manager.alive()
        loop.call_later(every_s, self._say_alive, loop, every_s)

    async def _start(self) -> None:
        if self._open_early:
            service_manager.ready()
        try:
            await self._part.start()
        except Exception as error:
            log.exception("the engine could not start")
            self.failure = f"The voice engine could not start: {error}"
            self._end()
        else:
            _load_pages()
            _keep_for_good()
            self._on_ready()
            service_manager.ready()

    def _on_signal(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()  # a second signal: the calls end now
        elif self._draining is not None:
            self._end()  # another one: end at once
        else:
            service_manager.stopping(self._wait_s + HARD_LIMIT_S + SPARE_S)
            loop = asyncio.get_running_loop()
            if self._wait_s:
                self._waiting = loop.create_task(self._part.wind_down())
            else:
                _limit_shutdown()
            self._draining = loop.create_task(self._drain())

    async def _wait_for_calls(self) -> None:
        if self._waiting is None:
            return
        log.info("no new calls are taken; those that are there have %.0f s", self._wait_s)
        await asyncio.wait((self._waiting,), timeout=self._wait_s)
        self._waiting.cancel()
        await asyncio.gather(self._waiting, return_exceptions=True)
        self._waiting = None
        _limit_shutdown()

    async def _drain(self) -> None:
        try:
            await self._wait_for_calls()
            for port in self._ports:
                port.stopListening()
            if self._starting is not None:
                self._starting.cancel()
            await self._drain_engine()
            await self._close_sockets()
        finally:
            self._end()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            reactor.stop()

    async def _drain_engine(self) -> None:
        try:
            async with asyncio.timeout(DRAIN_S):
                await self._part.drain()
        except TimeoutError:
            log.warning("calls did not end within %.1f s; the next start ends them", DRAIN_S)
        except Exception:
            log.exception("draining failed; the next start ends the calls")

    async def _close_sockets(self) -> None:
        """Closes open sockets with 4012, and gives their consumers time to finish."""
        applications = []
        for protocol, details in list(self.connections.items()):
            if isinstance(protocol, WebSocketProtocol) and "application_instance" in details:
                applications.append(details["application_instance"])
                if protocol.state == protocol.STATE_OPEN:
                    protocol.serverClose(code=CLOSE_SERVER_STOPPING)
        if applications:
            await asyncio.wait(applications, timeout=SOCKETS_S)
