"""Authentication by bearer token."""

from django.contrib.auth.models import AbstractBaseUser
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from sessions_app.models import ApiToken, TokenScope
from sessions_app.services import access

SCHEME = "Bearer"
HOW = (
    f"Send the header 'Authorization: {SCHEME} vs_…' with a token that was made on your account "
    "page or by staff in the admin."
)


class TokenAuthentication(BaseAuthentication):
    """Takes `Authorization: Bearer vs_…` (RFC 6750, section 2.1)."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, ApiToken] | None:
        """Returns the token's owner and the token; None if the request has none.

        Raises AuthenticationFailed (401) for one that is malformed, unknown, revoked or expired,
        and PermissionDenied (403) for one without the scope that the request needs.
        """
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != SCHEME.lower().encode():
            return None
        if len(parts) != 2:  # noqa: PLR2004 - scheme and secret
            raise AuthenticationFailed(f"The Authorization header must hold one token. {HOW}")
        token = access.token_of(parts[1].decode("latin-1"))
        if token is None:
            raise AuthenticationFailed(f"This token is unknown, was revoked or has expired. {HOW}")
        _check_scope(token, request)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        """Returns the challenge that goes with a 401 (RFC 6750, section 3)."""
        return f'{SCHEME} realm="voicesite"'


def _check_scope(token: ApiToken, request: Request) -> None:
    """Raises PermissionDenied where a token is not good for a request.

    A view's `token_scopes` say which scopes will do, any one of them; without it the method does.
    """
    by_method = TokenScope.READ if request.method in SAFE_METHODS else TokenScope.WRITE
    view = (request.parser_context or {}).get("view")
    needed = getattr(view, "token_scopes", None) or (by_method,)
    if not any(token.allows(scope) for scope in needed):
        named = " or ".join(f"'{scope}'" for scope in needed)
        has = ", ".join(token.scopes) or "none"
        raise PermissionDenied(f"This needs a token with the scope {named}; this one has: {has}.")
