"""The last sign-ins of a user, which that user alone is shown on the account page."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from sessions_app.engine.core.addresses import network_of
from sessions_app.models import SignIn
from sessions_app.services.connection_checks import browser_family

SHOWN = 10
"""The newest sign-ins that the account page lists; older ones of a user are deleted."""

KEPT = timedelta(days=90)
"""How long a sign-in is kept; longer shows more, and keeps addresses for longer."""


def note(user: Any, at: datetime, user_agent: str, address: str) -> SignIn:
    """Notes that `user` has signed in, and forgets all but the newest of theirs."""
    row = SignIn.objects.create(
        user=user,
        at=at,
        browser=browser_family(user_agent) if user_agent else "",
        address=network_of(address) or address[:60],
    )
    older = SignIn.objects.filter(user=user).values_list("pk", flat=True)[SHOWN:]
    SignIn.objects.filter(pk__in=list(older)).delete()
    return row


def of(user: Any) -> QuerySet[SignIn]:
    """Returns a user's last sign-ins, newest first."""
    return SignIn.objects.filter(user=user)[:SHOWN]


def forget_old(now: datetime) -> int:
    """Deletes sign-ins whose time is over; returns how many."""
    return SignIn.objects.filter(at__lt=now - KEPT).delete()[0]
