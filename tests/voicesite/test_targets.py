"""Of an address that was asked for, only our own words, numbers and ids of calls are logged."""

import pytest

from sessions_app.models.call import new_public_id
from voicesite.targets import CALL_ID, loggable, loggable_method, words

CALL = "Ab1defghijkl_-9z"


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/", "/"),
        ("/t/Secret/start", "/t/-/start"),
        ("/%74/Secret/start", "/t/-/start"),
        ("/t%2FSecret/start", "/t/-/start"),
        ("/%2574/Secret/start", "/-/-/start"),
        ("//t/Secret/start", "//t/-/start"),
        ("/t/./Secret", "/t/-/-"),
        ("/t//Secret", "/t//-"),
        ("/x/t/Secret", "/-/t/-"),
        ("/t/123456/start", "/t/-/start"),
        ("/t/start/start", "/t/-/start"),
        ("http://u:Secret@host/t/Secret/start", "/t/-/start"),
        ("HTTP://Secret/calls/?Secret", "/calls/"),
        ("//u:Secret@host/calls/", "//-/calls/"),
        ("/%74/Secret/ws/voice", "/t/-/ws/voice"),
        ("/calls/my Secret words/", "/calls/-/"),
        ("/calls/my%20Secret%20words/", "/calls/-/"),
        ("/static/Secret.js", "/static/-"),
        ("/sessions/Secret/api/offer", "/sessions/-/api/offer"),
        (f"/sessions/{CALL}/api/offer", "/sessions/-/api/offer"),
        ("/start?ticket=Secret/start", "/start"),
        ("/start%3FSecret", "/-"),
        ("/start;Secret", "/-"),
        ("/start#/Secret", "/-/-"),
        ("/Secret\r\nSecret", "/-"),
        ("Secret:443", "-"),
        ("b'/t/Secret'", "-/t/-"),
        ("*", "-"),
        ("/\N{LATIN SMALL LETTER O WITH DIAERESIS}Secret", "/-"),
        (f"/calls/{CALL}/recording", f"/calls/{CALL}/recording"),
        (f"/ws/calls/{CALL}/live", f"/ws/calls/{CALL}/live"),
        (f"/api/v1/calls/{CALL}/transcript.vtt", f"/api/v1/calls/{CALL}/transcript.vtt"),
        (f"/api/v1/calls/{CALL}/transcript.Secret", f"/api/v1/calls/{CALL}/-"),
        (f"/api/v1/calls/{CALL}/segments/12", f"/api/v1/calls/{CALL}/segments/12"),
        ("/admin/sessions_app/call/12/change/", "/admin/sessions_app/call/12/change/"),
        ("/admin/sessions_app/call/4242424242424242/change/", "/admin/sessions_app/call/-/change/"),
    ],
)
def test_only_what_is_ours_is_shown(target: str, shown: str) -> None:
    assert loggable(target) == shown


def test_no_address_fills_the_log() -> None:
    assert len(loggable("/calls" * 10_000)) <= 200
    assert len(loggable("/" * 10_000)) <= 200


def test_the_ids_of_calls_have_their_shape() -> None:
    # hidden: 16 characters without a capital letter, one id in four thousand
    shown = sum(CALL_ID.fullmatch(new_public_id()) is not None for _ in range(1_000))
    assert shown > 980


def test_words_are_those_of_pages_and_sockets() -> None:
    assert {"t", "start", "ice-servers", "admin", "signaling", "vosk", "live", "static"} <= words()
    assert all(
        word.replace("-", "a").replace("_", "a").replace(".", "a").isalnum() for word in words()
    )


@pytest.mark.parametrize(
    ("method", "shown"), [("GET", "GET"), ("PATCH", "PATCH"), ("SECRET", "-"), ("get", "-")]
)
def test_only_methods_of_http_are_shown(method: str, shown: str) -> None:
    assert loggable_method(method) == shown
