"""Staff of both kinds in the admin, and a call to look at."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.api.conftest import (  # noqa: F401 - fixtures
    call,
    ended,
    recording,
    summary,
    viewer,
)
from tests.static_files import static_files  # noqa: F401 - a fixture


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def at_desk(staff: User) -> Any:
    """A client of staff who may see and change everything of the product."""
    return signed_in(staff)


@pytest.fixture
def looking(viewer: User) -> Any:  # noqa: F811 - the fixture
    """A client of staff who may only look at calls."""
    return signed_in(viewer)


@pytest.fixture
def root(db: None) -> Any:
    """A superuser's client."""
    return signed_in(User.objects.create_superuser("root"))
