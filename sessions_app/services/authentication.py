"""Who sends a request or opens a socket, with which credential, and whether that is still valid.

The one place for both: views and consumers turn a client's credentials into a `Principal`, and
`still_valid` says which credentials still count. When one no longer is, `runtime.endings` ends
everything that was opened with it.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from sessions_app.engine.core.addresses import network_of
from sessions_app.engine.core.call_data import CallData
from sessions_app.engine.core.party import GUEST, Party
from sessions_app.engine.core.states import LIVE
from sessions_app.models import ApiToken, Call, Ticket, TokenScope
from sessions_app.models.ticket import TICKET_LIFE
from sessions_app.services import access

LAST_WORDS = timedelta(seconds=4)
"""How long a ticket's client may fetch the last messages of its call after the end."""


class Way(StrEnum):
    """The kind of credential that somebody came in with."""

    SESSION = "session"
    TOKEN = "token"  # nosec B105  # noqa: S105 - a word, not a secret
    TICKET = "ticket"
    GUEST = "guest"


Credential = tuple[Way, str, int]
"""What must stay valid for a principal to go on: the way, its key, and the user."""


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated client and what it may do.

    `key` is a session's key, the primary key of a token or of a ticket, or a guest's random name.
    `agent` is the only agent that may be called, `call_id` the only call that may be touched; empty
    for any of the party's own. `address` is where they come from, as rate limits count it
    (`core.addresses`). `data` is what a ticket's maker gives its call.
    """

    user_id: int
    way: Way
    key: str = field(repr=False)
    visitor: str = field(default="", repr=False)
    agent: str = ""
    call_id: str = ""
    address: str = field(default="", repr=False)
    data: CallData = field(default=CallData(), repr=False, compare=False)

    @property
    def party(self) -> Party:
        """Whose calls they are."""
        return Party(self.user_id, self.visitor)

    @property
    def credential(self) -> Credential:
        """What must stay valid for them to go on."""
        return self.way, self.key, self.user_id

    @property
    def for_one_call(self) -> bool:
        """Whether they may start one call and touch no other."""
        return self.way in (Way.TICKET, Way.GUEST)

    def at(self, address: str) -> "Principal":
        """Returns the same principal, coming from `address`."""
        return replace(self, address=network_of(address) or address)


def by_session(session: Any) -> Principal | None:
    """Returns the principal of a cookie's session; None if nobody is signed in, or not any more.

    `session` is Django's, or None for a request that cannot have one.
    """
    user_id = "" if session is None else str(session.get(SESSION_KEY, ""))
    if not user_id.isdecimal():
        return None
    found = Principal(int(user_id), Way.SESSION, str(session.session_key or ""))
    return found if still_valid([found.credential]) else None


def by_token(secret: str, scope: TokenScope = TokenScope.CALL) -> Principal | None:
    """Returns a bearer token's principal.

    None if it is unknown, revoked, expired or of an inactive user, or is not good for `scope`.
    """
    token = access.token_of(secret)
    if token is None or not token.allows(scope):
        return None
    return Principal(token.owner_id, Way.TOKEN, str(token.pk))


def by_guest(address: str, *, forwarded: bool) -> Principal | None:
    """Returns the visitor that a vosk-server client without any key counts as, or None.

    No guest has access to what another one did. `forwarded` says that the request came through a
    proxy that the settings do not trust; then `address` is the proxy's and identifies nobody.
    """
    user = None if forwarded else access.vosk_user(address)
    if user is None:
        return None
    name = secrets.token_urlsafe(12)
    return Principal(user.pk, Way.GUEST, name, visitor=GUEST + name)


def user_of(principal: Principal) -> User | None:
    """Returns the user that the principal acts for; None if deleted."""
    return User.objects.filter(pk=principal.user_id).first()


def still_valid(asked: Iterable[Credential]) -> set[Credential]:
    """Returns those of the credentials that are still valid.

    A user must be active. A session must be signed in as that user, with the password the user
    has now; a token must be neither revoked nor expired. What a ticket was made with must still be
    valid, and the ticket must be unused and unexpired, or used for a call that is live.

    A handful of queries, however many there are.
    """
    by_way: defaultdict[Way, set[Credential]] = defaultdict(set)
    for one in asked:
        by_way[one[0]].add(one)
    users = User.objects.in_bulk([user for found in by_way.values() for _, _, user in found])
    active = {pk for pk, user in users.items() if user.is_active}
    tickets = _tickets(by_way[Way.TICKET])
    sessions = _signed_in({row.session_key for row in tickets.values()}, by_way, users)
    tokens = _tokens({row.token_id for row in tickets.values()}, by_way)
    now = timezone.now()
    live = _live({row.call_id for row in tickets.values()}, now)

    def holds(one: Credential) -> bool:
        way, key, user_id = one
        if way is Way.SESSION:
            return (key, user_id) in sessions
        if way is Way.TOKEN:
            return (key, user_id) in tokens
        if way is Way.GUEST:
            return bool(users[user_id].username == settings.VOICE["VOSK_USER"])
        row = tickets.get(key)
        return (
            row is not None
            and _is_usable(row, now, live)
            and _maker_still_valid(row, sessions, tokens)
        )

    return {one for found in by_way.values() for one in found if one[2] in active and holds(one)}


def watchable(asked: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Returns those of (user, call's public id) in which the user may still watch the call."""
    by_user: defaultdict[int, set[str]] = defaultdict(set)
    for user_id, call_id in asked:
        by_user[user_id].add(call_id)
    found = set()
    for user in User.objects.filter(pk__in=by_user, is_active=True):
        seen = access.visible_calls(user).filter(public_id__in=by_user[user.pk])
        found |= {(user.pk, call_id) for call_id in seen.values_list("public_id", flat=True)}
    return found


def _tickets(asked: Iterable[Credential]) -> dict[str, Ticket]:
    keys = [key for _, key, _ in asked]
    return {str(row.pk): row for row in Ticket.objects.filter(pk__in=keys)}


def _signed_in(
    more: set[str], by_way: dict[Way, set[Credential]], users: dict[int, User]
) -> set[tuple[str, int]]:
    """Returns the sessions, with their users, that are signed in with today's password."""
    keys = {key for _, key, _ in by_way[Way.SESSION]} | (more - {""})
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    found = set()
    for row in rows:
        stored = row.get_decoded()
        user = users.get(_whole(stored.get(SESSION_KEY)))
        if user is not None and _same_password(user, str(stored.get(HASH_SESSION_KEY, ""))):
            found.add((row.session_key, user.pk))
    return found


def _whole(given: Any) -> int:
    return int(given) if str(given).isdecimal() else 0


def _same_password(user: User, kept: str) -> bool:
    """Returns whether a session began with the password that the user has now."""
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(kept, one) for one in hashes)


def _tokens(more: set[int | None], by_way: dict[Way, set[Credential]]) -> set[tuple[str, int]]:
    keys = {int(key) for _, key, _ in by_way[Way.TOKEN]} | {pk for pk in more if pk is not None}
    rows = ApiToken.objects.filter(ApiToken.valid_at(timezone.now()), pk__in=keys)
    return {(str(pk), owner) for pk, owner in rows.values_list("pk", "owner_id")}


def _live(call_ids: set[str], now: Any) -> set[str]:
    """Returns the calls that are live, or were until a moment ago."""
    lately = Q(state__in=sorted(LIVE)) | Q(ended_at__gt=now - LAST_WORDS)
    rows = Call.objects.filter(lately, public_id__in=call_ids - {""})
    return set(rows.values_list("public_id", flat=True))


def _is_usable(row: Ticket, now: Any, live: set[str]) -> bool:
    """Returns whether a ticket is unused and unexpired, or was used for a call that is live."""
    if row.call_id:
        return row.call_id in live
    return bool((row.expires_at if row.used_at is None else row.used_at + TICKET_LIFE) > now)


def _maker_still_valid(
    row: Ticket, sessions: set[tuple[str, int]], tokens: set[tuple[str, int]]
) -> bool:
    """Returns whether the token or session behind the ticket is still valid."""
    if row.token_id is not None:
        return (str(row.token_id), row.user_id) in tokens
    return not row.session_key or (row.session_key, row.user_id) in sessions
