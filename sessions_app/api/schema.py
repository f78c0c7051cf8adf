"""How the API is described in OpenAPI, beyond what its code says by itself."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from sessions_app.api.serializers import ErrorSerializer


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Bearer vs_…`."""

    target_class = "sessions_app.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(
        self,
        auto_schema: AutoSchema,
    ) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token that staff made in the admin; it begins with vs_.",
        }


def error(description: str, code: str, message: str, **more: Any) -> OpenApiResponse:
    """Returns the description of one kind of error, with an example."""
    example = OpenApiExample(code, value={"code": code, "message": message, **more})
    return OpenApiResponse(ErrorSerializer, description, [example])


NOT_SIGNED_IN = error(
    "Neither a valid token nor a signed-in cookie.",
    "not_signed_in",
    "Sign in on the web page, or: Send the header 'Authorization: Bearer vs_…' …",
)
NOT_FOUND = error(
    "No such call, or not one that you may see.",
    "not_found",
    "There is nothing here that you may see. Check the address, and the token's owner.",
)
NOT_ALLOWED = error(
    "The call can be seen but not changed by you, or the CSRF token is missing.",
    "not_allowed",
    "Only staff with the permission to change calls may do this.",
)
INVALID = error(
    "A value cannot be used.",
    "invalid",
    "Some values cannot be used; 'fields' says which and why.",
    fields={"state": ["Select a valid choice. busy is not one of the available choices."]},
)
SIGNED_IN = {401: NOT_SIGNED_IN}
OF_A_CALL = {401: NOT_SIGNED_IN, 404: NOT_FOUND}
