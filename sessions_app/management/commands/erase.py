"""Erases calls, or a user with all they have, from the command line."""

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.timestamps import OUT_OF_RANGE, in_utc
from sessions_app.models import Call, ErasureCause, ErasureReceipt
from sessions_app.services import erasure, erasure_work, retention

CAUSE = ErasureCause.COMMAND


class Command(BaseCommand):
    help = (
        "Erases calls with everything that is kept of them, or a user with all calls; a receipt "
        "without content stays. Calls that are live or under legal hold are left, and named."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--call", help="the id of a call, as in its address")
        what.add_argument("--user", help="a user's name: all calls, tokens and the user go")
        what.add_argument(
            "--before",
            metavar="DATE",
            help="all calls that ended before this day or moment, such as 2026-01-31",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only say what would be erased, and what not"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        dry: bool = options["dry_run"]
        if options["user"]:
            self._user(options["user"], dry)
        elif options["call"]:
            self._calls([_call(options["call"])], dry)
        else:
            self._calls(retention.before(_moment(options["before"])).iterator(), dry)

    def _user(self, name: str, dry: bool) -> None:
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is no user {name!r}.")
        calls = Call.objects.filter(owner=user).count()
        try:
            if dry:
                _check(erasure.why_not_user(user))
                self.stdout.write(f"Would erase user {user.pk} with {calls} calls.")
            else:
                self._carry_out(erasure.erase_user(user, None, CAUSE))
        except VoiceError as error:
            raise CommandError(error.message) from error

    def _calls(self, calls: Iterable[Call], dry: bool) -> None:
        erased = left = 0
        for call in calls:
            try:
                if dry:
                    _check(erasure.why_not(call))
                    self.stdout.write(f"Would erase the call {call.public_id}.")
                else:
                    self._carry_out(erasure.erase_call(call, None, CAUSE))
                erased += 1
            except VoiceError as error:
                self.stderr.write(error.message)
                left += 1
        self.stdout.write(f"{erased} {'would be ' if dry else ''}erased, {left} left.")
        if left and not erased:
            raise CommandError("Nothing was erased.")

    def _carry_out(self, receipt: ErasureReceipt) -> None:
        """Erases here and now: no background worker is needed."""
        done = erasure_work.carry_out(receipt.pk)
        receipt.refresh_from_db()
        if done:
            counts = ", ".join(f"{number} {name}" for name, number in receipt.counts.items())
            self.stdout.write(f"Receipt {receipt.pk}: {receipt.subject} is erased ({counts}).")
        else:
            self.stderr.write(
                f"Receipt {receipt.pk}: {receipt.subject} is hidden, but not erased yet. The "
                f"background worker goes on with it. {receipt.error}"
            )


def _check(error: VoiceError | None) -> None:
    if error is not None:
        raise error


def _call(public_id: str) -> Call:
    call = Call.objects.filter(public_id=public_id).first()
    if call is None:
        raise CommandError(f"There is no call {public_id!r}.")
    return call


def _moment(given: str) -> datetime:
    """Returns a day's beginning, or a moment; in the installation's time zone unless it says."""
    try:
        moment = parse_datetime(given)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{given!r} is no date such as 2026-01-31.")
    aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    try:
        return in_utc(aware)
    except OverflowError:
        raise CommandError(OUT_OF_RANGE) from None
