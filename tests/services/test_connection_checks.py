"""Results of connection checks: nothing but known words and numbers, for some days."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.models import ConnectionCheck
from sessions_app.services import connection_checks
from sessions_app.services.connection_checks import BadResultsError, TooManyChecksError

GOOD: dict[str, Any] = {
    "step": "udp",
    "result": "pass",
    "reason": "ok",
    "figures": {"roundTripMs": 12.5, "lossUp": 0.0},
    "tookMs": 6000,
}
CHROMIUM = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_checks, "rates", connection_checks._Rates())


def test_what_a_page_reports_is_read() -> None:
    results = [GOOD, GOOD | {"step": "words", "result": "skipped", "reason": "no-path"}]
    assert connection_checks.read(results) == results


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {},
        [],
        ["udp"],
        [GOOD, GOOD],
        [GOOD | {"step": "my name is Bond"}],
        [GOOD | {"reason": "192.0.2.7"}],
        [GOOD | {"result": "perhaps"}],
        [GOOD | {"heard": "a secret"}],
        [GOOD | {"figures": {"address": 7}}],
        [GOOD | {"figures": {"roundTripMs": "192.0.2.7"}}],
        [GOOD | {"figures": {"roundTripMs": float("nan")}}],
        [GOOD | {"figures": {"lossUp": 1.5}}],
        [GOOD | {"tookMs": -1}],
        [{name: value for name, value in GOOD.items() if name != "tookMs"}],
        [GOOD] * 9,
    ],
)
def test_anything_else_is_refused_and_not_quoted(wrong: Any) -> None:
    with pytest.raises(BadResultsError) as refused:
        connection_checks.read(wrong)
    assert refused.value.__cause__ is None
    assert "secret" not in refused.value.message


@pytest.mark.django_db
def test_kept_results_have_a_code_of_their_own_and_no_owner(alice: User) -> None:
    failed = GOOD | {"step": "socket", "result": "fail", "reason": "server-gone"}
    one = connection_checks.keep(alice, connection_checks.read([GOOD]), CHROMIUM)
    other = connection_checks.keep(alice, connection_checks.read([failed]), "curl")
    assert (one.passed, other.passed) == (True, False)
    assert (one.browser, other.browser) == ("Chrome", "Other")
    assert one.code != other.code
    assert connection_checks.normalised(f" {str(one).lower()} ") == one.code
    assert set(one.code) <= set(connection_checks.ALPHABET)
    assert not any(field.is_relation for field in ConnectionCheck._meta.get_fields())


@pytest.mark.django_db
def test_a_code_that_is_taken_is_made_again(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["AAAA2222", "AAAA2222", "BBBB3333"])
    monkeypatch.setattr(connection_checks, "new_code", lambda: next(codes))
    kept = [connection_checks.keep(alice, [], "").code for _ in range(2)]
    assert kept == ["AAAA2222", "BBBB3333"]


@pytest.mark.django_db
def test_a_user_keeps_only_so_many_in_a_minute(alice: User, bob: User) -> None:
    for _ in range(connection_checks.MOST_A_MINUTE):
        connection_checks.keep(alice, [], "")
    with pytest.raises(TooManyChecksError):
        connection_checks.keep(alice, [], "")
    connection_checks.keep(bob, [], "")
    assert ConnectionCheck.objects.count() == connection_checks.MOST_A_MINUTE + 1


@pytest.mark.django_db
def test_they_go_once_their_days_are_over(alice: User) -> None:
    kept = connection_checks.keep(alice, [], "")
    now = timezone.now()
    assert connection_checks.forget_expired(now + timedelta(days=6, hours=23)) == 0
    assert kept.expires_at > now
    assert connection_checks.forget_expired(now + timedelta(days=8)) == 1


@pytest.mark.parametrize(
    ("user_agent", "family"),
    [
        (CHROMIUM, "Chrome"),
        (f"{CHROMIUM} Edg/141.0", "Edge"),
        (f"{CHROMIUM} OPR/120.0", "Opera"),
        ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox"),
        ("Mozilla/5.0 (iPhone) AppleWebKit/605 CriOS/141.0 Mobile Safari/604.1", "Chrome"),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605.1 Version/18.0 Safari/605.1", "Safari"),
        ("", "Other"),
    ],
)
def test_of_a_browser_only_the_family_is_known(user_agent: str, family: str) -> None:
    assert connection_checks.browser_family(user_agent) == family
