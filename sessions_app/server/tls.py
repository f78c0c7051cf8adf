"""TLS of the web server, with a certificate that is read again once it was made anew."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from twisted.internet.error import CannotListenError

from sessions_app.server import certificates

log = logging.getLogger("voicesite.serve")

LISTEN_ERRORS = (CannotListenError, OSError, SSL.Error)
"""What `listen` raises."""

LOOK_S = 6 * 3600.0
"""Between two looks whether the certificate is near its end."""


class Contexts:
    """Gives each connection the TLS context of the newest certificate, as Twisted asks for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = certificates.files(folder)
        self._read_at = 0
        self._context: SSL.Context | None = None

    def getContext(self) -> SSL.Context:  # noqa: N802 - Twisted's name
        """Returns the context; raises OSError or SSL.Error where the files cannot be read."""
        changed_at = self._files.chain.stat().st_mtime_ns
        if self._context is None or changed_at != self._read_at:
            context = SSL.Context(SSL.TLS_SERVER_METHOD)
            context.set_min_proto_version(SSL.TLS1_2_VERSION)
            context.use_certificate_chain_file(str(self._files.chain))
            context.use_privatekey_file(str(self._files.key))
            context.check_privatekey()
            self._context, self._read_at = context, changed_at
        return self._context

    def renew(self) -> None:
        """Makes the certificate anew where it is near its end; a failure is logged."""
        try:
            certificates.renew(self._folder, certificates.utc_now())
        except OSError as error:
            log.error("the certificate could not be renewed (%s)", error.strerror)


@dataclass(frozen=True, slots=True)
class Https:
    """Where the server speaks TLS, and the folder of its certificate (`server.certificates`)."""

    host: str
    port: int
    folder: Path


def listen(reactor: Any, factory: Any, where: Https, backlog: int) -> Any:
    """Listens with TLS, and keeps the certificate fresh; returns Twisted's port.

    Raises CannotListenError for a port that is taken, OSError or SSL.Error for unusable files.
    """
    contexts = Contexts(where.folder)
    contexts.getContext()
    listening = reactor.listenSSL(
        where.port, factory, contexts, backlog=backlog, interface=where.host
    )

    def look() -> None:
        contexts.renew()
        reactor.callLater(LOOK_S, look)

    reactor.callLater(LOOK_S, look)
    return listening
