"""Who may invite whom, and with which rights."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connection

from sessions_app.services import access, invitations, password_links
from sessions_app.services.invitations import NameTakenError, NotYoursToInviteError, Wish

pytestmark = pytest.mark.django_db

ROLES = import_module("sessions_app.migrations.0043_roles")


@pytest.fixture
def groups() -> dict[str, Group]:
    """The groups of the migration, which tests that empty the database take away."""
    ROLES.make_groups(apps, SimpleNamespace(connection=connection))
    return {group.name: group for group in Group.objects.all()}


def member(group: Group) -> User:
    user = User.objects.create_user(f"first-{group.name}", is_staff=True)
    user.groups.add(group)
    return user


def wish(*groups: Group, name: str = "kim") -> Wish:
    return Wish(name, "kim@example.org", groups, 7, by_mail=False)


def test_the_groups_have_what_they_are_said_to_have(groups: dict[str, Group]) -> None:
    for name, codenames in ROLES.GROUPS.items():
        found = groups[name].permissions.values_list("codename", flat=True)
        assert sorted(found) == sorted(codenames)
    assert access.sees_all(member(groups["reviewer"]))
    assert not access.sees_all(member(groups["operator"]))


def test_a_group_that_was_there_is_left_as_it_is(groups: dict[str, Group]) -> None:
    groups["reviewer"].permissions.clear()
    ROLES.make_groups(apps, SimpleNamespace(connection=connection))
    assert not groups["reviewer"].permissions.exists()


def test_nobody_gives_rights_that_they_lack(
    groups: dict[str, Group], django_assert_num_queries: Any
) -> None:
    Group.objects.create(name="plain")
    root = User.objects.create_superuser("root")
    offered = {
        name: [group.name for group in invitations.groups_for(member(groups[name]))]
        for name in ("operator", "supervisor")
    }
    assert offered == {
        "operator": ["operator", "plain"],
        "supervisor": ["plain", "reviewer", "supervisor"],
    }
    operator = User.objects.get(username="first-operator")
    operator.get_all_permissions()  # which are kept
    with django_assert_num_queries(2):  # all rights of all groups; the groups without others
        assert len(invitations.groups_for(operator)) == 2
    assert len(invitations.groups_for(root)) == 4
    with pytest.raises(NotYoursToInviteError):
        invitations.invite(User.objects.get(username="first-operator"), wish(groups["reviewer"]))
    assert not User.objects.filter(username="kim").exists()
    assert not invitations.may_invite(member(groups["reviewer"]))


def test_who_is_invited_has_the_role_and_no_password(groups: dict[str, Group]) -> None:
    leader = member(groups["supervisor"])
    link, secret = invitations.invite(leader, wish(groups["reviewer"]))
    kim = User.objects.get(username="kim")
    assert (link.made_by, kim.is_staff, kim.is_superuser) == (leader, True, False)
    assert not kim.has_usable_password()
    assert access.sees_all(kim)
    found = password_links.find(secret)
    assert found is not None
    assert password_links.use(found, "a-lilac-bicycle-42")
    with pytest.raises(NotYoursToInviteError):
        invitations.renew(leader, link, 7)
    kim.refresh_from_db()
    kim.set_unusable_password()  # as staff do to keep somebody from signing in with one
    kim.save()
    with pytest.raises(NotYoursToInviteError):
        invitations.renew(leader, link, 7)
    with pytest.raises(NameTakenError):
        invitations.invite(leader, wish(name="Kim"))
    invitations.invite(leader, wish(name="plain-user"))
    assert not User.objects.get(username="plain-user").is_staff


def test_a_new_link_ends_the_old_one_and_is_not_for_who_became_stronger(
    groups: dict[str, Group],
) -> None:
    leader = member(groups["supervisor"])
    link, secret = invitations.invite(leader, wish(groups["reviewer"]))
    _, again = invitations.renew(leader, link, 7)
    assert password_links.find(secret) is None
    assert password_links.find(again) is not None
    kim = User.objects.get(username="kim")
    kim.user_permissions.add(Permission.objects.get(codename="delete_call"))
    link.refresh_from_db()
    with pytest.raises(NotYoursToInviteError):
        invitations.renew(leader, link, 7)
    User.objects.filter(pk=kim.pk).update(is_active=False)
    with pytest.raises(NotYoursToInviteError):
        invitations.renew(leader, link, 7)
    User.objects.filter(pk=kim.pk).update(is_active=True, is_superuser=True)
    link.refresh_from_db()
    with pytest.raises(NotYoursToInviteError):
        invitations.renew(leader, link, 7)
