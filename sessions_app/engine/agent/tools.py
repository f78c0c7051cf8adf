"""Tools that a model may call: plain typed Python functions, each with its own time limit.

A tool's first parameter is the call it serves (`CallHost`). The model is told the other parameters
with their types, and the first line of the docstring.
"""

import asyncio
import inspect
import json
import types
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from sessions_app.engine.agent.responders.base import CallHost
from sessions_app.engine.core.errors import ResponderError
from sessions_app.engine.core.events import NoteKind
from sessions_app.engine.core.moved_paths import current_path
from sessions_app.engine.text.cleaning import clean, read_json

TIMEOUT_S = 5.0
"""How long a tool may run, unless its entry says otherwise. Longer lets callers wait in silence."""

_SIMPLE = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a model may call; `schema` is JSON Schema of its arguments."""

    name: str
    description: str
    schema: Mapping[str, Any]
    function: Callable[..., Any]
    timeout_s: float = TIMEOUT_S

    def as_openai(self) -> dict[str, Any]:
        """Returns the tool in the format of chat completions."""
        function = {"name": self.name, "description": self.description, "parameters": self.schema}
        return {"type": "function", "function": function}

    async def run(self, host: CallHost, arguments: str) -> str:
        """Runs the tool; returns the result, or a sentence that tells the model what went wrong.

        `arguments` is the JSON that the model wrote.
        """
        try:
            values = read_json(arguments or "{}")
            if not isinstance(values, dict):
                return "Error: the arguments must be a JSON object."
            async with asyncio.timeout(self.timeout_s):
                return clean(_encoded(await self._call(host, values)))
        except TimeoutError:
            return f"Error: {self.name} took longer than {self.timeout_s:g} s."
        except ValueError as error:
            return f"Error: {error}"
        except TypeError:
            return f"Error: the arguments of {self.name} are {json.dumps(self.schema)}."
        except Exception as error:  # noqa: BLE001 - a tool is an operator's code
            return f"Error: {self.name} failed ({type(error).__name__})."

    async def _call(self, host: CallHost, arguments: dict[str, Any]) -> Any:
        if inspect.iscoroutinefunction(self.function):
            return await self.function(host, **arguments)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_THREADS, partial(self.function, host, **arguments))


_THREADS = ThreadPoolExecutor(8, thread_name_prefix="voice-tool")
"""A pool of their own, so that a tool that hangs takes no thread from anything else."""


def _encoded(result: Any) -> str:
    return result if isinstance(result, str) else json.dumps(result, default=str)


def load_tools(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Tool]:
    """Returns the tools of VOICE["TOOLS"]: name -> {"PATH": dotted path, "TIMEOUT_S": seconds}.

    Raises ResponderError, which names the key, the path and the cause.
    """
    return {name: _load(name, entry) for name, entry in entries.items()}


def _load(name: str, entry: Mapping[str, Any]) -> Tool:
    if not isinstance(entry, Mapping):
        raise ResponderError(f'VOICE[\'TOOLS\'][{name!r}] must be {{"PATH": "dotted.path"}}.')
    path = str(entry.get("PATH", ""))
    module, _, attribute = current_path(path).rpartition(".")
    try:
        timeout_s = float(entry.get("TIMEOUT_S", TIMEOUT_S))
        function = getattr(import_module(module), attribute)
        description, schema = _describe(function)
    except (ImportError, AttributeError, ValueError, TypeError, NameError) as error:
        raise ResponderError(f"VOICE['TOOLS'][{name!r}], {path!r}: {error}") from error
    return Tool(name, description, schema, function, timeout_s)


def _describe(function: Callable[..., Any]) -> tuple[str, dict[str, Any]]:
    """Returns a function's description and the schema of its arguments."""
    document = inspect.getdoc(function) or ""
    if not document:
        raise ValueError("a tool needs a docstring: its first line is what the model is told")
    hints = get_type_hints(function)
    parameters = [
        p
        for p in list(inspect.signature(function).parameters.values())[1:]
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    properties = {p.name: _schema(hints.get(p.name, str)) for p in parameters}
    required = [p.name for p in parameters if p.default is inspect.Parameter.empty]
    schema = {"type": "object", "properties": properties, "required": required}
    return document.splitlines()[0], schema


def _schema(hint: Any) -> dict[str, Any]:
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {**_schema(type(arguments[0])), "enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0])}
    if origin in (Union, types.UnionType):
        return _schema(next(a for a in arguments if a is not type(None)))
    raise TypeError(f"a tool's argument cannot be a {hint}: use str, int, float, bool, list")


async def end_call(host: CallHost) -> str:
    """Ends the call after your present answer; say goodbye in it."""
    await host.confirmed()
    host.end_call()
    return "The call ends after this answer."


async def take_note(host: CallHost, text: str, kind: Literal["note", "action"] = "note") -> str:
    """Writes down a note, or an action item, which the caller sees and keeps."""
    await host.confirmed()
    note = host.add_note(NoteKind(kind), text)
    return f"Written down as number {note.number}."


async def earlier_calls(host: CallHost, words: str) -> str:
    """Finds the caller's earlier calls in which these words were said."""
    calls = await host.earlier_calls(words)
    if not calls:
        return "No earlier call holds these words."
    return "\n".join(f"{call.date} {call.title}: {call.text}" for call in calls)
