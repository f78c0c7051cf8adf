"""Authentication by bearer token."""

from django.contrib.auth.models import AbstractBaseUser
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from sessions_app.models import ApiToken
from sessions_app.services import access

SCHEME = "Bearer"
HOW = f"Send the header 'Authorization: {SCHEME} vs_…' with a token that staff made in the admin."


class TokenAuthentication(BaseAuthentication):
    """Takes `Authorization: Bearer vs_…` (RFC 6750, section 2.1)."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, ApiToken] | None:
        """Returns the token's owner and the token; None if the request has none.

        Raises AuthenticationFailed (401) for one that is malformed, unknown or revoked.
        """
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != SCHEME.lower().encode():
            return None
        if len(parts) != 2:  # noqa: PLR2004 - scheme and secret
            raise AuthenticationFailed(f"The Authorization header must hold one token. {HOW}")
        token = access.token_of(parts[1].decode("latin-1"))
        if token is None:
            raise AuthenticationFailed(f"This token is unknown or was revoked. {HOW}")
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        """Returns the challenge that goes with a 401 (RFC 6750, section 3)."""
        return f'{SCHEME} realm="voicesite"'
