"""The page of a share link: what it shows to whoever has it, and what it keeps back."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app.models import Call, ErasureCause, Recording, ShareLink
from sessions_app.services import erasure, sharing
from sessions_app.services.sharing import ShareWish
from tests.views.conftest import AUDIO
from voicesite.targets import loggable

PASSWORD = "quiet orange river"
NOWHERE = "This link leads nowhere"

Sharer = Callable[..., str]


@pytest.fixture
def kept(finished: Callable[[User], Call], alice: User) -> Call:
    return finished(alice)


@pytest.fixture
def shared(kept: Call, alice: User) -> Sharer:
    """Returns what shares the call, and returns the address."""

    def share(**given: Any) -> str:
        until = timezone.now() + timedelta(days=1)
        _, secret = sharing.share(kept, alice, ShareWish(until, **given))
        return f"/s/{secret}/"

    return share


def looks() -> list[str]:
    return [row.action for row in sharing.looks_of(ShareLink.objects.get())]


def test_who_has_the_link_reads_what_people_read(
    client: Client, kept: Call, shared: Sharer
) -> None:
    answer = client.get(shared(note="for the lawyer"))
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "The price is fifteen euros.</span>" in shown  # the correction, not what was recognised
    assert "fifty" not in shown
    for hidden in (
        "about the price",
        "player-part",
        kept.public_id,
        "lawyer",
        "alice",
        "/calls/",
        "History",
    ):
        assert hidden not in shown
    assert looks() == ["read"]


def test_summary_and_player_are_there_if_chosen(client: Client, shared: Sharer) -> None:
    shown = client.get(shared(with_audio=True, with_summary=True)).content.decode()
    assert "They spoke about the price." in shown
    assert 'data-state="ready"' in shown


def test_no_answer_is_for_search_engines_caches_or_referrers(
    client: Client, shared: Sharer
) -> None:
    address = shared()
    for path in (address, f"{address}recording", "/s/nothing/", "/s/none/of/these", address[:-1]):
        answer = client.get(path)
        assert answer.headers["X-Robots-Tag"].startswith("noindex, nofollow")
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert "X-Robots-Tag" not in client.get("/login/").headers


def test_no_log_and_no_error_page_has_the_secret(
    client: Client, shared: Sharer, caplog: pytest.LogCaptureFixture
) -> None:
    address = shared()
    secret = address.split("/")[2]
    sharing.revoke(ShareLink.objects.get(), User.objects.get())
    with caplog.at_level(logging.DEBUG):
        for path in (address, f"{address}recording", f"{address}no/such/page"):
            assert secret not in client.get(path).content.decode()
        forged = Client(enforce_csrf_checks=True).post(address)
        assert (forged.status_code, secret in forged.content.decode()) == (403, False)
    assert secret not in " ".join(map(loggable, [address, f"{address}recording"]))
    assert loggable("/s/recording/heard") == "/s/-/heard"


def test_what_leads_nowhere_answers_alike(
    client: Client, kept: Call, alice: User, shared: Sharer
) -> None:
    addresses = [shared() for _ in range(4)]
    links = list(ShareLink.objects.order_by("pk"))
    sharing.revoke(links[0], alice)
    ShareLink.objects.filter(pk=links[1].pk).update(expires_at=timezone.now())
    answers = [client.get(address) for address in ("/s/never-there/", *addresses[:2])]
    assert erasure.hold(kept, alice, "a case")
    answers.append(client.get(addresses[2]))
    assert erasure.release(kept, alice)
    erasure.erase_call(kept, None, ErasureCause.OWNER)
    answers.append(client.get(addresses[3]))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert NOWHERE in answers[0].content.decode()
    assert "ask whoever gave it to you" in answers[0].content.decode()


def test_the_sound_comes_whole_and_by_ranges(client: Client, shared: Sharer) -> None:
    address = f"{shared(with_audio=True)}recording"
    whole = client.get(address)
    assert b"".join(whole) == AUDIO
    assert whole.headers["Content-Disposition"] == 'inline; filename="recording.ogg"'
    piece = client.get(address, headers={"Range": "bytes=10-19"})
    assert (piece.status_code, b"".join(piece)) == (206, AUDIO[10:20])
    assert client.head(address).headers["Content-Length"] == str(len(AUDIO))
    assert client.post(f"{address[:-9]}heard").status_code == 204
    assert looks() == ["listened", "loaded"]


def test_a_link_without_sound_gives_none(client: Client, shared: Sharer) -> None:
    address = shared()
    assert client.get(f"{address}recording").status_code == 404
    assert client.post(f"{address}heard").status_code == 404
    assert looks() == []


def test_sound_whose_time_was_over_is_said_to_be_gone(
    client: Client, kept: Call, shared: Sharer
) -> None:
    address = shared(with_audio=True)
    Recording.objects.filter(call=kept).update(file="", delete_after=timezone.now())
    assert "The recording was deleted on" in client.get(address).content.decode()
    assert client.get(f"{address}recording").status_code == 404
    assert client.post(f"{address}heard").status_code == 404


def test_words_whose_time_was_over_are_said_to_be_gone(
    client: Client, kept: Call, shared: Sharer
) -> None:
    address = shared(note="for the lawyer")
    assert erasure.erase_text(kept, None, ErasureCause.RULE) is not None
    assert "their storage period was over" in client.get(address).content.decode()
    assert ShareLink.objects.get().note == ""


def test_a_password_is_asked_for_first(client: Client, kept: Call, shared: Sharer) -> None:
    address = shared(password=PASSWORD, with_audio=True)
    asks = client.get(address).content.decode()
    assert "Enter the password" in asks
    assert "Good" not in asks
    assert client.get(f"{address}recording").status_code == 403
    assert client.post(f"{address}heard").status_code == 403
    wrong = client.post(address, {"password": "wrong"})
    assert (wrong.status_code, "That is not the password" in wrong.content.decode()) == (403, True)
    assert looks() == []
    right = client.post(address, {"password": PASSWORD})
    assert (right.status_code, right["Location"]) == (302, address)
    cookie = right.cookies["voicesite_shared"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (address, True, "Lax")
    assert "fifteen" in client.get(address).content.decode()
    assert client.get(f"{address}recording").status_code == 200
    assert client.post(address, {"password": "late"})["Location"] == address
    assert "Enter the password" in Client().get(address).content.decode()


def test_guessing_is_refused_for_a_while(client: Client, shared: Sharer) -> None:
    address = shared(password=PASSWORD)
    for _ in range(5):
        assert client.post(address, {"password": "wrong"}).status_code == 403
    refused = client.post(address, {"password": PASSWORD})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "X-Robots-Tag" in refused.headers


def test_the_owner_makes_a_link_sees_the_looks_and_revokes(as_alice: Client, kept: Call) -> None:
    page = f"/calls/{kept.public_id}/share"
    assert f'href="{page}"' in as_alice.get(f"/calls/{kept.public_id}/").content.decode()
    form = {"days": "7", "with_summary": "on", "note": "for\nBob", "password": PASSWORD}
    made = as_alice.post(page, form).content.decode()
    link = ShareLink.objects.get()
    assert (link.note, link.with_audio, link.with_summary) == ("for Bob", False, True)
    assert 6.9 < (link.expires_at - timezone.now()) / timedelta(days=1) <= 7
    address = made.partition('readonly value="')[2].partition('"')[0]
    assert address.startswith("http://testserver/s/")
    visitor = Client()
    assert visitor.post(address, {"password": PASSWORD}).status_code == 302
    assert "They spoke about the price." in visitor.get(address).content.decode()
    later = as_alice.get(page).content.decode()
    assert address.rstrip("/").rpartition("/")[2] not in later
    assert "Opened 1 time." in later
    assert "for Bob" in later
    gone = as_alice.post(f"{page}/{link.pk}/revoke")
    assert gone["Location"] == page
    assert visitor.get(address).status_code == 404
    assert "Revoked" in as_alice.get(page).content.decode()


def test_a_weak_password_is_refused_in_words(as_alice: Client, kept: Call) -> None:
    shown = as_alice.post(f"/calls/{kept.public_id}/share", {"days": "7", "password": "1234"})
    assert "No link was made" in shown.content.decode()
    assert "too short" in shown.content.decode()
    assert not ShareLink.objects.exists()


def test_without_the_setting_owners_cannot(as_alice: Client, kept: Call, settings: Any) -> None:
    settings.VOICE = {**settings.VOICE, "SHARE_BY_OWNER": False}
    assert "/share" not in as_alice.get(f"/calls/{kept.public_id}/").content.decode()
    for ask in (as_alice.get, as_alice.post):
        assert ask(f"/calls/{kept.public_id}/share").status_code == 404


def test_a_live_and_a_held_call_are_refused_in_words(
    as_alice: Client, kept: Call, alice: User, make_call: Any
) -> None:
    live = make_call(alice)
    assert "/share" not in as_alice.get(f"/calls/{live.public_id}/").content.decode()
    answer = as_alice.post(f"/calls/{live.public_id}/share", {"days": "7"})
    assert (answer.status_code, "when it has ended" in answer.content.decode()) == (409, True)
    assert erasure.hold(kept, alice, "a secret case")
    shown = as_alice.get(f"/calls/{kept.public_id}/share").content.decode()
    assert "under legal hold" in shown
    assert "a secret case" not in shown


def test_the_address_is_the_public_one(as_alice: Client, kept: Call, settings: Any) -> None:
    settings.PUBLIC_URL = "https://voice.example.com"
    made = as_alice.post(f"/calls/{kept.public_id}/share", {"days": "1"}).content.decode()
    assert 'value="https://voice.example.com/s/' in made


def test_a_link_does_not_tell_who_typed_a_line(
    client: Client, kept: Call, shared: Sharer, staff: User, settings: Any
) -> None:
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["typed"]}
    kept.segments.filter(seq=1).update(speaker="agent", said_by=staff)
    html = client.get(shared()).content.decode()
    assert "Good morning everybody." in html
    assert "Typed by" not in html
