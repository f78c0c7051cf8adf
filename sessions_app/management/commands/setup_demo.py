"""First run: two users, their tokens, and where to find their passwords."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from sessions_app.models import ApiToken
from sessions_app.services import access
from sessions_app.services.calls import seed_agents

ROLES = {"staff": "staff, sees every call and the admin", "user": "an ordinary user"}
FILE = "credentials.json"
TOKEN_NAME = FILE

PASSWORD_BYTES = 12
"""Random bytes of a password: 16 characters."""

Credentials = dict[str, dict[str, str]]


class Command(BaseCommand):
    help = "Makes a staff user and an ordinary user, once, and keeps how to sign in."

    def handle(self, *_args: Any, **_options: Any) -> None:
        path: Path = settings.VAR_DIR / FILE
        kept = _read(path)
        with transaction.atomic():
            seed_agents()
            if kept is None:
                self._first(path)
            elif not User.objects.exists():
                self._restore(kept)
                self.stdout.write("The database is new: the demo users of before were made again.")
        if kept is not None:
            self.stdout.write(f"How to sign in is in {path}")
            self._warn(kept, path)

    def _first(self, path: Path) -> None:
        """Makes both users with new secrets; existing ones get new ones, and that is said."""
        known = sorted(User.objects.filter(username__in=ROLES).values_list("username", flat=True))
        if known:
            self.stdout.write(
                f"{path} was gone: {' and '.join(known)} got new passwords and tokens."
            )
        fresh = {name: _secrets(name) for name in ROLES}
        self._restore(fresh)
        # in the transaction: without the file nobody would know the passwords
        _write(path, fresh)
        self.stdout.write("Sign in with one of these:")
        for name, role in ROLES.items():
            self.stdout.write(f"  {name:5}  password {fresh[name]['password']}  ({role})")
        self.stdout.write(f"They are kept, with tokens for programs, in {path}")

    def _restore(self, credentials: Credentials) -> None:
        for name in ROLES:
            _make(name, credentials[name])

    def _warn(self, kept: Credentials, path: Path) -> None:
        """Says what of the file no longer works: staff may have changed it, and it stays so."""
        stale = [name for name in ROLES if access.user_for_token(kept[name]["token"]) is None]
        if stale:
            self.stdout.write(
                f"Its token of {' and '.join(stale)} no longer works, perhaps its password "
                f"neither. For new ones, delete {path} and start again."
            )


def _secrets(name: str) -> dict[str, str]:
    return {
        "username": name,
        "password": secrets.token_urlsafe(PASSWORD_BYTES),
        "token": access.new_secret(),
    }


def _make(name: str, secret: dict[str, str]) -> None:
    """Makes the user, or gives an existing one these secrets in place of the old."""
    user, _ = User.objects.get_or_create(username=name)
    user.is_staff = user.is_superuser = name == "staff"
    user.is_active = True
    user.set_password(secret["password"])
    user.save()
    for old in ApiToken.objects.filter(owner=user, name=TOKEN_NAME, revoked_at=None):
        access.revoke(old)
    access.issue_token(user, TOKEN_NAME, secret["token"])


def _read(path: Path) -> Credentials | None:
    """Returns what the file holds, or None where there is no file.

    Raises CommandError for a file that cannot be used.
    """
    try:
        found = json.loads(path.read_text())
        return {
            name: {key: str(found[name][key]) for key in ("username", "password", "token")}
            for name in ROLES
        }
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"{path} cannot be read ({type(error).__name__}: {error}). Fix it, or delete it "
            "to give the demo users new passwords."
        ) from error


def _write(path: Path, credentials: Credentials) -> None:
    """Writes the file whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(credentials, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
