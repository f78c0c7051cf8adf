"""Users and groups: Django's own pages, with lookups limited to their own filters."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, User

from sessions_app.admin.archives import ExportsUsers
from sessions_app.admin.base import CleanForm, OnlyListedLookups
from sessions_app.admin.erasing import Erases
from sessions_app.services.visible_texts import VisibleTexts

admin.site.unregister((User, Group))


class ChangedUserForm(VisibleTexts, UserChangeForm[User]):
    """Django's own, for names that can be seen."""


class NewUserForm(VisibleTexts, AdminUserCreationForm[User]):
    """Django's own, for a name that can be seen."""


@admin.register(User)
class UserAdmin(ExportsUsers, Erases, OnlyListedLookups[User], DjangoUserAdmin[User]):
    """Users, with their permissions. Deleting one erases all that is theirs."""

    form = ChangedUserForm
    add_form = NewUserForm
    actions = ("export_all",)
    readonly_fields = ("last_login", "date_joined")


@admin.register(Group)
class GroupAdmin(OnlyListedLookups[Group], DjangoGroupAdmin):
    """Groups of permissions."""

    form = CleanForm[Group]
