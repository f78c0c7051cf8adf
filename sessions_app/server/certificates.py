"""A certificate authority of this installation's own, for phones in the same network.

Browsers give the microphone only to pages over HTTPS, and no public authority certifies addresses
of a local network. So `make run HTTPS=1` makes an authority, which a phone is told to trust, and a
certificate for this machine's addresses. The authority can vouch for private addresses alone (name
constraints, RFC 5280, 4.2.1.10): who got hold of its key could not pose as any other site.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

import ifaddr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PRIVATE: tuple[Network, ...] = tuple(
    ip_network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fd00::/8", "::1")
)
"""The networks that the authority may vouch for (RFC 1918, RFC 4193), and this machine itself."""

LOOPBACK = (ip_address("127.0.0.1"), ip_address("::1"))
LOCALHOST = "localhost"
AUTHORITY_LIFE = timedelta(days=3650)
"""A phone trusts it until then; it is told once."""

LIFE = timedelta(days=90)
RENEW_BEFORE = timedelta(days=30)
"""How long a certificate holds, and how long before its end it is made anew."""

SKEW = timedelta(days=1)
"""How far the clock of a phone may be behind."""

CA_KEY, CA, KEY, CHAIN = "ca.key", "ca.pem", "server.key", "server.pem"


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where the authority's certificate, the server's key and its certificate are, as PEM."""

    authority: Path
    key: Path
    chain: Path


def files(folder: Path) -> CertificateFiles:
    """Returns where they are, or would be."""
    return CertificateFiles(folder / CA, folder / KEY, folder / CHAIN)


def local_addresses() -> list[Address]:
    """Returns this machine's private addresses, without loopback, IPv4 first."""
    given = (ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips)
    found = {ip_address(ip[0] if isinstance(ip, tuple) else ip) for ip in given}
    private = (one for one in found if not one.is_loopback and _is_private(one))
    return sorted(private, key=lambda one: (one.version, int(one)))


def ensure(folder: Path, addresses: Sequence[Address], now: datetime) -> CertificateFiles:
    """Makes what is missing, near its end or for other addresses; returns the files.

    `now` is aware. Keys are readable by this user alone. Raises OSError where nothing can be
    written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = files(folder)
    authority = _read(made.authority)
    ca_key = _read_key(folder / CA_KEY)
    if authority is None or ca_key is None or authority.not_valid_after_utc - now < LIFE:
        ca_key = ec.generate_private_key(ec.SECP256R1())
        authority = _authority(ca_key, now)
        _write(folder / CA_KEY, _pem(ca_key))
        _write(made.authority, authority.public_bytes(serialization.Encoding.PEM))
    present = _read(made.chain)
    if present is None or not made.key.exists() or not _serves(present, authority, addresses, now):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(key, authority, ca_key, addresses, now)
        _write(made.key, _pem(key))
        _write(made.chain, certificate.public_bytes(serialization.Encoding.PEM))
    return made


def renew(folder: Path, now: datetime) -> None:
    """Makes a certificate near its end anew, for the addresses that it has."""
    present = _read(files(folder).chain)
    if present is not None:
        ensure(folder, [one for one in _addresses(present) if one not in LOOPBACK], now)


def fingerprint(authority: Path) -> str:
    """Returns the SHA-256 fingerprint of a certificate, as phones show it."""
    certificate = x509.load_pem_x509_certificate(authority.read_bytes())
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def as_der(authority: Path) -> bytes:
    """Returns the certificate as phones take it."""
    certificate = x509.load_pem_x509_certificate(authority.read_bytes())
    return certificate.public_bytes(serialization.Encoding.DER)


def _is_private(address: Address) -> bool:
    return any(address in network for network in PRIVATE)


def _serves(
    certificate: x509.Certificate,
    authority: x509.Certificate,
    addresses: Iterable[Address],
    now: datetime,
) -> bool:
    """Returns whether a certificate is good for the addresses, and long enough."""
    lasts = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEW_BEFORE
    known = set(_addresses(certificate))
    return lasts and certificate.issuer == authority.subject and known >= set(addresses)


def _addresses(certificate: x509.Certificate) -> list[Address]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    given = names.get_values_for_type(x509.IPAddress)
    return [one for one in given if isinstance(one, IPv4Address | IPv6Address)]


def _authority(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    # a number in its name: a phone may have an older one, too
    serial = x509.random_serial_number()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "voicesite"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"voicesite local {serial % 0x10000:04x}"),
        ]
    )
    permitted = [x509.DNSName(LOCALHOST), *(x509.IPAddress(network) for network in PRIVATE)]
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    return (
        x509.CertificateBuilder(name, name, key.public_key(), serial)
        .not_valid_before(now - SKEW)
        .not_valid_after(now + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _certificate(
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    addresses: Iterable[Address],
    now: datetime,
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "voicesite")])
    served = [*LOOPBACK, *addresses]
    names = [x509.DNSName(LOCALHOST), *(x509.IPAddress(one) for one in served)]
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    return (
        x509.CertificateBuilder(
            authority.subject, name, key.public_key(), x509.random_serial_number()
        )
        .not_valid_before(now - SKEW)
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(issuer, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, data: bytes) -> None:
    """Replaces a file at once; from its first byte on it is for this user alone."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    new.replace(path)


def _read(path: Path) -> x509.Certificate | None:
    """Returns a certificate; None where there is none that can be read."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return None


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey | None:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError):
        return None
    return key if isinstance(key, ec.EllipticCurvePrivateKey) else None


def utc_now() -> datetime:
    """Returns the time, for `ensure`."""
    return datetime.now(UTC)
