"""Encryption of a backup's files, as a stream: no file need fit into memory.

A sealed file is MAGIC, 16 random bytes (the salt), then pieces. The file's own key is HKDF-SHA256
(RFC 5869) of the backup's key with that salt. Each piece is CHUNK bytes, the last one possibly
fewer, encrypted with ChaCha20-Poly1305 (RFC 8439) and followed by its tag of 16 bytes. A piece's
nonce is its number in 11 bytes, big-endian, then a byte that is 1 for the last piece and else 0:
pieces that are swapped, repeated, left out or cut off at the end are noticed. This is the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár (2015).
"""

import base64
import binascii
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sessions_app.services.backups.errors import BackupError, DamagedError

MAGIC = b"voicesite sealed 1\n"
CHUNK = 64 * 1024
"""Bytes of a piece. More takes more memory for each file, fewer make more tags. Part of the form:
another number would not read what was written with this one."""

KEY_BYTES, SALT_BYTES, TAG_BYTES, COUNTER_BYTES = 32, 16, 16, 11
"""Sizes that the ciphers give; see above."""

_CUT = "It is damaged, or was encrypted with another key."


def new_key(path: Path) -> None:
    """Writes a new key into a file of its own, for this user alone; raises BackupError."""
    text = base64.b64encode(secrets.token_bytes(KEY_BYTES))
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text + b"\n")
    except FileExistsError:
        raise BackupError(f"{path} is there already; a key is never replaced.") from None
    except OSError as error:
        raise BackupError(f"The key cannot be written to {path} ({error.strerror}).") from error


def read_key(path: Path) -> bytes:
    """Returns the key that a file holds; raises BackupError."""
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except OSError as error:
        raise BackupError(f"The key cannot be read from {path} ({error.strerror}).") from error
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise BackupError(f"{path} holds no key. `manage.py backup --new-key FILE` makes one.")
    return key


def name_under(key: bytes, text: str) -> str:
    """Returns a name for `text` that tells nobody without the key what it stands for."""
    return hmac.digest(key, text.encode(), "sha256").hex()


def seal(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yields the sealed form of what `chunks` yield."""
    salt = secrets.token_bytes(SALT_BYTES)
    cipher = _cipher(key, salt)
    yield MAGIC + salt
    for nonce, piece in _numbered(chunks, CHUNK):
        yield cipher.encrypt(nonce, piece, None)


def unseal(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yields what was sealed; raises DamagedError at the first piece that is not what it was."""
    head = len(MAGIC) + SALT_BYTES
    given = iter(chunks)
    start = b""
    while len(start) < head and (more := next(given, b"")):
        start += more
    if len(start) < head or not start.startswith(MAGIC):
        raise DamagedError(_CUT)
    cipher = _cipher(key, start[len(MAGIC) : head])
    for nonce, piece in _numbered(_chained(start[head:], given), CHUNK + TAG_BYTES):
        try:
            yield cipher.decrypt(nonce, piece, None)
        except InvalidTag:
            raise DamagedError(_CUT) from None


def _cipher(key: bytes, salt: bytes) -> ChaCha20Poly1305:
    own = HKDF(SHA256(), KEY_BYTES, salt, b"voicesite backup file").derive(key)
    return ChaCha20Poly1305(own)


def _numbered(chunks: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yields pieces of `size` bytes with their nonces; the last one may be shorter, or empty."""
    held = bytearray()
    given = iter(chunks)
    for number in count():
        while len(held) <= size and (more := next(given, b"")):
            held += more
        last = len(held) <= size
        yield number.to_bytes(COUNTER_BYTES, "big") + bytes([last]), bytes(held[:size])
        del held[:size]
        if last:
            return


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest
