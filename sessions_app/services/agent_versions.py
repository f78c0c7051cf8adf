"""Versions of agents: each change of an agent's configuration is kept, with who made it."""

from difflib import SequenceMatcher
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from sessions_app.models import Agent, AgentVersion

NOT_CONFIGURED = frozenset({"id", "is_default", "extraction_version", "created_at", "updated_at"})
"""What no version keeps: which agent answers by default is the installation's choice."""

FIELDS = [field for field in Agent._meta.concrete_fields if field.name not in NOT_CONFIGURED]

CONTEXT = 2
"""Unchanged lines that are shown around those that changed."""

SAME, GONE, NEW, LEFT_OUT = "same", "gone", "new", "left_out"


class ComparedLine(NamedTuple):
    """A line of two texts that are compared; `kind` is SAME, GONE, NEW or LEFT_OUT."""

    kind: str
    text: str


def config_of(agent: Agent) -> dict[str, Any]:
    """Returns the agent's configuration as it is stored: JSON values by field name."""
    return {field.name: _tidy(getattr(agent, field.name)) for field in FIELDS}


def whole(version: AgentVersion) -> dict[str, Any]:
    """Returns the version's configuration; fields that were added later have their default."""
    defaults = {field.name: field.get_default() for field in FIELDS}
    return {name: version.config.get(name, usual) for name, usual in defaults.items()}


def of_agent(agent: Agent) -> QuerySet[AgentVersion]:
    """Returns the agent's versions with who made them, the newest first."""
    return AgentVersion.objects.filter(agent=agent).select_related("made_by").order_by("-number")


def keep(agent: Agent, user: Any = None, *, restores: int | None = None) -> AgentVersion:
    """Returns the agent's current version: a new one, by `user`, if its settings changed.

    `restores` is the number of the version that was restored. Call it in the transaction that
    saves the agent.
    """
    config = config_of(agent)
    with transaction.atomic():
        Agent.objects.select_for_update().filter(pk=agent.pk).first()
        last = of_agent(agent).first()
        if last is not None and whole(last) == config:
            return last
        number = 1 if last is None else last.number + 1
        by = None if user is None else user.pk
        return AgentVersion.objects.create(
            agent=agent, number=number, config=config, restores=restores, made_by_id=by
        )


def keep_stored(agent: Agent) -> None:
    """Keeps the agent's row as a version before it is saved, if a program has changed it."""
    stored = Agent.objects.filter(pk=agent.pk).first()
    if stored is not None:
        keep(stored)


def number_of(agent: Agent) -> int:
    """Returns the number of the version that matches `agent` as it was read.

    An agent that a program made or changed gets one now.
    """
    config = config_of(agent)
    last = AgentVersion.objects.filter(agent=agent).order_by("-number").first()
    if last is not None and whole(last) == config:
        return last.number
    with transaction.atomic():
        keep_stored(agent)  # it may have been saved since it was read
        for version in of_agent(agent):
            if whole(version) == config:
                return version.number
        return keep(agent).number


def changed(before: AgentVersion, after: AgentVersion) -> dict[str, tuple[Any, Any]]:
    """Returns both values of each field that differs, by its name, in the order of the form."""
    old, new = whole(before), whole(after)
    return {name: (old[name], new[name]) for name in old if old[name] != new[name]}


def lines(before: str, after: str) -> list[ComparedLine]:
    """Returns the lines of two texts, compared; longer runs of unchanged ones are left out."""
    old, new = before.splitlines(), after.splitlines()
    told: list[ComparedLine] = []
    reached = 0
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT):
        if group[0][1] > reached:
            told.append(ComparedLine(LEFT_OUT, ""))
        for tag, first, last, first_new, last_new in group:
            if tag == "equal":
                told += [ComparedLine(SAME, text) for text in old[first:last]]
                continue
            told += [ComparedLine(GONE, text) for text in old[first:last]]
            told += [ComparedLine(NEW, text) for text in new[first_new:last_new]]
        reached = group[-1][2]
    return [*told, ComparedLine(LEFT_OUT, "")] if told and reached < len(old) else told


def restore(agent: Agent, version: AgentVersion) -> None:
    """Sets the agent's fields exactly to those of the version, without saving it."""
    for name, value in whole(version).items():
        setattr(agent, name, value)


def _tidy(value: Any) -> Any:
    """Returns a text with the line breaks that programs write: browsers send others."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
