"""`make run HTTPS=1`: what phones in the same network need, and what their owner reads."""

import io
from collections.abc import Mapping
from pathlib import Path

from sessions_app.server import certificates

OFFSET = 443
"""HTTPS is on this many ports above HTTP: 8443 beside 8000."""

HERE = ("127.0.0.1", "localhost", "[::1]")


class NoNetworkError(Exception):
    """This machine is in no local network; the message says what to do."""


def variables(port: str, given: Mapping[str, str]) -> dict[str, str]:
    """Returns the variables for HTTPS; those that were `given` go first."""
    number = int(port) if port.isdecimal() else 0
    addresses = [_in_url(one) for one in certificates.local_addresses()]
    return {
        "VOICE_HTTPS_PORT": given.get("VOICE_HTTPS_PORT") or str(number + OFFSET),
        "ALLOWED_HOSTS": ",".join([*HERE, *addresses]),
    }


def invitation(var: Path, env: Mapping[str, str]) -> str:
    """Makes the certificate; returns how a phone gets in.

    Raises NoNetworkError.
    """
    addresses = certificates.local_addresses()
    if not addresses:
        raise NoNetworkError(
            "This machine has no address in a local network, so no phone can reach it. "
            "Connect it to the network of the phone, or run without HTTPS=1."
        )
    made = certificates.ensure(var / "https", addresses, certificates.utc_now())
    host = _in_url(addresses[0])
    url = f"https://{host}:{env['VOICE_HTTPS_PORT']}/"
    others = ", ".join(_in_url(one) for one in addresses[1:])
    return WORDS.format(
        url=url,
        authority=f"http://{host}:{env['PORT']}/voicesite-ca.crt",
        fingerprint=certificates.fingerprint(made.authority),
        others=f" (also at {others})" if others else "",
        code=qr_code(url),
        folder=var / "https",
    )


WORDS = """\
Phones in this network{others} open

    {url}

{code}
Once, before that, tell the phone to trust this installation. Open

    {authority}

on the phone, and then:
  iPhone, iPad  Allow the profile. Settings > Profile Downloaded > Install. Then Settings >
                General > About > Certificate Trust Settings: turn “voicesite local …” on.
  Android       Settings > Security > More > Encryption & credentials > Install a
                certificate > CA certificate > Install anyway: choose voicesite-ca.crt.
Compare the fingerprint (SHA-256) that the phone shows:
  {fingerprint}
It vouches for private addresses alone. Its key stays in {folder}.
Remove it from the phone when you are done.
"""


def qr_code(url: str) -> str:
    """Returns the address as a QR code for a terminal; empty without the package segno."""
    try:
        import segno  # noqa: PLC0415 - an installation from before it is there runs without it
    except ImportError:
        return ""
    out = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(out, compact=True)
    return out.getvalue()


def _in_url(address: certificates.Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004
