"""Thoughts within an answer: what is said is what lies outside of them, however it is cut."""

import pytest

from sessions_app.agent.responders.thoughts import ThoughtFilter

SAID = "Merhaba. It is 3 < 4."


@pytest.mark.parametrize(
    "answer",
    [
        SAID,
        f"<think>Hm.</think>\n\n{SAID}",
        f"[THINK]İyi düşünelim.[/THINK]{SAID}",
        f"<|START_THINKING|>ǅ, ﬃ, İstanbul?<|END_THINKING|>{SAID}",
        f"<Think>ẞ</THINK> {SAID}",
        f"<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>{SAID}",
        f"<|channel|>commentary<|message|>{SAID}<|end|><|return|>",
        f"<|channel|>commentary to=functions.note <|constrain|>json<|message|>{{}}<|call|>"
        f"<|start|>assistant<|channel|>final<|message|>{SAID}",
        f"<think>One <think>two</think> three</think>{SAID}",
        f"<think>1<think>2<think>3</think>4</think>5</think> {SAID}",
        f"<think>I write no <think> here.</think>{SAID}",
        f"<think>One <think>two</think></think>{SAID}<think>Done.</think>",
    ],
)
def test_only_what_is_no_thought_is_said(answer: str) -> None:
    for size in (len(answer), 7, 1):
        thoughts = ThoughtFilter()
        pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
        assert "".join([*map(thoughts.feed, pieces), thoughts.finish()]) == SAID
