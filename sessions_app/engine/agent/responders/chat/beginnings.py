"""Which models begin their answers within a thought, whose first tag stood in the prompt.

Chat templates write `<think>` themselves for models that always think; what streams then is the
thought, its closing tag and the answer. Reasoning parsers of servers assume as much by name
(https://docs.sglang.io/docs/advanced_features/separate_reasoning, vLLM's `deepseek_r1`).
"""

import re

FORGOTTEN_AFTER = 5
"""Whole answers without a thought after which a model is no longer taken to begin within one: what
it says would be kept back to its end, in every call, because one caller had it say a tag. Twice as
many each time that it is learnt again."""

_KNOWN = re.compile(
    r"deepseek-?r1|\br1-distill|\bqwq\b|minimax-?m[2-9]|(?:qwen|ernie|glm|hunyuan|lfm).*thinking",
    re.IGNORECASE,
)
"""Models that think always, and whose templates begin the thought. One without a thought in its
first answer is behind a server that takes thoughts out, and is known for it from then on."""


class Beginnings:
    """What a process has learnt of its models; theirs are asked for by name."""

    def __init__(self) -> None:
        self._without: dict[str, int] = {}
        """Models that begin within thoughts, each with how many answers since had none."""

        self._learnt: dict[str, int] = {}
        """How often each of them was learnt: one that is met again is remembered twice as long."""

        self._plain: set[str] = set()
        """Models that are known by name to think, and did not."""

    def within(self, model: str) -> bool:
        """Returns whether an answer of `model` is taken to begin within a thought."""
        return model in self._without or (model not in self._plain and _thinks(model))

    def note(self, model: str, *, unopened: bool) -> None:
        """Learns from a whole answer: `unopened` of one that began within a thought."""
        if unopened:
            if model not in self._without:
                self._learnt[model] = self._learnt.get(model, 0) + 1
            self._without[model] = 0
            self._plain.discard(model)
        elif model in self._without:
            self._without[model] += 1
            if self._without[model] >= FORGOTTEN_AFTER * 2 ** (self._learnt[model] - 1):
                del self._without[model]
                self._plain.add(model)
        elif _thinks(model):
            self._plain.add(model)


def _thinks(model: str) -> bool:
    return _KNOWN.search(model) is not None
