"""Parts of the OpenAPI document that cannot be derived from the code."""

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
            "description": "A token made on the account page or in the admin; it begins with "
            "vs_. Its scopes say what it is good for: read, write (all changes) and call.",
        }


def example(code: str, message: str, **more: Any) -> OpenApiExample:
    """Returns an example error for the document."""
    return OpenApiExample(code, value={"code": code, "message": message, **more})


def error(description: str, code: str, message: str, **more: Any) -> OpenApiResponse:
    """Returns the description of one kind of error, with an example."""
    return OpenApiResponse(ErrorSerializer, description, [example(code, message, **more)])


NOT_SIGNED_IN = error(
    "Neither a valid token nor a signed-in cookie.",
    "not_signed_in",
    "Sign in on the web page, or: Send the header 'Authorization: Bearer vs_…' …",
)
NOT_FOUND = error(
    "No such call, or not one that you may see.",
    "not_found",
    "Not found, or not visible to you. Check the address and the token's owner.",
)
NOT_ALLOWED = error(
    "You may see the call but not change it, or the CSRF token is missing.",
    "not_allowed",
    "Only staff with the permission to change calls may do this.",
)
_UNKNOWN = example(
    "unknown_parameter",
    "Unknown query parameter 'pages': this address takes page, page_size.",
    fields={"pages": ["There is no 'pages' (did you mean 'page'?). There are: page, page_size."]},
)
UNKNOWN = OpenApiResponse(
    ErrorSerializer, "A query parameter that this address does not know.", [_UNKNOWN]
)
INVALID = OpenApiResponse(
    ErrorSerializer,
    "A value cannot be used, or this address does not know a query parameter.",
    [
        example(
            "invalid",
            "Some values cannot be used; 'fields' says which and why.",
            fields={"page_size": ["Give a whole number from 1 to 200."]},
        ),
        _UNKNOWN,
    ],
)
OPEN = {400: UNKNOWN}
SIGNED_IN = {400: UNKNOWN, 401: NOT_SIGNED_IN}
OF_A_CALL = {**SIGNED_IN, 404: NOT_FOUND}
