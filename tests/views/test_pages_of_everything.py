"""Pages of a call that has everything at once: whole, redacted, without words, without sound."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app.models import AudioCopy, Call, ErasureCause, Recording, Scorecard, Segment
from sessions_app.services import (
    archive_writing,
    archives,
    audio_copies,
    corrections,
    erasure,
    recordings,
    redacting,
    sharing,
    versions,
)
from tests.conftest import Queued
from tests.fixtures import spoken_call as said
from tests.fixtures.left import left_in_files

pytestmark = pytest.mark.django_db

Pages = Callable[[], dict[str, str]]


@pytest.fixture
def call(alice: User, own_folders: Path, tmp_path: Path) -> Call:
    return said.spoken_call(alice, tmp_path)


@pytest.fixture
def pages(call: Call, alice: User, staff: User) -> Pages:
    """Returns what gets each page that shows the call, by who looks."""
    until = timezone.now() + timedelta(days=1)
    wish = sharing.ShareWish(until, with_audio=True, with_summary=True)
    _, secret = sharing.share(call, alice, wish)

    def shown() -> dict[str, str]:
        found = {}
        for name, user, address in (
            ("owner", alice, f"/calls/{call.public_id}/"),
            ("staff", staff, f"/calls/{call.public_id}/"),
            ("admin", staff, f"/admin/sessions_app/call/{call.pk}/change/"),
            ("link", None, f"/s/{secret}/"),
        ):
            client = Client()
            if user is not None:
                client.force_login(user)
            answer = client.get(address)
            assert answer.status_code == 200, name
            found[name] = answer.content.decode()
        return found

    return shown


@pytest.fixture
def committed(queued: Queued, django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """Returns what does at the end of a block what waits for its transaction."""
    return partial(django_capture_on_commit_callbacks, execute=True)


def test_each_shows_all_that_it_should(pages: Pages) -> None:
    shown = pages()
    everywhere = (said.CORRECTED, said.AGAIN, said.NOTED)
    own = (said.TAGGED, said.TAKEN, said.SHARED_WITH, said.NOTED)
    of_staff = (*said.COMMENTED, said.SCORED, said.VISITOR)
    for name, wanted in {
        "owner": (*everywhere, said.TITLE, said.TAGGED, said.TAKEN),
        "staff": (*everywhere, said.TITLE, said.TAGGED, said.TAKEN),
        "admin": (*everywhere, said.TITLE, said.TAGGED, said.TAKEN, *of_staff),
        "link": (said.CORRECTED, said.AGAIN, said.TITLE),
    }.items():
        assert [word for word in wanted if word not in shown[name]] == [], name
    kept_back = {
        "owner": (*said.COMMENTED, said.SCORED, said.HIDDEN),
        "staff": (said.HIDDEN,),
        "admin": (said.HIDDEN,),  # it is on a page of its own, and reading that is logged
        "link": (said.HIDDEN, *own, *of_staff, said.CORRECTED_BEFORE, "alice"),
    }
    for name, words in kept_back.items():
        assert [word for word in words if word in shown[name]] == [], name


def test_none_shows_what_was_hidden(call: Call, bob: User, pages: Pages) -> None:
    redacting.hide_by_hand(call, bob, 1, 0, len(said.CORRECTED))
    first = Segment.objects.get(call=call, seq=1)
    corrections.correct(first, bob, "newlytyped")
    hidden = (said.CORRECTED, said.CORRECTED_BEFORE, *said.SAID[0].split())
    for name, page in pages().items():
        assert [word for word in hidden if word in page] == [], name
        assert "newlytyped" in page
        assert "Hidden words are being taken out" in page


def test_without_words_the_rest_is_shown(call: Call, alice: User, pages: Pages) -> None:
    archive = said.exported(alice)
    assert erasure.erase_text(call, None, ErasureCause.RULE) is not None
    archive.refresh_from_db()
    assert (archive.is_ready, archive.gone_because) == (False, "erased")
    words = [word for word in said.WORDS if word not in {said.VISITOR, "morfelquint"}]
    for name, page in pages().items():
        assert [word for word in words if word in page] == [], name
    assert audio_copies.of(call)["mp3"] is not None
    assert Scorecard.objects.get(call=call).answers == {}
    again = said.exported(alice)
    assert again.calls == 1


def test_without_sound_the_words_are_shown(
    call: Call, alice: User, own_folders: Path, pages: Pages, committed: Any
) -> None:
    archive = said.exported(alice)
    Recording.objects.update(delete_after=timezone.now() - timedelta(days=1))
    with committed():
        assert recordings.delete_expired(timezone.now()) == 1
    archive.refresh_from_db()
    assert not archive.is_ready
    assert not AudioCopy.objects.exists()
    sound = ("morfelquint", "vondrexil")
    assert left_in_files(sound, own_folders) == set()
    for name, page in pages().items():
        assert said.CORRECTED in page, name
        assert "was deleted on" in page, name
    with pytest.raises(audio_copies.NoRecordingError):
        audio_copies.ask(call, alice, "wav")
    assert versions.ask(call, alice, "thorough") is None
    redacting.hide_by_hand(call, alice, 1, 0, len(said.CORRECTED))
    assert said.CORRECTED not in pages()["owner"]


def test_a_legal_hold_refuses_what_destroys_or_gives_away(
    call: Call, alice: User, staff: User, client: Client
) -> None:
    assert erasure.hold(call, staff, "a case")
    call.refresh_from_db()
    refused = pytest.raises(erasure.LegalHoldError, match="under legal hold")
    with refused:
        redacting.hide_by_hand(call, staff, 1, 0, 4)
    with refused:
        sharing.share(call, alice, sharing.ShareWish(timezone.now() + timedelta(days=1)))
    client.force_login(staff)
    address = f"/api/v1/calls/{call.public_id}/redactions"
    asked: dict[str, Any] = {"seq": 1, "start": 0, "end": 4}
    answer = client.post(address, asked, content_type="application/json")
    assert (answer.status_code, "legal hold" in answer.content.decode()) == (409, True)
    first = corrections.correct(Segment.objects.get(call=call, seq=1), alice, "it is")
    assert corrections.history(first).count() == 3, "what was there before stays"
    archive = archives.ask_calls(Call.objects.all(), staff)
    archive_writing.make(archive.pk)
    archive.refresh_from_db()
    assert archive.is_ready
