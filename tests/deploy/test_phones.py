"""What `make run HTTPS=1` says, and what the programs are told."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from deploy.embedded import phones
from deploy.embedded.phones import NoNetworkError
from sessions_app.server import certificates


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [ip_address("192.168.1.5"), ip_address("fd00::7")]
    monkeypatch.setattr(certificates, "local_addresses", lambda: found)


def test_the_owner_of_a_phone_is_told_how_to_get_in(home: None, tmp_path: Path) -> None:
    env = phones.variables("8000", {}) | {"PORT": "8000"}
    assert env["VOICE_HTTPS_PORT"] == "8443"
    assert env["ALLOWED_HOSTS"] == "127.0.0.1,localhost,[::1],192.168.1.5,[fd00::7]"
    told = phones.invitation(tmp_path, env)
    made = certificates.files(tmp_path / "https")
    assert "https://192.168.1.5:8443/" in told
    assert "http://192.168.1.5:8000/voicesite-ca.crt" in told
    assert "[fd00::7]" in told
    assert certificates.fingerprint(made.authority) in told
    assert "iPhone" in told
    assert "Android" in told


def test_what_was_given_goes_first(home: None) -> None:
    assert phones.variables("8000", {"VOICE_HTTPS_PORT": "9000"})["VOICE_HTTPS_PORT"] == "9000"


def test_the_code_is_drawn_for_a_terminal() -> None:
    pytest.importorskip("segno")
    lines = phones.qr_code("https://192.168.1.5:8443/").splitlines()
    assert len(lines) > 10
    assert len({len(line) for line in lines if line}) == 1


def test_without_a_network_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(certificates, "local_addresses", list)
    with pytest.raises(NoNetworkError, match="no address in a local network"):
        phones.invitation(tmp_path, {})
