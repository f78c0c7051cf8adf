"""The examples for an HTTPS proxy and a relay, as they are but for the lines to make one's own."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.fixtures.chromium import chromium
from tests.fixtures.ports import free_port
from tests.fixtures.server import ROOT, Product, wait_until

SECRET = "a secret of the relay's own"
NGINX, COTURN = shutil.which("nginx"), shutil.which("turnserver")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    key, made = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(
        [*command, *names, "-keyout", str(key), "-out", str(made)], check=True, capture_output=True
    )
    return made, key


def with_own(text: str, own: dict[str, str]) -> str:
    """Returns an example with its own lines; each must be there."""
    for pattern, replacement in own.items():
        text, count = re.subn(pattern, replacement, text)
        assert count, pattern
    return text


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        wanted = f":{port:04X}"
        wait_until(
            lambda: process.poll() is not None or wanted in Path("/proc/net/tcp").read_text(),
            10,
            command[0],
        )
        assert process.poll() is None, process.stdout and process.stdout.read()
        yield
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.browser
@pytest.mark.timeout(180)
@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
@pytest.mark.parametrize("media", [0, 2])
def test_a_call_through_the_proxy(
    certificate: tuple[Path, Path], tmp_path: Path, say: Callable[..., Path], media: int
) -> None:
    port, plain = free_port(), free_port()
    origin = f"https://localhost:{port}"
    product = Product(
        tmp_path / "var",
        {
            "PUBLIC_URL": origin,
            "VOICE_TRUSTED_PROXIES": "1",
            "SECRET_KEY": "of a test " * 6,
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
        },
        media=media,
    )
    product.prepare()
    example = with_own(
        (ROOT / "deploy/nginx/voicesite.conf").read_text(),
        {
            r"listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            r"listen 80;": f"listen 127.0.0.1:{plain};",
            r"/etc/letsencrypt/\S+/fullchain.pem": str(certificate[0]),
            r"/etc/letsencrypt/\S+/privkey.pem": str(certificate[1]),
            r"voice\.example\.com": "localhost",
            r"127\.0\.0\.1:8000": f"127.0.0.1:{product.port}",
        },
    )
    folders = "".join(
        f"{name}_temp_path {tmp_path}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        f"pid {tmp_path}/pid;\nerror_log {tmp_path}/errors;\nevents {{}}\n"
        f"http {{\n{folders}{example}}}"
    )
    with (
        product.running(*product.media, "web"),
        running([str(NGINX), "-c", str(conf), "-g", "daemon off;"], port),
        chromium(say("the weather is very nice today", lead_s=8.0, tail_s=2.0)) as browser,
    ):
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.goto(origin)
        person = product.credentials["user"]
        page.fill("input[name=username]", person["username"])
        page.fill("input[name=password]", person["password"])
        page.click("#sign-in")
        page.click("#start-call", timeout=90_000)  # once the processes for calls are there
        page.click("#consent-agree")
        expect(page.locator("#transcript")).to_contain_text(
            "nice today", timeout=60_000, ignore_case=True
        )
        page.click("#hang-up")
        page.wait_for_url("**/calls/*/")


@pytest.mark.skipif(COTURN is None, reason="coturn is not installed")
def test_calls_get_a_relay_over_tls(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    port, secure = free_port(), free_port()
    example = with_own(
        (ROOT / "deploy/coturn/turnserver.conf").read_text(),
        {
            r"\nlistening-port=3478": f"\nlistening-port={port}\nlistening-ip=127.0.0.1\n",
            r"\ntls-listening-port=5349": f"\ntls-listening-port={secure}",
            r"\nexternal-ip=\S+": "",
            r"turn\.example\.com": "localhost",
            r"/etc/coturn/fullchain.pem": str(certificate[0]),
            r"/etc/coturn/privkey.pem": str(certificate[1]),
            r"=change-me": f"={SECRET}",
            r"denied-peer-ip=127\S+": f"db={tmp_path}/db\npidfile={tmp_path}/pid",
        },
    )
    conf = tmp_path / "turnserver.conf"
    conf.write_text(example)
    product = Product(
        tmp_path / "var",
        {
            "VOICE_TURN_URLS": ",".join(
                [
                    f"turn:localhost:{port}?transport=udp",
                    f"turn:localhost:{port}?transport=tcp",
                    f"turns:localhost:{secure}?transport=tcp",
                ]
            ),
            "VOICE_TURN_SECRET": SECRET,
            "SSL_CERT_FILE": str(certificate[0]),
        },
    )
    product.prepare()
    with running([str(COTURN), "-c", str(conf)], secure):
        told = product.manage("check_ice")
    assert told.count("relay") == 3, told
