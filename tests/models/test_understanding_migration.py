"""Summaries of before become the first of those that are kept."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from sessions_app.models import Summary, SummaryVersion
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db


def test_each_summary_that_there_is_becomes_a_version(alice: User, make_call: CallMaker) -> None:
    now = timezone.now()
    point = {"text": "It is so.", "seq": 1}
    done = Summary.objects.create(
        call=make_call(alice), text="It is so.", done_at=now, engine="extractive", state="done"
    )
    Summary.objects.filter(pk=done.pk).update(key_points=[point], action_items=[point])
    Summary.objects.create(call=make_call(alice))
    Summary.objects.create(
        call=make_call(alice), state="done", done_at=now
    )  # its words were erased
    module = import_module("sessions_app.migrations.0029_understanding")
    module.keep_what_is_there(apps, SimpleNamespace(connection=connection))
    version = SummaryVersion.objects.get()
    assert (version.call_id, version.number, version.made_at) == (done.call_id, 1, now)
    assert (version.text, version.engine) == ("It is so.", "extractive")
    assert version.key_points == version.action_items == [point]
    assert list(Summary.objects.order_by("pk").values_list("number", flat=True)) == [1, 0, 0]
