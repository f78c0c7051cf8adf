"""Settings that operators make in the admin: kept, read, and in the admin's history."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.models import StoredSetting
from sessions_app.services import installation

pytestmark = pytest.mark.django_db

KEY = "sk-very-private"


def test_a_secret_is_kept_encrypted_and_out_of_the_history(staff: User) -> None:
    changed = installation.save(staff, {"CHAT_API_KEY": KEY, "CHAT_MODEL": "small"})
    assert changed == ["CHAT_API_KEY", "CHAT_MODEL"]
    assert KEY not in StoredSetting.objects.get(name="CHAT_API_KEY").value
    assert installation.values() == {"CHAT_API_KEY": KEY, "CHAT_MODEL": "small"}
    told = [one.get_change_message() for one in installation.history()]
    assert told == ["Set to “small”.", "Set to a new secret."]


def test_nothing_is_written_for_what_is_as_it_was(staff: User) -> None:
    installation.save(staff, {"CHAT_API_KEY": KEY})
    assert installation.save(staff, {"CHAT_API_KEY": KEY, "CHAT_URL": ""}) == []
    assert installation.history().count() == 1


def test_an_empty_value_goes_back_to_the_default(staff: User) -> None:
    installation.save(staff, {"CHAT_MODEL": "small"})
    installation.save(staff, {"CHAT_MODEL": ""})
    assert installation.values() == {}
    assert [one.action_flag for one in installation.history()] == [3, 1]


def test_a_secret_of_another_key_is_none(staff: User, settings: Any) -> None:
    installation.save(staff, {"CHAT_API_KEY": KEY, "CHAT_MODEL": "small"})
    settings.SECRET_KEY = "another one"
    assert installation.values() == {"CHAT_MODEL": "small"}


def test_it_is_due_until_somebody_says_later_or_finishes(staff: User, alice: User) -> None:
    assert installation.is_due(staff)
    assert not installation.is_due(alice)
    installation.close(staff, installation.LATER)
    assert not installation.is_due(staff)
    installation.close(staff, installation.DONE)
    installation.close(staff, installation.LATER)
    assert installation.state() == installation.DONE
