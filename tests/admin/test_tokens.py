"""API tokens in the admin."""

from typing import Any

from django.contrib.auth.models import User

from sessions_app.models import ApiToken
from sessions_app.services import access

TOKENS = "/admin/sessions_app/apitoken/"


def test_the_secret_is_shown_once_and_works(at_desk: Any, staff: User) -> None:
    answer = at_desk.post(f"{TOKENS}add/", {"name": "reports"})
    assert answer.status_code == 200
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert access.user_for_token(secret) == staff
    token = ApiToken.objects.get()
    for address in (TOKENS, f"{TOKENS}{token.pk}/change/", f"{TOKENS}{token.pk}/history/"):
        page = at_desk.get(address)
        assert page.status_code == 200
        assert secret not in page.content.decode()


def test_staff_make_tokens_for_themselves_only(at_desk: Any, staff: User, alice: User) -> None:
    at_desk.post(f"{TOKENS}add/", {"name": "mine", "owner": alice.pk})
    assert ApiToken.objects.get().owner == staff


def test_a_superuser_makes_one_for_anyone(root: Any, alice: User) -> None:
    answer = root.post(f"{TOKENS}add/", {"name": "hers", "owner": alice.pk})
    assert access.user_for_token(answer.context["secret"]) == alice
    assert root.post(f"{TOKENS}add/", {"name": "nobody's"}).status_code == 200
    assert ApiToken.objects.count() == 1


def test_revoking(at_desk: Any, alice: User) -> None:
    token, secret = access.issue_token(alice, "lost")
    answer = at_desk.post(TOKENS, {"action": "revoke", "_selected_action": [token.pk]}, follow=True)
    assert "1 revoked" in str(next(iter(answer.context["messages"])))
    assert access.user_for_token(secret) is None
    assert at_desk.get(f"{TOKENS}?status=revoked").context["cl"].result_count == 1
    assert at_desk.get(f"{TOKENS}?status=valid").context["cl"].result_count == 0


def test_a_token_is_neither_edited_nor_deleted(root: Any, alice: User, bob: User) -> None:
    token, _ = access.issue_token(alice, "kept")
    root.post(f"{TOKENS}{token.pk}/change/", {"name": "x", "owner": bob.pk})
    token.refresh_from_db()
    assert (token.name, token.owner) == ("kept", alice)
    assert root.post(f"{TOKENS}{token.pk}/delete/", {"post": "yes"}).status_code == 403
