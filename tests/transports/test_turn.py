"""TURN credentials as coturn checks them."""

import base64
import hashlib
import hmac

from sessions_app.transports.turn import IceServer, Turn, asks_for_turn, minted

TURN = Turn(("turn:turn.example.com:3478",), "a secret", 600)


def test_credentials_hold_for_a_while() -> None:
    made = minted(TURN, "7", 1_000_000.0)
    assert made.username == "1000600:7"
    digest = hmac.new(b"a secret", b"1000600:7", hashlib.sha1).digest()
    assert made.credential == base64.b64encode(digest).decode()
    assert made.urls == TURN.urls


def test_no_secret_is_shown() -> None:
    shown = f"{TURN} {minted(TURN, '7', 0.0)}"
    assert "a secret" not in shown
    assert minted(TURN, "7", 0.0).credential not in shown


def test_a_relay_is_told_from_other_servers() -> None:
    assert asks_for_turn([IceServer(("turns:a",))])
    assert not asks_for_turn([IceServer(("stun:a",))])
