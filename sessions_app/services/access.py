"""Who may see which call, who owns a token, and the log of who looked at what."""

import hashlib
import ipaddress
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http.request import split_domain_port, validate_host
from django.utils import timezone
from django.utils.translation import gettext

from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.engine.text.cleaning import clean
from sessions_app.i18n import gettext_lazy
from sessions_app.models import AccessLog, ApiToken, Call
from sessions_app.models.access import every_scope
from sessions_app.services.database import AWAY, briefly

TOKEN_MARK = "vs_"  # nosec B105 # noqa: S105 - how a token starts, not one

TOKEN_BYTES = 32
"""Random bytes of a token."""

TOKEN_DAYS = [
    ("7", gettext_lazy("A week")),
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("A year")),
]
"""For how many days a new token may be made."""

PREFIX_CHARS = 10
"""Characters of a token that are kept in the clear, so that its owner recognises it in the list."""

USE_NOTED_EVERY = timedelta(minutes=1)
"""How exact a token's "last used" is; otherwise a busy program would write on every request."""

VIEW = "sessions_app.view_call"
CHANGE = "sessions_app.change_call"


def sees_all(user: Any) -> bool:
    """Returns whether `user` is staff with the permission to view every call."""
    return bool(user.is_active and user.is_staff and user.has_perm(VIEW))


def may_change(user: Any) -> bool:
    """Returns whether `user` is staff who may request any of a call's derived data again."""
    return sees_all(user) and bool(user.has_perm(CHANGE))


def visible_calls(user: Any) -> QuerySet[Call]:
    """Returns the calls `user` may see: their own, or all for permitted staff."""
    if not user.is_authenticated:
        return Call.objects.none()
    if sees_all(user):
        return Call.objects.all()
    return Call.objects.filter(owner_id=user.pk)


def call_for(user: Any, public_id: str) -> Call:
    """Returns the call; raises UnknownCallError for one that does not exist or is not theirs."""
    related = visible_calls(user).select_related("agent", "owner", "recording", "summary")
    call = related.filter(public_id=clean(public_id)).first()
    if call is None:
        raise UnknownCallError(gettext("There is no such call, or it is not yours."))
    return call


def lock_call(call_pk: int) -> Call:
    """Locks a call until the end of the transaction, and returns it.

    Raises UnknownCallError if it was erased after it was looked up.
    """
    call = Call.objects.select_for_update().filter(pk=call_pk).first()
    if call is None:
        raise UnknownCallError(gettext("There is no such call any more."))
    return call


def log(call: Call, user: Any, action: str, detail: str = "") -> None:
    """Logs what `user` did with a call; a `link_id` of theirs is the share link they came by."""
    AccessLog.objects.create(
        call=call,
        user_id=user.pk,
        link_id=getattr(user, "link_id", None),
        action=action,
        detail=detail[:100],
    )


def log_all(calls: Iterable[Call], user: Any, action: str, detail: str = "") -> None:
    """Logs that `user` did the same thing with several calls."""
    rows = [
        AccessLog(call=call, user_id=user.pk, action=action, detail=detail[:100]) for call in calls
    ]
    AccessLog.objects.bulk_create(rows)


def digest_of(secret: str) -> str:
    """Returns the digest that is stored of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_secret() -> str:
    """Returns a new token secret, "vs_…", which `issue_token` takes."""
    return TOKEN_MARK + secrets.token_urlsafe(TOKEN_BYTES)


def issue_token(
    owner: Any,
    name: str,
    secret: str = "",  # nosec B107
    *,
    scopes: Iterable[str] | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Returns a new token and its secret, which is shown once and not kept.

    `secret` is one that `new_secret` returned; without it a new one is made. Without `scopes` the
    token may do all that its owner may, without `expires_at` it is valid until it is revoked.
    """
    secret = secret or new_secret()
    token = ApiToken.objects.create(
        owner=owner,
        name=name,
        digest=digest_of(secret),
        prefix=secret[:PREFIX_CHARS],
        scopes=every_scope() if scopes is None else [str(scope) for scope in scopes],
        expires_at=expires_at,
    )
    return token, secret


def user_for_token(secret: str) -> User | None:
    """Returns the active user of a token that is valid, or None."""
    token = token_of(secret)
    return None if token is None else token.owner


def token_of(secret: str) -> ApiToken | None:
    """Returns the valid token with that secret; None if its owner is not active, too."""
    if not secret.startswith(TOKEN_MARK):
        return None
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("owner")
        .filter(ApiToken.valid_at(now), digest=digest_of(secret), owner__is_active=True)
        .first()
    )
    if token is None:
        return None
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        _note_use(token.pk, now)
    return token


def _note_use(token_pk: int, now: datetime) -> None:
    """Notes when a token was used, unless the database is locked: the caller is waiting."""
    with suppress(*AWAY), briefly():
        ApiToken.objects.filter(pk=token_pk).update(last_used_at=now)


def revoke(token: ApiToken) -> None:
    """Ends a token for good; live sockets that use it are closed within seconds."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def revoke_tokens_of(user: Any) -> int:
    """Ends all tokens of a user, as `revoke` does; returns how many."""
    tokens = ApiToken.objects.filter(owner=user, revoked_at=None)
    return tokens.update(revoked_at=timezone.now())


def address_of(peer: str, forwarded: str) -> str:
    """Returns the caller's network address.

    `peer` is the address that opened the connection, `forwarded` the header X-Forwarded-For: only
    its last VOICE["TRUSTED_PROXIES"] entries were written by our own machines.
    """
    if from_web_process(peer):
        return forwarded[:60]
    trusted: int = settings.VOICE["TRUSTED_PROXIES"]
    listed = [part.strip() for part in forwarded.split(",") if part.strip()]
    return listed[-trusted][:60] if trusted and len(listed) >= trusted else peer


def from_web_process(peer: str) -> bool:
    """Returns whether a connection comes from our own web process, over this process's Unix socket.

    If so, what it says about the client can be trusted.
    """
    return not peer and settings.VOICE["ROLE"] == "media"


def vosk_user(address: str) -> User | None:
    """Returns the user for a vosk-server client that comes from `address` without a key.

    None unless VOICE["VOSK_USER"] names an active user and VOSK_NETWORKS holds the address.
    """
    name: str = settings.VOICE["VOSK_USER"]
    networks = [ipaddress.ip_network(given) for given in settings.VOICE["VOSK_NETWORKS"]]
    try:
        near = any(ipaddress.ip_address(address) in network for network in networks)
    except ValueError:
        return None
    return User.objects.filter(username=name, is_active=True).first() if name and near else None


def own_origin(origin: str, host: str) -> bool:
    """Returns whether `origin` is exactly this server's scheme, host and port."""
    if settings.PUBLIC_URL:
        public = urlsplit(settings.PUBLIC_URL)
        return origin == f"{public.scheme}://{public.netloc}"
    domain, port = split_domain_port(host)
    known = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
    secure = bool(settings.VOICE_HTTPS_PORT) and port == str(settings.VOICE_HTTPS_PORT)
    return known and origin == f"{'https' if secure else 'http'}://{host}"
