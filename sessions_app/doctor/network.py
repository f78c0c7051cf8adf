"""TURN, the public address, UDP from outside, certificates and the clock."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from aioice import stun
from aioice.turn import TurnTransport, create_turn_endpoint
from cryptography import x509
from django.conf import settings

from sessions_app.doctor import sntp
from sessions_app.doctor.findings import PartFinding, not_checked, not_set, ok, problem, warning
from sessions_app.runtime import ice_servers, ice_trials
from sessions_app.runtime.ice_trials import IceTarget, IceTrial
from sessions_app.runtime.settings import voice_config
from sessions_app.server import certificates

WAIT_S = 5.0
"""Seconds to wait for an answer over the network; fewer report slow networks as broken."""

ARRIVE_S = 3.0
"""Seconds in which a relay's datagram must arrive, of which one is sent each half second."""

EXPIRES_SOON_D = 14
"""Days before a certificate's end from which on it is a warning: renewal fails unseen."""

SLOW_CLOCK_S, WRONG_CLOCK_S = 1.0, 30.0
"""Seconds by which a clock may be wrong until it is a warning (several machines then disagree), and
until it is a problem (credentials of TURN are valid for a time)."""

HTTPS_PORT = 443
"""The port of an address without one."""

PROBE = b"voicesite doctor"
DOCUMENT = "docs/networks.md"
PROXY = "Look at the name in DNS, and at the reverse proxy: it must lead /healthz here."


def check_turn() -> PartFinding:
    """Asks each STUN and TURN server for what calls ask it for."""
    servers = ice_servers.all_for(ice_servers.SERVER)
    if not servers:
        return not_set("There is no STUN or TURN server.", f"Set one up: {DOCUMENT}.")
    found = asyncio.run(_tried(list(ice_trials.targets(servers))))
    broken = [f"{one.url}: {one.problem}" for one in found if one.problem]
    if broken:
        return problem(" ".join(broken), "Run `manage.py check_ice` where the calls run.")
    told = ", ".join(f"{one.url} ({one.kind}, {one.took_ms:.0f} ms)" for one in found)
    if any(one.kind == ice_trials.RELAY for one in found):
        return ok(f"{told}.")
    return warning(
        f"{told}.", f"Add a TURN server for callers whose network blocks UDP: {DOCUMENT}."
    )


async def _tried(targets: list[IceTarget | IceTrial]) -> list[IceTrial]:
    return list(await asyncio.gather(*map(ice_trials.try_one, targets)))


def check_public_address() -> PartFinding:
    """Opens the address that users open."""
    address = settings.PUBLIC_URL
    if not address:
        return not_set("PUBLIC_URL is not set: only this machine is served.")
    began = time.monotonic()
    try:
        answer = httpx2.get(f"{address}/healthz", timeout=WAIT_S)
    except httpx2.HTTPError as error:
        told = f"{address} cannot be reached from here ({type(error).__name__})."
        return problem(told, "Look at its name in DNS, its certificate and the firewall.")
    took_ms = 1000 * (time.monotonic() - began)
    if answer.status_code != httpx2.codes.OK:
        return problem(f"{address} answered {answer.status_code}.", PROXY)
    if not _is_health(answer):
        return problem(f"{address} is answered by something else than voicesite.", PROXY)
    if not address.startswith("https:"):
        advice = "Serve it over HTTPS: browsers give the microphone to no other page."
        return warning(f"{address} answers in {took_ms:.0f} ms, without TLS.", advice)
    return ok(f"{address} answers in {took_ms:.0f} ms.")


def _is_health(answer: httpx2.Response) -> bool:
    """Returns whether an answer is what /healthz of a voicesite says: a proxy may serve its own."""
    try:
        told = answer.json()
    except ValueError:
        return False
    return isinstance(told, dict) and "recogniser" in told


def check_udp() -> PartFinding:
    """Has a relay send a datagram to where callers send theirs."""
    servers = ice_servers.all_for(ice_servers.SERVER)
    relays = [
        one
        for one in ice_trials.targets(servers)
        if isinstance(one, IceTarget) and one.address.relay
    ]
    if not relays:
        advice = "Set a TURN server: the doctor then lets it send here."
        return not_checked("There is no relay that could send from outside.", advice)
    return asyncio.run(_reached(relays[0]))


async def _reached(relay: IceTarget) -> PartFinding:
    config = voice_config()
    loop = asyncio.get_running_loop()
    with contextlib.closing(_bound(config.udp_ports)) as own:
        target = (config.public_address or _seen_from(relay), own.getsockname()[1])
        try:
            transport = await _allocated(relay)
        except (OSError, stun.TransactionError):
            return not_checked("The relay that would send from outside does not work.", "See turn.")
        try:
            began = time.monotonic()
            heard = asyncio.ensure_future(loop.sock_recv(own, len(PROBE)))
            while not heard.done() and time.monotonic() - began < ARRIVE_S:
                transport.sendto(PROBE, target)
                await asyncio.wait([heard], timeout=ARRIVE_S / 6)
            heard.cancel()
        finally:
            transport.close()
            await asyncio.sleep(0)
    where = f"{target[0]}:{target[1]}"
    if heard.done() and not heard.cancelled() and heard.result() == PROBE:
        return ok(f"A datagram from the relay arrived at {where}.")
    ports = "{}-{}".format(*config.udp_ports) if config.udp_ports else "all UDP ports"
    advice = f"Open {ports} for UDP in the firewall, and set VOICE_PUBLIC_ADDRESS behind NAT."
    return warning(f"No datagram from the relay arrived at {where}: calls need the relay.", advice)


async def _allocated(relay: IceTarget) -> TurnTransport:
    """Returns what sends by a relay; raises OSError and TransactionError."""
    async with asyncio.timeout(WAIT_S):
        transport, _ = await create_turn_endpoint(
            asyncio.DatagramProtocol,
            (relay.address.host, relay.address.port),
            relay.server.username,
            relay.server.credential,
            ssl=relay.address.tls or None,
            transport=relay.address.transport,
        )
    return transport


def _bound(ports: tuple[int, int] | None) -> socket.socket:
    """Returns a UDP socket on a port that calls use; raises OSError where none is free."""
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    found.setblocking(False)
    for port in range(ports[0], ports[1] + 1) if ports else (0,):
        with contextlib.suppress(OSError):
            found.bind(("", port))
            return found
    found.close()
    raise OSError("no port is free")


def _seen_from(relay: IceTarget) -> str:
    """Returns the address of this machine from which datagrams go to a relay."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((relay.address.host, relay.address.port))
        return str(probe.getsockname()[0])


# -- certificates ---------------------------------------------------------------------------


def check_certificates() -> PartFinding:
    """Looks at every certificate that clients are shown, as they do."""
    ends: dict[str, datetime] = {}
    for host, port in _served_over_tls():
        try:
            ends[host] = expiry(host, port)
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message.rstrip(".")
            advice = "Get one for this name that is in date, and serve it with its whole chain."
            return problem(f"Clients refuse that of {host}: {why}.", advice)
        except OSError as error:
            told = f"{host}:{port} cannot be reached ({type(error).__name__})."
            return problem(told, "Look at its name and the firewall.")
    chain = certificates.files(Path(settings.VOICE_HTTPS_DIR)).chain
    if settings.VOICE_HTTPS_PORT and chain.exists():
        found = x509.load_pem_x509_certificate(chain.read_bytes())
        ends["this machine, for phones"] = found.not_valid_after_utc
    return _judged(ends, datetime.now(UTC))


def _judged(ends: Mapping[str, datetime], now: datetime) -> PartFinding:
    if not ends:
        return not_set("Nothing is served over TLS here.")
    name, first = min(ends.items(), key=lambda one: one[1])
    days = (first - now).days
    if first < now:
        return problem(f"The certificate of {name} has expired.", "Renew it.")
    told = f"The first to expire is that of {name}, in {days} days."
    if days < EXPIRES_SOON_D:
        return warning(told, "Look into what renews it: it should have by now.")
    return ok(told)


def _served_over_tls() -> Iterator[tuple[str, int]]:
    """Yields host and port of the site and of TURN servers that speak TLS."""
    public = urlsplit(settings.PUBLIC_URL)
    if public.scheme == "https" and public.hostname:
        yield public.hostname, public.port or HTTPS_PORT
    for one in ice_trials.targets(ice_servers.all_for(ice_servers.SERVER)):
        if isinstance(one, IceTarget) and one.address.tls:
            yield one.address.host, one.address.port


def expiry(host: str, port: int) -> datetime:
    """Returns when the certificate that a server shows expires.

    Raises SSLCertVerificationError where a browser would not take it, and OSError.
    """
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), WAIT_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as encrypted,
    ):
        shown = encrypted.getpeercert(binary_form=True) or b""
    return x509.load_der_x509_certificate(shown).not_valid_after_utc


# -- the clock ------------------------------------------------------------------------------


def check_clock(server: str) -> PartFinding:
    """Compares the clock with an NTP server's, or with the Date of a site's answer."""
    if not server:
        return not_checked("No time server was named.")
    try:
        offset_s = _by_date(server) if "://" in server else sntp.offset(server, WAIT_S)
    except (OSError, httpx2.HTTPError, sntp.NoTimeError):
        return not_checked(f"{server} gave no time.", "Name another with --time-server.")
    told = f"It is {abs(offset_s):.1f} s {'behind' if offset_s > 0 else 'ahead'} of {server}."
    advice = "Let chrony or systemd-timesyncd set the clock."
    if abs(offset_s) >= WRONG_CLOCK_S:
        return problem(told, advice)
    return warning(told, advice) if abs(offset_s) >= SLOW_CLOCK_S else ok(told)


def _by_date(address: str) -> float:
    """Returns by how many seconds a site's clock is ahead; whole seconds is all that it tells."""
    began = time.time()
    answer = httpx2.head(address, timeout=WAIT_S)
    middle = (began + time.time()) / 2
    try:
        theirs = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (KeyError, ValueError) as error:
        raise sntp.NoTimeError from error
    ahead = theirs + 0.5 - middle
    return 0.0 if abs(ahead) <= 1.0 else ahead
