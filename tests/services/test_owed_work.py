"""What is owed is counted by kind, state and age; what is kept by its bytes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.models import Call, Recording, Summary
from sessions_app.models.work import LeasedJob, WorkState
from sessions_app.services import owed_work
from tests.conftest import CallMaker

NOW = timezone.now()


@pytest.mark.django_db
def test_jobs_are_counted_with_the_age_of_the_oldest(
    make_call: CallMaker, alice: User, django_assert_num_queries: Any
) -> None:
    for minutes, state in ((1, WorkState.PENDING), (5, WorkState.PENDING), (9, WorkState.DONE)):
        call = make_call(alice)
        Call.objects.filter(pk=call.pk).update(ended_at=NOW - timedelta(minutes=minutes))
        Recording.objects.update_or_create(call=call, defaults={"state": state})
    with django_assert_num_queries(len(owed_work.SINCE)):
        found = {(one.kind, one.state): one for one in owed_work.jobs(NOW)}
    pending = found["recording", "pending"]
    assert (pending.count, pending.oldest_s) == (2, 300.0)
    assert (found["recording", "failed"].count, found["recording", "failed"].oldest_s) == (0, 0.0)
    assert ("recording", "done") not in found
    assert found["sound_redaction", "running"].count == 0


@pytest.mark.django_db
def test_a_job_of_a_live_call_has_no_age(make_call: CallMaker, alice: User) -> None:
    Summary.objects.update_or_create(call=make_call(alice), defaults={"state": WorkState.PENDING})
    Call.objects.update(ended_at=None)
    (found,) = (one for one in owed_work.jobs(NOW) if one.kind == "summary" and one.count)
    assert (found.count, found.oldest_s) == (1, None)


def test_every_kind_of_job_is_counted() -> None:
    assert set(owed_work.SINCE) == set(LeasedJob.__subclasses__())


@pytest.mark.django_db
def test_storage_is_what_the_rows_say_and_what_lanes_hold(
    make_call: CallMaker, alice: User, own_folders: Path
) -> None:
    for size, file in ((1_000, "a.ogg"), (500, "b.ogg"), (70, "")):
        values = {"size": size, "file": file}
        Recording.objects.update_or_create(call=make_call(alice), defaults=values)
    lanes = own_folders / "lanes" / "abc"
    lanes.mkdir(parents=True)
    (lanes / "caller.ogg").write_bytes(bytes(20))
    kept = owed_work.storage()
    assert (kept["recordings"], kept["lanes"], kept["copies"]) == (1_500, 20, 0)
    assert kept["database"] > 10_000
    assert set(owed_work.folders()) == {"lanes", "recordings"}
