"""How many connections there may be, whose, and which give way."""

from typing import Any

import pytest

from sessions_app.server.http import connections
from sessions_app.server.http.connections import Connections, group_of


class Line:
    """A connection from somewhere."""

    def __init__(self, host: str | None) -> None:
        self.host = host
        self.is_cut = False

    def getPeer(self) -> Any:  # noqa: N802 - Twisted's name
        return self

    def abortConnection(self) -> None:  # noqa: N802 - Twisted's name
        self.is_cut = True


def opened(all_of: Connections, host: str | None) -> Line | None:
    if not all_of.admits(host):
        return None
    line = Line(host)
    all_of.add(line)
    return line


def test_an_address_has_so_many_and_others_have_theirs() -> None:
    network = Connections(100, 3)
    first, *_ = [opened(network, "192.0.2.1") for _ in range(3)]
    assert opened(network, "192.0.2.1") is None
    assert opened(network, "192.0.2.2")
    network.remove(first)
    assert opened(network, "192.0.2.1")


def test_ipv6_counts_by_network_and_mapped_ipv4_as_what_it_is() -> None:
    network = Connections(100, 2)
    assert opened(network, "2001:db8::1")
    assert opened(network, "2001:db8::ffff")
    assert opened(network, "2001:db8::2") is None
    assert opened(network, "2001:db8:0:1::1")
    assert group_of("::ffff:192.0.2.1") == group_of("192.0.2.1") == "192.0.2.1"
    assert group_of("fe80::1%eth0")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", None])
def test_this_machine_has_as_many_as_it_needs(host: str | None) -> None:
    network = Connections(100, 1)
    assert all(opened(network, host) for _ in range(50))


def test_where_all_are_taken_the_one_that_waits_longest_gives_way() -> None:
    network = Connections(3, 0)
    call, oldest, other = [opened(network, "192.0.2.1") for _ in range(3)]
    assert call
    assert oldest
    assert other
    network.works(call)
    assert opened(network, "192.0.2.9")
    assert (call.is_cut, oldest.is_cut, other.is_cut) == (False, True, False)
    assert len(network) == 3


def test_calls_and_requests_under_way_never_give_way() -> None:
    network = Connections(2, 0)
    lines = [opened(network, "192.0.2.1") for _ in range(2)]
    for line in lines:
        network.works(line)
    assert opened(network, "192.0.2.9") is None
    network.waits(lines[0])  # kept open after its answer
    assert opened(network, "192.0.2.9")
    assert [line.is_cut for line in lines if line] == [True, False]


def test_a_connection_that_was_closed_is_forgotten_once() -> None:
    network = Connections(10, 1)
    line = opened(network, "192.0.2.1")
    network.remove(line)
    network.remove(line)
    network.waits(line)
    assert len(network) == 0
    assert opened(network, "192.0.2.1")


def test_bodies_that_are_not_complete_share_a_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_WAITING_BYTES", 1_000)
    network = Connections(10, 0)
    assert network.hold(900)
    assert not network.hold(200)
    network.release(1_100)
    assert network.hold(1_000)


def test_strangers_fill_no_log(caplog: pytest.LogCaptureFixture) -> None:
    network = Connections(1, 1)
    opened(network, "192.0.2.1")
    for _ in range(50):
        assert opened(network, "192.0.2.1") is None
    assert len(caplog.records) == 1
    assert "192.0.2" not in caplog.text
