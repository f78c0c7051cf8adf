"""Users and groups: Django's own pages, with lookups limited to their own filters."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User

from sessions_app.admin.archives import ExportsUsers
from sessions_app.admin.base import OnlyListedLookups
from sessions_app.admin.erasing import Erases

admin.site.unregister((User, Group))


@admin.register(User)
class UserAdmin(ExportsUsers, Erases, OnlyListedLookups[User], DjangoUserAdmin[User]):
    """Users, with their permissions. Deleting one erases all that is theirs."""

    actions = ("export_all",)
    readonly_fields = ("last_login", "date_joined")


@admin.register(Group)
class GroupAdmin(OnlyListedLookups[Group], DjangoGroupAdmin):
    """Groups of permissions."""
