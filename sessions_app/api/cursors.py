"""Places in a list by its rows' own values: what comes next costs the same anywhere in it."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import DateTimeField, F, Q, QuerySet
from django.db.models.expressions import OrderBy

from sessions_app.engine.core.states import CallState
from sessions_app.engine.core.timestamps import in_utc

MOST_CHARACTERS = 500
"""A longer cursor is none of ours, and is refused before it is decoded."""


class WrongCursorError(ValueError):
    """It is none of ours, or belongs to a list in another order."""


@dataclass(frozen=True, slots=True)
class Column:
    """One of the values that a list is ordered by."""

    name: str
    descends: bool
    may_be_none: bool
    is_time: bool

    def order(self) -> OrderBy:
        """Returns the order, in which none is less than any value, in every database."""
        if not self.may_be_none:
            return OrderBy(F(self.name), descending=self.descends)
        if self.descends:
            return F(self.name).desc(nulls_last=True)
        return F(self.name).asc(nulls_first=True)

    def beyond(self, value: Any) -> Q:
        """Returns the filter for what comes after a value."""
        if value is None:
            nothing = Q(pk__in=[])
            return nothing if self.descends else Q(**{f"{self.name}__isnull": False})
        past = Q(**{f"{self.name}__{'lt' if self.descends else 'gt'}": value})
        return past | Q(**{f"{self.name}__isnull": True}) if self._ends_with_none else past

    def equal(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True} if value is None else {self.name: value})

    def from_on(self, value: Any) -> Q:
        """Returns a coarse, index-friendly filter that keeps everything after a value."""
        if value is None or self._ends_with_none:
            return Q()
        return Q(**{f"{self.name}__{'lte' if self.descends else 'gte'}": value})

    @property
    def _ends_with_none(self) -> bool:
        return self.may_be_none and self.descends


def columns(rows: QuerySet[Any]) -> tuple[Column, ...]:
    """Returns what a list is ordered by, its key at last, so that no two rows are equal."""
    given = [name for name in rows.query.order_by if isinstance(name, str)]
    last = "-pk" if given and given[-1].startswith("-") else "pk"
    return tuple(_column(rows, name) for name in (*given, last))


def after(rows: QuerySet[Any], cursor: str) -> QuerySet[Any]:
    """Returns the rows after the one that `cursor` is of; raises WrongCursorError."""
    order = columns(rows)
    values = _read(cursor, order)
    beyond = Q(pk__in=[])
    for column, value in reversed(list(zip(order, values, strict=True))):
        beyond = column.beyond(value) | (column.equal(value) & beyond)
    return rows.filter(order[0].from_on(values[0]), beyond)


def cursor_of(row: Any, order: Sequence[Column]) -> str:
    """Returns the place of a row in a list of this order."""
    values = [getattr(row, column.name) for column in order]
    told = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    packed = json.dumps([_named(order), *told], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _column(rows: QuerySet[Any], name: str) -> Column:
    bare = name.removeprefix("-")
    try:
        field: Any = rows.model._meta.pk if bare == "pk" else rows.model._meta.get_field(bare)
    except FieldDoesNotExist:  # it is counted
        return Column(bare, name.startswith("-"), may_be_none=False, is_time=False)
    time = isinstance(field, DateTimeField)
    return Column(bare, name.startswith("-"), may_be_none=bool(field.null), is_time=time)


def _named(order: Sequence[Column]) -> str:
    return ",".join(f"{'-' * column.descends}{column.name}" for column in order)


def _read(cursor: str, order: Sequence[Column]) -> list[Any]:
    try:
        if len(cursor) > MOST_CHARACTERS:
            raise WrongCursorError
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        named, *told = json.loads(packed)
        if named != _named(order) or len(told) != len(order):
            raise WrongCursorError
        return [_value(column, value) for column, value in zip(order, told, strict=True)]
    except (binascii.Error, TypeError, ValueError, ValidationError, OverflowError) as error:
        raise WrongCursorError from error


def _value(column: Column, value: Any) -> Any:
    if value is None and column.may_be_none:
        return None
    if column.is_time:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise WrongCursorError
        return in_utc(moment)
    if column.name == "state":
        return CallState(value).value
    if type(value) is not int or abs(value) >= 2**63:
        raise WrongCursorError
    return value
