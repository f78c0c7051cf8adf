"""First run: two users, their tokens, and where to find their passwords."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

from sessions_app.models import ApiToken
from sessions_app.services import access
from sessions_app.services.calls import seed_agents

NAMES = ("staff", "user")
TOKEN_NAME = "credentials.json"  # noqa: S105 - the token's label
PASSWORD_BYTES = 12

Credentials = dict[str, dict[str, str]]


class Command(BaseCommand):
    help = "Makes a staff user and an ordinary user, once, and keeps how to sign in."

    def handle(self, *_args: Any, **_options: Any) -> None:
        path = settings.VAR_DIR / "credentials.json"
        seed_agents()
        if path.exists() and _all_work(json.loads(path.read_text())):
            self.stdout.write(f"How to sign in is in {path}")
            return
        existed = get_user_model().objects.filter(username__in=NAMES).exists()
        with transaction.atomic():
            credentials = {name: _user(name) for name in NAMES}
            _write(path, credentials)
        if existed:
            self.stdout.write(
                "The demo users have new passwords and tokens: the old file was gone."
            )
        for name, secret in credentials.items():
            self.stdout.write(f"  {name:5}  password {secret['password']}")
        self.stdout.write(f"Sign in with one of these; they are kept in {path}")


def _all_work(credentials: Credentials) -> bool:
    """Returns whether each user of the file is there and its token still counts."""
    users = [credentials.get(name, {}) for name in NAMES]
    return all(access.user_for_token(user.get("token", "")) is not None for user in users)


def _user(name: str) -> dict[str, str]:
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    user, _ = User.objects.get_or_create(username=name)
    user.is_staff = user.is_superuser = name == "staff"
    user.is_active = True
    user.set_password(password)
    user.save()
    for old in ApiToken.objects.filter(owner=user, name=TOKEN_NAME, revoked_at=None):
        access.revoke(old)
    _, token = access.issue_token(user, TOKEN_NAME)
    return {"username": name, "password": password, "token": token}


def _write(path: Path, credentials: Credentials) -> None:
    """Writes the file whole or not at all, readable by its owner only."""
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(credentials, file, indent=2)
        file.write("\n")
    scratch.replace(path)
