"""Staff hide words on a call's pages in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from sessions_app.models import Call, RedactedOriginal, Redaction, Segment
from tests.api.conftest import say


@pytest.fixture
def spoken(ended: Call) -> Call:
    Segment.objects.filter(call=ended).delete()
    say(ended, "my card is 4111 1111 1111 1111 okay")
    return ended


def page(call: Call, more: str = "redactions/") -> str:
    return f"/admin/sessions_app/call/{call.pk}/{more}"


def test_words_are_ticked_and_hidden(at_desk: Any, spoken: Call, staff: User) -> None:
    line = page(spoken, "redactions/1/")
    assert f'href="{line}"' in at_desk.get(page(spoken, "change/")).content.decode()
    asks = at_desk.get(line).content.decode()
    assert asks.count('name="word"') == 8
    answer = at_desk.post(line, {"word": ["0", "7", "1"]}, follow=True)
    assert answer.redirect_chain == [(page(spoken), 302)]
    text = answer.content.decode()
    assert "Hidden." in text
    assert "[redacted]" in text
    shown = Segment.objects.get(call=spoken).text
    assert shown == "[redacted] is 4111 1111 1111 1111 [redacted]"
    assert {row.by for row in Redaction.objects.all()} == {staff}


def test_without_a_word_nothing_is_hidden(at_desk: Any, spoken: Call) -> None:
    text = at_desk.post(page(spoken, "redactions/1/"), {"word": ["99"]}, follow=True)
    assert "Choose the words" in text.content.decode()
    assert not Redaction.objects.exists()


def test_numbers_are_looked_for(at_desk: Any, spoken: Call) -> None:
    answer = at_desk.post(page(spoken), {"kinds": ["card"], "patterns": "okay"}, follow=True)
    assert "Hidden." in answer.content.decode()
    assert Segment.objects.get(call=spoken).text == "my card is [card number] [redacted]"
    again = at_desk.post(page(spoken), {"kinds": ["card"]}, follow=True).content.decode()
    assert "Nothing was found" in again


def test_a_bad_pattern_is_told(at_desk: Any, spoken: Call) -> None:
    answer = at_desk.post(page(spoken), {"patterns": "(unclosed"})
    assert answer.status_code == 200
    assert "missing )" in answer.content.decode()


def test_the_original_is_shown_to_who_may_read_it(at_desk: Any, spoken: Call) -> None:
    spoken.agent.redact_keep_original = True
    spoken.agent.save()
    at_desk.post(page(spoken), {"kinds": ["card"]})
    assert RedactedOriginal.objects.exists()
    assert "4111 1111" in at_desk.get(page(spoken)).content.decode()


def test_who_only_views_sees_where_and_no_more(spoken: Call, at_desk: Any) -> None:
    spoken.agent.redact_keep_original = True
    spoken.agent.save()
    at_desk.post(page(spoken), {"kinds": ["card"]})
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_call"))
    client = Client()
    client.force_login(viewer)
    text = client.get(page(spoken)).content.decode()
    assert "[card number]" in text
    assert "4111" not in text
    assert "Hide by patterns" not in text
    assert client.post(page(spoken), {"kinds": ["card"]}).status_code == 403
    assert client.get(page(spoken, "redactions/1/")).status_code == 403
