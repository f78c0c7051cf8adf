"""Share links: who may make them, what keeps one from leading anywhere, and what is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.engine.core.states import CallState
from sessions_app.models import AccessLog, Call, ErasureCause, ShareLink
from sessions_app.services import erasure, sharing
from sessions_app.services.sharing import ShareWish, TooManyLinksError
from sessions_app.services.sign_ins import BY_ACCOUNT_AND_ADDRESS, SignInRefusedError
from tests.api.conftest import end
from tests.conftest import CallMaker

PASSWORD = "quiet orange river"


@pytest.fixture
def kept(alice: User, make_call: CallMaker) -> Call:
    made = make_call(alice)
    end(made)
    return made


def tomorrow() -> Any:
    return timezone.now() + timedelta(days=1)


def wish(**given: Any) -> ShareWish:
    return ShareWish(**{"expires_at": tomorrow(), **given})


def rows(link: ShareLink) -> list[tuple[str, str, int | None]]:
    return [(row.action, row.detail, row.user_id) for row in sharing.looks_of(link)]


def test_only_a_digest_of_the_secret_is_kept(kept: Call, alice: User) -> None:
    link, secret = sharing.share(kept, alice, wish(password=PASSWORD))
    row = str(ShareLink.objects.values().get())
    assert secret not in row
    assert PASSWORD not in row
    assert len(secret) >= 43  # 256 bits
    assert sharing.find(secret) == link
    assert sharing.find(secret[:-1]) is None
    assert sharing.find("") is None
    made = AccessLog.objects.get(action=AccessLog.Action.SHARED)
    assert (made.user, made.call, made.detail) == (alice, kept, f"link {secret[:6]}…")


def _revoke(link: ShareLink, _settings: Any) -> None:
    assert sharing.revoke(link, link.created_by)
    assert not sharing.revoke(link, link.created_by)


def _expire(link: ShareLink, _settings: Any) -> None:
    ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def _hold(link: ShareLink, _settings: Any) -> None:
    assert erasure.hold(link.call, link.created_by, "a case")


def _erase(link: ShareLink, _settings: Any) -> None:
    erasure.erase_call(link.call, None, ErasureCause.COMMAND)


def _shut_out(link: ShareLink, _settings: Any) -> None:
    User.objects.update(is_active=False)


def _forget(link: ShareLink, _settings: Any) -> None:
    ShareLink.objects.update(created_by=None)


def _forbid(link: ShareLink, settings: Any) -> None:
    settings.VOICE = {**settings.VOICE, "SHARE_BY_OWNER": False}


def _go_live(link: ShareLink, _settings: Any) -> None:
    Call.objects.update(state=CallState.ACTIVE.value)


@pytest.mark.parametrize(
    "what", [_revoke, _expire, _hold, _erase, _shut_out, _forget, _forbid, _go_live]
)
def test_a_link_leads_nowhere_any_more(what: Any, kept: Call, alice: User, settings: Any) -> None:
    link, secret = sharing.share(kept, alice, wish())
    assert sharing.find(secret) is not None
    what(link, settings)
    assert sharing.find(secret) is None


def test_live_and_held_calls_are_not_shared(
    alice: User,
    make_call: CallMaker,
    kept: Call,
) -> None:
    with pytest.raises(erasure.CallLiveError, match="when it has ended"):
        sharing.share(make_call(alice), alice, wish())
    assert erasure.hold(kept, alice, "a case")
    with pytest.raises(erasure.LegalHoldError, match="legal hold"):
        sharing.share(kept, alice, wish())
    assert not ShareLink.objects.exists()


def test_a_call_has_so_many_links(
    kept: Call,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sharing, "MOST_OF_A_CALL", 1)
    link, _ = sharing.share(kept, alice, wish())
    with pytest.raises(TooManyLinksError, match="Revoke one"):
        sharing.share(kept, alice, wish())
    sharing.revoke(link, alice)
    sharing.share(kept, alice, wish())


def test_who_may_share(
    kept: Call,
    alice: User,
    bob: User,
    staff: User,
    settings: Any,
) -> None:
    clerk = User.objects.create_user("clerk", is_staff=True)
    people = (alice, bob, staff, clerk)
    assert [sharing.may_share(one, kept) for one in people] == [True, False, True, False]
    settings.VOICE = {**settings.VOICE, "SHARE_BY_OWNER": False}
    assert [sharing.may_share(one, kept) for one in people] == [False, False, True, False]


def test_each_opening_is_a_look_and_playing_one_a_visit(kept: Call, alice: User) -> None:
    link, _ = sharing.share(kept, alice, wish(with_audio=True))
    other, _ = sharing.share(kept, alice, wish(with_audio=True))
    for _ in range(2):
        sharing.note_page(link)
        sharing.note_listened(link)
    sharing.note_listened(other)
    assert rows(link) == [
        ("read", sharing.WHERE, None),
        ("listened", sharing.WHERE, None),
        ("read", sharing.WHERE, None),
    ]
    assert len(rows(other)) == 1
    found: Any = sharing.links_of(kept)
    counted = {row.pk: (row.looks, bool(row.last_look_at)) for row in found}
    assert list(counted.items()) == [(other.pk, (0, True)), (link.pk, (2, True))]


def test_a_password_is_tried_only_so_often(kept: Call, alice: User) -> None:
    link, _ = sharing.share(kept, alice, wish(password=PASSWORD))
    other, _ = sharing.share(kept, alice, wish(password=PASSWORD))
    assert sharing.is_password(link, PASSWORD, "203.0.113.9")
    for _ in range(BY_ACCOUNT_AND_ADDRESS.failures):
        assert not sharing.is_password(link, "wrong", "203.0.113.9")
    with pytest.raises(SignInRefusedError):
        sharing.is_password(link, PASSWORD, "203.0.113.9")
    assert sharing.is_password(link, PASSWORD, "198.51.100.9")
    assert sharing.is_password(other, PASSWORD, "203.0.113.9")


def test_an_opened_link_stays_open_for_its_own_password(kept: Call, alice: User) -> None:
    link, _ = sharing.share(kept, alice, wish(password=PASSWORD))
    other, _ = sharing.share(kept, alice, wish(password=PASSWORD))
    cookie = sharing.opened_cookie(link)
    assert sharing.is_open(link, cookie)
    assert not sharing.is_open(link, "")
    assert not sharing.is_open(link, f"{cookie}x")
    assert not sharing.is_open(other, cookie)
    link.password = other.password
    assert not sharing.is_open(link, cookie)
    free, _ = sharing.share(kept, alice, wish())
    assert sharing.is_open(free, "")
