"""Refuses unknown query parameters and body keys, and names them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import QueryDict
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from sessions_app.engine.text.cleaning import is_invisible
from sessions_app.services.finding.words import not_known, shown
from sessions_app.services.visible_texts import UNSEEN

MOST_NAMED = 5
"""Unknown parameters or keys that an error names."""


class UnknownParameterError(ValidationError):
    """The request has query parameters that the URL does not take (not retryable).

    `sentence` names them and the known ones.
    """

    default_code = "unknown_parameter"

    def __init__(self, unknown: Sequence[str], known: Sequence[str]) -> None:
        named = unknown[:MOST_NAMED]
        super().__init__({shown(name): [not_known(name, known)] for name in named})
        listed = ", ".join(repr(shown(name)) for name in named)
        more = " and others" if len(unknown) > len(named) else ""
        takes = f"takes {', '.join(known)}" if known else "takes none"
        what = "query parameter" if len(unknown) == 1 else "query parameters"
        self.sentence = f"Unknown {what} {listed}{more}: this address {takes}."


def check(given: Iterable[str], known: Sequence[str], beginnings: Sequence[str] = ()) -> None:
    """Raises UnknownParameterError for names in `given` that are not `known`.

    Any name is known that has one of `beginnings`.
    """
    free = tuple(beginnings)
    unknown = [name for name in given if name not in known and not name.startswith(free)]
    if unknown:
        raise UnknownParameterError(unknown, known)


class StrictBody(serializers.Serializer[Any]):
    """A body whose unknown keys are refused: otherwise a misspelt one would be ignored.

    Values of a wrong JSON type are refused too, such as a number for a text, which Django REST
    framework accepts. `or_number` names the texts that may be numbers. So are texts of which nobody
    sees anything.
    """

    or_number: tuple[str, ...] = ()

    def to_internal_value(self, data: Any) -> Any:
        """Returns the known values; raises ValidationError that names what is wrong."""
        if isinstance(data, Mapping):
            known = list(self.fields)
            unknown = [_writable(str(key)) for key in data if key not in self.fields]
            if unknown:
                named = unknown[:MOST_NAMED]
                raise ValidationError({shown(key): [not_known(key, known)] for key in named})
            if not isinstance(data, QueryDict):  # a form has texts alone
                self._check_types(data)
        values: dict[str, Any] = super().to_internal_value(data)
        if unseen := [name for name, value in values.items() if self._is_unseen(name, value)]:
            raise ValidationError({name: [str(UNSEEN)] for name in unseen})
        return values

    def _is_unseen(self, name: str, value: Any) -> bool:
        if isinstance(value, list):
            return any(self._is_unseen(name, one) for one in value)
        is_secret = name in self.fields and self.fields[name].write_only
        return isinstance(value, str) and is_invisible(value) and not is_secret

    def _check_types(self, data: Mapping[str, Any]) -> None:
        wrong = {
            key: [told]
            for key, field in self.fields.items()
            if key in data and key not in self.or_number and (told := mistyped(field, data[key]))
        }
        if wrong:
            raise ValidationError(wrong)


def mistyped(field: Any, value: Any) -> str:
    """Returns what to give instead of a JSON value of another type; empty if it is of the field's.

    Values of types that the field itself refuses are not looked at.
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return next(filter(None, (mistyped(field.child, one) for one in value)), "")
    if isinstance(field, serializers.CharField) and number:
        return "Give a text, in quotes."
    if isinstance(field, serializers.BooleanField) and (number or isinstance(value, str)):
        return "Give true or false, without quotes."
    if isinstance(field, serializers.IntegerField) and isinstance(value, str):
        return "Give a whole number, without quotes."
    return ""


class _StrictBodySchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Says in the OpenAPI document that there are no other keys, and which texts are not empty."""

    target_class = StrictBody
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """Returns the schema of the body."""
        plain: Any = auto_schema._map_serializer
        schema: dict[str, Any] = plain(self.target, direction, bypass_extensions=True)
        for key, described in schema.get("properties", {}).items():
            field = self.target.fields[key]
            _not_empty(field, described)
            if isinstance(field, serializers.ListField):
                _not_empty(field.child, described["items"])
        return {**schema, "additionalProperties": False}


def _not_empty(field: Any, described: dict[str, Any]) -> None:
    text = isinstance(field, serializers.CharField) and described.get("type") == "string"
    if text and not field.allow_blank:
        described.setdefault("minLength", 1)


def _writable(key: str) -> str:
    """Returns a key without lone surrogates, which no response can hold."""
    return key.encode(errors="replace").decode()
