"""A phone in the same network: HTTPS of our own, as a browser on another address meets it."""

import shutil
import ssl
import stat
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect
from websockets.sync.client import connect

from sessions_app.server import certificates
from tests.fixtures.call_page import sign_in_by_form, state_is
from tests.fixtures.chromium import Away, chromium
from tests.fixtures.network import Network, missing, network
from tests.fixtures.ports import free_port
from tests.fixtures.server import UNSPOKEN, Product

pytestmark = [
    pytest.mark.browser,
    pytest.mark.network(2),
    pytest.mark.timeout(180),
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.skipif(shutil.which("certutil") is None, reason="certutil is not installed"),
]

TLS_PORT = free_port()


@pytest.fixture(scope="module")
def link() -> Iterator[Network]:
    with network(2) as made:
        yield made


@pytest.fixture(scope="module")
def home(link: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    settings = {
        "VOICE_HTTPS_PORT": str(TLS_PORT),
        "ALLOWED_HOSTS": f"127.0.0.1,{link.home}",
        **UNSPOKEN,
    }
    product = Product(tmp_path_factory.mktemp("home"), settings, host="0.0.0.0")
    with product.running("web"):
        yield product


def phone(folder: Path, link: Network, trusts: Path | None) -> Path:
    """Returns what starts a browser on the far side, which trusts an authority, or none."""
    database = folder / ".pki" / "nssdb"
    database.mkdir(parents=True)
    store = f"sql:{database}"
    subprocess.run(["certutil", "-N", "-d", store, "--empty-password"], check=True)
    if trusts is not None:
        add = ["certutil", "-A", "-d", store, "-n", "ours", "-t", "C,,", "-i", str(trusts)]
        subprocess.run(add, check=True)
    program = folder / "chromium"
    command = " ".join(link.inside(shutil.which("chromium") or "chromium"))
    program.write_text(f'#!/bin/sh\nHOME={folder} exec {command} "$@"\n')
    program.chmod(0o755)
    return program


def test_clients_that_trust_it_come_in_over_tls(home: Product, link: Network) -> None:
    authority = certificates.files(home.var / "https").authority
    given = home.get("/voicesite-ca.crt")
    assert given == (200, certificates.as_der(authority))
    context = ssl.create_default_context(cafile=str(authority))
    site = f"https://{link.home}:{TLS_PORT}"
    with urllib.request.urlopen(f"{site}/login/", context=context, timeout=10) as answer:
        assert "Secure" in answer.headers["Set-Cookie"]
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{site}/login/", timeout=10)
    plain = urllib.request.Request(f"http://{link.home}:{home.port}/calls/?q=x")
    with urllib.request.urlopen(plain, context=context, timeout=10) as answer:
        assert answer.url.startswith(f"{site}/login/")
    assert home.get("/login/")[0] == 200  # on this machine HTTP is enough
    bearer = {"Authorization": f"Bearer {home.credentials['user']['token']}"}
    address = f"wss://{link.home}:{TLS_PORT}/signaling"
    with connect(address, ssl=context, additional_headers=bearer) as socket:
        socket.send('{"type":"ping"}')
        assert socket.recv(10) == '{"type": "pong"}'
    assert stat.S_IMODE(authority.with_name("ca.key").stat().st_mode) == 0o600


def test_a_phone_in_the_network_calls(home: Product, link: Network, tmp_path: Path) -> None:
    authority = certificates.files(home.var / "https").authority
    site = f"https://{link.home}:{TLS_PORT}"
    plain = f"http://{link.home}:{home.port}"
    program = phone(tmp_path / "trusting", link, authority)
    with chromium(away=Away(program, "http://nowhere.invalid")) as browser:
        page = sign_in_by_form(browser, home, origin=plain)
        page.locator("#start-call").wait_for()
        assert page.url == f"{site}/"
        assert page.evaluate("isSecureContext")
        page.click("#start-call")
        page.click("#consent-agree")
        state_is(page, "active", 20)
        expect(page.locator("#notice")).not_to_contain_text("blocks direct sound")
        page.click("#hang-up")
        page.wait_for_url(f"{site}/calls/*/")
    stranger = phone(tmp_path / "stranger", link, None)
    with chromium(away=Away(stranger, "http://nowhere.invalid")) as browser:
        page = browser.new_page()
        with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
            page.goto(site)
