"""What the example for coturn keeps clients from: more than their share, and your inner network."""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from sessions_app.engine.rtc.turn_credentials import TurnServers, mint_credentials
from tests.fixtures.coturn import SECRET, coturn
from tests.fixtures.server import ROOT
from tests.fixtures.turn_client import IPV4, IPV6, TurnClient

pytestmark = pytest.mark.skipif(
    shutil.which("turnserver") is None, reason="coturn is not installed"
)

TURN = TurnServers(("turn:127.0.0.1",), SECRET, 3600)
QUOTA, FORBIDDEN, OVER_QUOTA = 2, 403, 486
EXAMPLE = (ROOT / "deploy/coturn/turnserver.conf").read_text()
DENIED = {
    IPV4: (
        "0.0.0.0 0.1.2.3 10.0.0.5 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 "
        "169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 "
        "198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 "
        "168.63.129.16"
    ),
    IPV6: (
        ":: ::1 ::10.0.0.5 ::ffff:127.0.0.1 ::ffff:10.0.0.5 ::ffff:169.254.169.254 ::ffff:8.8.8.8 "
        "::ffff:0:10.0.0.5 64:ff9b::10.0.0.5 64:ff9b:1::a00:5 100::1 2001::1 2001:db8::1 "
        "2002:a00:5::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 febf::1 fec0::1 ff02::1"
    ),
}
OPEN = {IPV4: "8.8.8.8 1.1.1.1 172.32.0.1 100.128.0.1", IPV6: "2606:4700::1111 2a00:1450::1"}


@pytest.fixture(scope="module")
def relay() -> Iterator[int]:
    """A relay that denies what the example denies, and gives a user less."""
    denied = re.findall(r"^denied-peer-ip=(\S+)$", EXAMPLE, re.MULTILINE)
    options = [word for address in denied for word in ("--denied-peer-ip", address)]
    quota = ("--user-quota", str(QUOTA), "--relay-ip", "::1", "--no-multicast-peers")
    with coturn(SECRET, *quota, *options) as port:
        yield port


@pytest.mark.parametrize("family", [IPV4, IPV6], ids=["IPv4", "IPv6"])
def test_no_inner_address_is_reached(relay: int, family: int) -> None:
    with TurnClient(relay, mint_credentials(TURN, f"denied{family}", time.time())) as client:
        assert client.allocate(family) == 0
        for peer in DENIED[family].split():
            assert (client.permit(peer), client.bind(peer)) == (FORBIDDEN, FORBIDDEN), peer
        for peer in OPEN[family].split():
            assert client.permit(peer) == 0, peer


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_fresh_credentials_give_nobody_more_than_a_share(relay: int, stack: ExitStack) -> None:
    """A user who asks for new credentials each second is still one user."""
    now = time.time()
    asked = [mint_credentials(TURN, "7", now + step) for step in range(QUOTA + 2)]
    clients = [stack.enter_context(TurnClient(relay, given)) for given in asked]
    assert [client.allocate() for client in clients] == [0] * QUOTA + [OVER_QUOTA] * 2
    with TurnClient(relay, mint_credentials(TURN, "8", now)) as other:
        assert other.allocate() == 0
