"""Reviewing from a call's page: title, tags, comments, scorecards."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import escape

from sessions_app.models import Call, ReviewComment, ScorecardForm, ScorecardVersion
from sessions_app.services import comments, reviews, scorecards, tags
from tests.api.conftest import viewer  # noqa: F401 - a fixture

Maker = Callable[[User], Call]


@pytest.fixture
def call(finished: Maker, alice: User) -> Call:
    return finished(alice)


def page(client: Client, call: Call) -> str:
    return client.get(f"/calls/{call.public_id}/").content.decode()


def within(shown: str, begin: str, end: str) -> str:
    """Returns what follows `begin`, up to `end`."""
    found = shown.partition(begin)[2]
    assert found, begin
    return found.partition(end)[0]


def test_the_owner_gives_a_title(as_alice: Client, call: Call) -> None:
    path = f"/calls/{call.public_id}/title"
    answer = as_alice.post(path, {"title": "  The\nprice "})
    assert answer.headers["Location"] == f"/calls/{call.public_id}/#review"
    assert 'value="The price"' in page(as_alice, call)
    as_alice.post(path, {"title": "x" * 201})
    assert "200 characters at most" in page(as_alice, call)
    assert 'value="The price"' in page(as_alice, call)


def test_a_title_that_is_too_long_is_told_in_its_form(as_alice: Client, call: Call) -> None:
    path = f"/calls/{call.public_id}/title"
    answer = as_alice.post(path, {"title": "y" * 201})
    assert answer.headers["Location"] == f"/calls/{call.public_id}/", "a part would take the focus"
    form = within(page(as_alice, call), 'class="rv-rename" open', "</details>")
    assert "200 characters at most" in within(form, 'id="rv-title-problem"', "</p>")
    field = within(form, 'id="rv-title"', ">")
    assert f'value="{"y" * 201}"' in field
    assert "autofocus" in field
    again = page(as_alice, call)
    assert "rv-problem" not in again
    assert 'class="rv-rename" open' not in again


def test_a_refusal_is_told_on_its_own_call_alone(
    as_alice: Client, call: Call, finished: Maker, alice: User
) -> None:
    other = finished(alice)
    as_alice.post(f"/calls/{call.public_id}/tags", {"add": "x" * 41})
    assert "rv-problem" not in page(as_alice, other)
    form = within(page(as_alice, call), 'id="rv-tag"', "</datalist>")
    assert f'value="{"x" * 41}" autofocus' in form
    assert "40 characters at most" in within(form, 'id="rv-tag-problem"', "</p>")


def test_tags_are_added_and_removed(as_alice: Client, call: Call) -> None:
    path = f"/calls/{call.public_id}/tags"
    as_alice.post(path, {"add": "Price, , angry"})
    assert 'aria-label="Remove the tag price"' in page(as_alice, call)
    as_alice.post(path, {"remove": "price"})
    assert tags.tags_of(call) == ["angry"]
    as_alice.post(path, {"add": "x" * 41})
    assert "40 characters at most" in page(as_alice, call)


def test_the_list_shows_tags_and_filters_by_them(
    as_alice: Client, call: Call, finished: Maker, alice: User
) -> None:
    tags.add(call, alice, ["price"])
    finished(alice)
    shown = as_alice.get("/calls/", {"tag": "PRICE"}).content.decode()
    assert shown.count('data-testid="call-row"') == 1
    assert '<bdi class="rv-tag">price</bdi>' in shown
    assert as_alice.get("/calls/").content.decode().count('data-testid="call-row"') == 2


def test_viewers_see_tags_and_no_forms(
    client: Client,
    viewer: User,  # noqa: F811 - the fixture
    call: Call,
) -> None:
    tags.add(call, call.owner, ["price"])
    client.force_login(viewer)
    shown = page(client, call)
    assert "<bdi>price</bdi>" in shown
    assert f"{call.public_id}/tags" not in shown
    assert f"{call.public_id}/title" not in shown
    assert client.post(f"/calls/{call.public_id}/tags", {"add": "a"}).status_code == 404
    assert client.post(f"/calls/{call.public_id}/title", {"title": "a"}).status_code == 404


@pytest.fixture
def at_page(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def test_a_comment_is_said_answered_resolved_and_deleted(at_page: Client, call: Call) -> None:
    path = f"/calls/{call.public_id}/comments"

    def done(what: str, **given: object) -> str:
        answer = at_page.post(path, {"what": what, **given})
        assert answer.status_code == 302
        return page(at_page, call)

    shown = done("say", at="0:02", text="Rude here.")
    key = ReviewComment.objects.get().pk
    assert 'data-play-ms="2000"' in shown
    assert f'id="comment-{key}"' in shown
    assert "Rude here." in shown
    assert "Not rude." in done("answer", comment=key, text="Not rude.")
    assert "Resolved by" in done("resolve", comment=key)
    assert "Resolved by" not in done("reopen", comment=key)
    assert "Mild here." in done("change", comment=key, text="Mild here.")
    assert "It was answered" in done("delete", comment=key)
    done("delete", comment=ReviewComment.objects.get(text="Not rude.").pk)
    assert "No comments yet." in done("delete", comment=key)
    assert "such as 1:05" in done("say", at="soon", text="a")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"at": "soon", "text": "Rude <b>"}, "rv-at"),
        ({"at": "0:02", "text": "R" * 2001}, "rv-text"),
    ],
)
def test_a_refused_comment_is_kept_in_its_form(
    at_page: Client, call: Call, given: dict[str, str], field: str
) -> None:
    path = f"/calls/{call.public_id}/comments"
    answer = at_page.post(path, {"what": "say", **given})
    assert answer.headers["Location"] == f"/calls/{call.public_id}/"
    form = within(page(at_page, call), 'class="rv-new"', "</form>")
    assert f'value="{given["at"]}"' in form
    assert f">{escape(given['text'])}</textarea>" in form
    assert form.count("autofocus") == 1
    assert "autofocus" in within(form, f'id="{field}"', ">")
    assert form.count("rv-problem") == 1
    assert f'id="{field}-problem"' in form


def test_a_refused_answer_and_change_are_kept_in_theirs(
    at_page: Client, call: Call, staff: User
) -> None:
    path = f"/calls/{call.public_id}/comments"
    first, second = (comments.say(call, staff, 0, "mine", staff_only=True) for _ in range(2))
    for what, field in (("answer", "rv-answer"), ("change", "rv-text")):
        at_page.post(path, {"what": what, "comment": second.pk, "text": "Z" * 2001})
        shown = page(at_page, call)
        assert f'id="{field}-{second.pk}-problem"' in shown
        assert f'id="{field}-{first.pk}-problem"' not in shown
        assert "autofocus" in within(shown, f'id="{field}-{second.pk}"', ">")
        assert shown.count("Z" * 2001) == 1
        assert shown.count("<details open>") + shown.count('rv-own" open') == 1


@pytest.mark.parametrize(
    "given", [{}, {"what": "other"}, {"what": "resolve"}, {"what": "resolve", "comment": "9" * 30}]
)
def test_what_no_form_sends_is_not_found(
    at_page: Client, call: Call, given: dict[str, str]
) -> None:
    answer = at_page.post(f"/calls/{call.public_id}/comments", given)
    assert answer.status_code == 404


def test_nobody_changes_what_another_wrote(at_page: Client, call: Call, bob: User) -> None:
    row = comments.say(call, bob, 0, "mine", staff_only=True)
    given = {"what": "change", "comment": row.pk, "text": "yours"}
    assert at_page.post(f"/calls/{call.public_id}/comments", given).status_code == 404
    row.refresh_from_db()
    assert row.text == "mine"


def test_owners_see_comments_where_the_setting_says_so(
    as_alice: Client, call: Call, staff: User, settings: Any
) -> None:
    comments.say(call, staff, 0, "for you <b>", staff_only=False)
    comments.say(call, staff, 0, "for us", staff_only=True)
    assert "Comments" not in page(as_alice, call)
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["comments"]}
    shown = page(as_alice, call)
    assert "for you &lt;b&gt;" in shown
    assert "for us" not in shown
    assert "Add comment" not in shown


def test_a_call_is_marked_and_the_next_one_follows(
    at_page: Client, call: Call, finished: Maker, bob: User
) -> None:
    other = finished(bob)
    path = f"/calls/{call.public_id}/reviewed"
    assert "Not reviewed yet." in page(at_page, call)
    at_page.post(path, {"what": "done"})
    assert "Mark as reviewed" not in page(at_page, call)
    at_page.post(path, {"what": "undone"})
    assert "Mark as reviewed" in page(at_page, call)
    answer = at_page.post(path, {"what": "next"})
    assert answer.headers["Location"] == f"/calls/{other.public_id}/#reviewed"
    assert "You have taken it until" in page(at_page, other)
    answer = at_page.post(f"/calls/{other.public_id}/reviewed", {"what": "next"}, follow=True)
    assert "No other call of the queue is free." in answer.content.decode()
    assert at_page.post(path, {"what": "something"}).status_code == 404


def test_owners_are_told_of_it_where_the_setting_says_so(
    as_alice: Client, call: Call, staff: User, settings: Any
) -> None:
    reviews.mark(call, staff, reviewed=True)
    assert 'id="reviewed"' not in page(as_alice, call)
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["reviewed"]}
    shown = page(as_alice, call)
    assert 'id="reviewed"' in shown
    assert "Not reviewed</button>" not in shown


@pytest.fixture
def courtesy(db: None) -> ScorecardVersion:
    form = ScorecardForm.objects.create(name="Courtesy")
    form.questions.create(position=1, text="Score", kind="number", lowest=1, highest=5)
    form.questions.create(position=2, text="Solved", kind="yes_no", required=False)
    form.questions.create(position=3, text="Tone", kind="choice", choices="a\nb", required=False)
    form.questions.create(position=4, text="Why", kind="text", required=False)
    return scorecards.publish(form)


def test_a_scorecard_is_filled_in_changed_and_deleted(
    at_page: Client, call: Call, courtesy: ScorecardVersion
) -> None:
    path, form = f"/calls/{call.public_id}/scorecard", courtesy.form_id
    keys = [f"q-{question['key']}" for question in courtesy.questions]
    assert "Fill in: Courtesy" in page(at_page, call)
    answer = at_page.post(path, {"form": form, keys[0]: "4.5", keys[1]: "yes", keys[3]: "So."})
    assert answer.headers["Location"] == f"/calls/{call.public_id}/#scorecards"
    shown = page(at_page, call)
    assert '<dd dir="auto">4.5</dd>' in shown
    assert 'value="4.5"' in shown
    assert '<option value="yes" selected>' in shown
    at_page.post(path, {"form": form, keys[0]: "9", keys[1]: "no", keys[3]: "Because."})
    shown = within(page(at_page, call), 'class="rv-form" open', "</form>")
    assert "give 5 or less" in within(shown, f'id="{keys[0]}-problem"', "</p>")
    assert shown.count("rv-problem") == shown.count("autofocus") == 1
    assert 'value="9"' in shown
    assert '<option value="no" selected>' in shown
    assert ">Because.</textarea>" in shown
    assert 'value="4.5"' in page(at_page, call), "what was refused is not kept"
    at_page.post(path, {"form": form, "what": "delete"})
    assert "Nobody has filled one in." in page(at_page, call)
    assert at_page.post(path, {"form": "none"}).status_code == 404


def test_owners_see_scorecards_where_the_setting_says_so(
    as_alice: Client, call: Call, courtesy: ScorecardVersion, staff: User, settings: Any
) -> None:
    scorecards.score(call, courtesy, staff, {courtesy.questions[0]["key"]: 4})
    assert "Scorecards" not in page(as_alice, call)
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["scorecards"]}
    shown = page(as_alice, call)
    assert '<dd dir="auto">4</dd>' in shown
    assert "Fill in" not in shown
    given = {"form": courtesy.form_id}
    assert as_alice.post(f"/calls/{call.public_id}/scorecard", given).status_code == 404


def test_a_form_that_was_changed_meanwhile_is_read_again(
    at_page: Client, call: Call, courtesy: ScorecardVersion
) -> None:
    path, key = f"/calls/{call.public_id}/scorecard", f"q-{courtesy.questions[0]['key']}"
    asked = within(page(at_page, call), 'name="asked" value="', '">')
    courtesy.form.questions.filter(text="Score").update(text="Rudeness")
    scorecards.publish(courtesy.form)
    at_page.post(path, {"form": courtesy.form_id, "asked": asked, key: "4"})
    shown = within(page(at_page, call), 'class="rv-form" open', "</form>")
    assert "was changed while you filled it in" in shown
    assert "Rudeness" in shown
    assert 'value="4"' in shown
    assert shown.count("autofocus") == 1
    assert "Nobody has filled one in." in page(at_page, call)


def test_a_card_of_a_form_that_is_no_longer_active_can_be_deleted(
    at_page: Client, call: Call, courtesy: ScorecardVersion, staff: User
) -> None:
    scorecards.score(call, courtesy, staff, {courtesy.questions[0]["key"]: 4})
    given = {"form": courtesy.form_id, "what": "delete"}
    assert page(at_page, call).count('value="delete"') == 1
    ScorecardForm.objects.update(is_active=False)
    shown = page(at_page, call)
    assert "Edit your answers" not in shown
    assert shown.count('value="delete"') == 1
    at_page.post(f"/calls/{call.public_id}/scorecard", given)
    assert '<dd dir="auto">4</dd>' not in page(at_page, call)
