"""Known users and a call to look at."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User

from sessions_app.models import Call
from sessions_app.services import calls

PASSWORD = "correct horse battery"

CallMaker = Callable[..., Call]


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", password=PASSWORD)


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", password=PASSWORD)


@pytest.fixture
def staff(db: None) -> User:
    """Staff who may see and change all of the product's rows, and nothing else."""
    user = User.objects.create_user("staff", password=PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="sessions_app"))
    return user


@pytest.fixture
def make_call(db: None) -> CallMaker:
    def make(owner: User, *, consented: bool = False, offer_key: str = "") -> Call:
        from django.utils import timezone

        calls.seed_agents()
        call, _ = calls.create(
            owner.pk,
            calls.agent_for(""),
            door="signaling",
            transport="webrtc",
            recogniser="default",
            worker="test",
            offer_key=offer_key,
            consented_at=timezone.now() if consented else None,
        )
        return call

    return make
