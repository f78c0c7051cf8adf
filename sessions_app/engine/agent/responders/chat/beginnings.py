"""Which models begin their answers within a thought, since the opening tag is in the prompt.

For models that always think, the chat template writes `<think>`; what is streamed is the thought,
its closing tag and the answer. Reasoning parsers of servers also go by the model's name
(https://docs.sglang.io/docs/advanced_features/separate_reasoning, vLLM's `deepseek_r1`).
"""

import re

FORGOTTEN_AFTER = 5
"""After this many whole answers without a thought, a model no longer counts as beginning in one.

Otherwise a caller who once made it say a closing tag would delay all later answers to their end, in
every call. The number doubles each time the model is learnt again."""

_KNOWN = re.compile(
    r"deepseek-?r1|\br1-distill|\bqwq\b|minimax-?m[2-9]|(?:qwen|ernie|glm|hunyuan|lfm).*thinking",
    re.IGNORECASE,
)
"""Models that always think, and whose templates open the thought. If the first answer of one has no
thought, its server strips thoughts, which is remembered."""


class Beginnings:
    """What the process has learnt about its models, by their names."""

    def __init__(self) -> None:
        self._without: dict[str, int] = {}
        """Models that begin in a thought, with the number of answers without one since."""

        self._learnt: dict[str, int] = {}
        """How often each was learnt; a model is remembered twice as long each time."""

        self._plain: set[str] = set()
        """Models that should think by their names, but did not."""

    def begins_in_thought(self, model: str) -> bool:
        """Returns whether the next answer of `model` is expected to begin in a thought."""
        return model in self._without or (model not in self._plain and _thinks(model))

    def note(self, model: str, *, began_in_thought: bool) -> None:
        """Learns from a whole answer whether it `began_in_thought`."""
        if began_in_thought:
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
