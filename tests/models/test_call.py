import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from sessions_app.models import Agent, Call
from sessions_app.models.call import new_public_id
from tests.conftest import CallMaker


def test_ids_start_with_a_letter_or_a_digit_and_differ() -> None:
    made = [new_public_id() for _ in range(500)]
    assert len(set(made)) == 500
    assert all(public_id[0].isalnum() and len(public_id) == 16 for public_id in made)


@pytest.mark.django_db
def test_the_database_keeps_unknown_states_out(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(state="asleep")


@pytest.mark.django_db
def test_one_agent_answers_by_default(make_call: CallMaker, alice: User) -> None:
    make_call(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Agent.objects.create(slug="second", name="Second", is_default=True)
