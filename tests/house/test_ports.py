"""Servers of tests that run side by side never get each other's port."""

import subprocess
import sys
from pathlib import Path

from tests.fixtures.ports import free_port
from tests.fixtures.server import ROOT

PRINT_PORTS = "from tests.fixtures.ports import free_port; print([free_port() for _ in range(5)])"


def test_each_process_has_ports_of_its_own() -> None:
    own = {free_port() for _ in range(5)}
    printed = subprocess.run(
        [sys.executable, "-c", PRINT_PORTS], cwd=ROOT, capture_output=True, text=True, check=True
    )
    others = {int(port) for port in printed.stdout.strip()[1:-1].split(",")}
    assert len(own) == len(others) == 5
    assert not own & others


def test_none_is_a_port_that_the_system_gives_out() -> None:
    lowest, _ = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert free_port() < int(lowest)
