"""Reads and writes the settings that operators make in the admin, and how far setting up came."""

import base64
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from sessions_app.models import StoredSetting
from sessions_app.services.setup_registry import BY_NAME, STEPS, SettingKind

SETUP, DONE, LATER = "SETUP", "done", "later"
"""The row that says that nobody is to be led through setting up again, and its values."""

PERMISSION = "sessions_app.change_storedsetting"


def may_set_up(user: Any) -> bool:
    """Returns whether the user may see and change the installation's settings."""
    return bool(user.is_active and user.is_staff and user.has_perm(PERMISSION))


def is_due(user: Any) -> bool:
    """Returns whether the user, who signs in, is to be led through setting up."""
    return may_set_up(user) and not StoredSetting.objects.filter(name=SETUP).exists()


def state() -> str:
    """Returns DONE, LATER, or "before" where there were users before; empty where it is due."""
    found = StoredSetting.objects.filter(name=SETUP).values_list("value", flat=True).first()
    return found or ""


def close(user: Any, how: str) -> None:
    """Notes that setting up is DONE, or that it is for LATER, which undoes no DONE."""
    with transaction.atomic():
        row, _ = StoredSetting.objects.get_or_create(name=SETUP, defaults={"set_by": user})
        if row.value == DONE and how == LATER:
            return
        row.value, row.set_by = how, user
        row.save()
        told = gettext("Finished.") if how == DONE else gettext("Put off.")
        _log(user, row, CHANGE, gettext("Setting up"), told)


def values() -> dict[str, str]:
    """Returns all stored values by the variables' names, secrets among them.

    A secret that cannot be read, since SECRET_KEY is another one now, is left out.
    """
    found = {}
    for name, value in StoredSetting.objects.values_list("name", "value"):
        entry = BY_NAME.get(name)
        plain = _decrypted(value) if entry and entry.kind is SettingKind.HIDDEN else value
        if entry is not None and plain:
            found[name] = plain
    return found


def rows() -> dict[str, StoredSetting]:
    """Returns what is stored, by the variables' names, with who set it."""
    return {row.name: row for row in StoredSetting.objects.select_related("set_by")}


def save(user: Any, wanted: Mapping[str, str]) -> list[str]:
    """Stores these values; an empty one goes back to the default. Returns what was changed.

    Each change is kept in the admin's history, without a secret's value. Call it with names of the
    registry that may be set, and values that were checked.
    """
    changed = []
    with transaction.atomic():
        known = values()
        for name, value in wanted.items():
            if value != known.get(name, ""):
                _store(user, name, value)
                changed.append(name)
    return changed


def history() -> QuerySet[LogEntry]:
    """Returns the changes of the installation's settings, the newest first."""
    kind = ContentType.objects.get_for_model(StoredSetting)
    return LogEntry.objects.filter(content_type=kind).select_related("user").order_by("-pk")


def _store(user: Any, name: str, value: str) -> None:
    entry = BY_NAME[name]
    secret = entry.kind is SettingKind.HIDDEN
    title = f"{STEPS[entry.step]}: {entry.label}"
    if not value:
        row = StoredSetting.objects.filter(name=name).first()
        if row is not None:
            _log(user, row, DELETION, title, gettext("Taken back: the default holds again."))
            row.delete()
        return
    kept = _encrypted(value) if secret else value
    row, is_new = StoredSetting.objects.update_or_create(
        name=name, defaults={"value": kept, "set_by": user}
    )
    told = gettext("Set to a new secret.") if secret else gettext("Set to “%s”.") % value
    _log(user, row, ADDITION if is_new else CHANGE, title, told)


def _log(user: Any, row: StoredSetting, flag: int, title: str, told: str) -> None:
    LogEntry.objects.create(
        user_id=user.pk,
        content_type=ContentType.objects.get_for_model(StoredSetting),
        object_id=str(row.pk),
        object_repr=title[:200],
        action_flag=flag,
        change_message=told,
    )


def _cipher() -> Fernet:
    key = salted_hmac("sessions_app.services.installation", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _encrypted(secret: str) -> str:
    return _cipher().encrypt(secret.encode()).decode()


def _decrypted(kept: str) -> str:
    """Returns a secret; empty for one that was kept under another SECRET_KEY."""
    try:
        return _cipher().decrypt(kept.encode()).decode()
    except InvalidToken:
        return ""
