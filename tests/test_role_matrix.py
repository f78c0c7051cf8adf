"""Who of the groups that an installation begins with may do what, at the addresses that differ."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client

from tests.access_rows import Row, filled, outcome
from tests.api.conftest import call, ended, recording, summary  # noqa: F401 - fixtures
from tests.static_files import static_files  # noqa: F401 - a fixture
from tests.test_access_matrix import ask, keys, people  # noqa: F401 - fixtures

ROLES = ("reviewer", "supervisor", "operator")
REST, DESK = "/api/v1/calls/{id}", "/admin/sessions_app"
TABLE = [
    # what calls are, hold and become
    ("GET", REST, None, 200, 200, 404),
    ("PUT", f"{REST}/tags", {"tags": ["late"]}, 200, 200, 404),
    ("PATCH", REST, {"title": "Monday"}, 403, 200, 404),
    ("PATCH", f"{REST}/segments/1", {"edited_text": "x"}, 403, 200, 404),
    ("POST", f"{REST}/redactions", {"seq": 1, "start": 0, "end": 1}, 403, 202, 404),
    ("POST", f"{REST}/links", {}, 403, 201, 404),
    ("POST", f"{REST}/summary/again", None, 403, 202, 404),
    ("DELETE", REST, None, 403, 403, 404),
    ("GET", f"{DESK}/call/", None, 200, 200, 403),
    ("GET", f"{DESK}/call/usage/", None, 403, 200, 403),
    ("GET", f"{DESK}/accesslog/", None, 403, 200, 403),
    ("GET", "/live/", None, 200, 200, 404),
    # the installation
    ("GET", f"{DESK}/agent/add/", None, 403, 403, 200),
    ("GET", f"{DESK}/webhookendpoint/add/", None, 403, 403, 200),
    ("GET", f"{DESK}/apitoken/add/", None, 403, 403, 200),
    ("GET", "/admin/setup/", None, 403, 403, 403),  # it names who sends the links for passwords
    # people
    ("GET", f"{DESK}/passwordlink/add/", None, 403, 200, 200),
    ("GET", "/admin/auth/user/", None, 403, 403, 403),
]


@pytest.fixture
def members(db: None) -> dict[str, Client]:
    """A signed-in member of each group."""
    roles = import_module("sessions_app.migrations.0043_roles")
    roles.make_groups(apps, SimpleNamespace(connection=connection))
    clients = {}
    for name in ROLES:
        user = User.objects.create_user(f"one-{name}", is_staff=True)
        user.groups.add(Group.objects.get(name=name))
        clients[name] = Client()
        clients[name].force_login(user)
    return clients


@pytest.mark.usefixtures("static_files")
def test_each_role_may_do_its_part_and_no_more(
    members: dict[str, Client],
    keys: dict[str, Any],  # noqa: F811
) -> None:
    wrong = []
    for method, address, body, *expected in TABLE:
        row = Row(address, address, (), method, body)
        for name, wanted in zip(ROLES, expected, strict=True):
            got = outcome(ask(members[name], row, keys))
            if got != wanted:
                wrong.append(f"{name}: {method} {filled(address, keys)}: {got} instead of {wanted}")
    assert not wrong, "\n".join(wrong)
