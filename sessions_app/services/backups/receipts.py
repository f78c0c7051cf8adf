"""Erasures and backups: what was erased after a backup is erased again when it is restored.

Each run adds the receipts of the database to a list in the vault. Receipts hold no content: ids,
times, and who wanted it.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from sessions_app.engine.core.errors import VoiceError
from sessions_app.models import Call, ErasureCause, ErasureKind, ErasureReceipt
from sessions_app.services import erasure, erasure_work
from sessions_app.services.backups.errors import DamagedError
from sessions_app.services.backups.vault import RECEIPTS, Vault

Receipt = Mapping[str, Any]
FIELDS = ("kind", "cause", "subject", "target", "asked_at")


def keep(vault: Vault, at: str) -> int:
    """Adds this database's receipts to those in the vault; returns how many there are now.

    A list that is damaged gives way to that of the database, which has them, too.
    """
    before = vault.names(RECEIPTS)
    known: dict[tuple[str, str, str], Receipt] = {}
    for older in before:
        with suppress(DamagedError):
            known |= {_key(one): one for one in vault.told(RECEIPTS, older)}
    for row in ErasureReceipt.objects.exclude(kind=ErasureKind.AUDIO).values(*FIELDS).iterator():
        one = {**row, "asked_at": row["asked_at"].isoformat()}
        known[_key(one)] = one
    name = vault.note(RECEIPTS, at, [known[key] for key in sorted(known)])
    for older in before:
        if older != name:
            vault.drop(RECEIPTS, older)
    return len(known)


def kept(vault: Vault) -> list[Receipt]:
    """Returns all receipts in the vault. Raises DamagedError."""
    return [one for name in vault.names(RECEIPTS) for one in vault.told(RECEIPTS, name)]


def erase_again(receipts: Iterable[Receipt]) -> int:
    """Erases what was erased after the backup that this database is now; returns how many.

    What cannot be deleted now is hidden, and the background worker goes on with it.
    """
    rows = ErasureReceipt.objects.values("kind", "subject", "asked_at").iterator()
    here = {_key({**row, "asked_at": row["asked_at"].isoformat()}) for row in rows}
    return sum(_again(one) for one in receipts if _key(one) not in here)


def _again(one: Receipt) -> bool:
    if one["kind"] == ErasureKind.USER:
        return _user_again(one)
    call = Call.objects.filter(public_id=one["subject"]).first()
    if call is None:
        return False  # it was made after the backup
    if one["kind"] == ErasureKind.TEXT:
        return _text_again(call, one)
    with transaction.atomic():
        receipt = _written(one, call.pk)
        erasure.hide(Call.objects.filter(pk=call.pk))
    erasure_work.carry_out(receipt.pk)
    return True


def _user_again(one: Receipt) -> bool:
    user = User.objects.filter(pk=one["target"]).first()
    if user is None:
        return False
    # not by `erase_user`: a hold or a live call of the backup was over before the erasure
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False)
        receipt = _written(one, user.pk)
        erasure.hide(Call.objects.filter(owner_id=user.pk))
    erasure_work.carry_out(receipt.pk)
    return True


def _text_again(call: Call, one: Receipt) -> bool:
    if one["cause"] == ErasureCause.RULE:
        return False  # the rule does it again by itself
    try:
        done = erasure.erase_text(call, None, ErasureCause(one["cause"]))
    except VoiceError:
        done = None
    if done is None:
        return False
    ErasureReceipt.objects.filter(pk=done.pk).update(asked_at=parse_datetime(one["asked_at"]))
    return True


def _written(one: Receipt, target: int) -> ErasureReceipt:
    """Writes the receipt anew, to be carried out; it says when it was first asked for."""
    receipt, _ = ErasureReceipt.objects.get_or_create(
        kind=one["kind"],
        target=target,
        defaults={"cause": one["cause"], "subject": one["subject"]},
    )
    asked_at = parse_datetime(one["asked_at"]) or timezone.now()
    ErasureReceipt.objects.filter(pk=receipt.pk).update(asked_at=asked_at)
    return receipt


def _key(one: Receipt) -> tuple[str, str, str]:
    return str(one["kind"]), str(one["subject"]), str(one["asked_at"])
