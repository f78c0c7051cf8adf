"""Thoughts within an answer: what is said is what lies outside of them, however it is cut."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessions_app.engine.agent.responders.base import Anew
from sessions_app.engine.agent.responders.chat.beginnings import FORGOTTEN_AFTER, Beginnings
from sessions_app.engine.agent.responders.chat.thoughts import ThoughtFilter

SAID = "Merhaba. It is 3 < 4."
SIZES = (1000, 7, 1)


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
        f"<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary<|message|>"
        f"{SAID}<|end|><|start|>assistant<|channel|>commentary to=functions.x json<|message|>{{}}",
        f"<|channel|>commentary to=functions.note <|constrain|>json<|message|>{{}}<|call|>"
        f"<|start|>assistant<|channel|>final<|message|>{SAID}",
        f"<think>One <think>two</think> three</think>{SAID}",
        f"<think>1<think>2<think>3</think>4</think>5</think> {SAID}",
        f"<think>I write no <think> here.</think>{SAID}",
        f"<think>One <think>two</think></think>{SAID}<think>Done.</think>",
        f"<think >Hm.</think >{SAID}",
        f'<think type="deep" budget="5">Is 3 > 2?</think>{SAID}',
        f"<thinking\n>Hm.</thinking>{SAID}",
        f"<thoughts>Hm.</thoughts><answer>{SAID}</answer>",
        f"<mm:think>Hm.</mm:think>{SAID}",
        f"<think/>{SAID}<think />",
        f"<think>I may say `</think` or <thin.</think>{SAID}",
        f"<think>\n</think>\n\n{SAID}",
        "Merhaba.<think>And?</think>It is 3 <think>or?</think>< 4.",
        "Merhaba.<think>And?</think> It is 3 < 4<think>!</think>.",
    ],
)
def test_only_what_is_no_thought_is_said(answer: str) -> None:
    for size in SIZES:
        assert said(answer, size) == SAID


def said(answer: str, size: int, *, opened: bool = False, cut: bool = False) -> str:
    """Returns what is said of an answer that comes in pieces of that size."""
    thoughts, text = ThoughtFilter(in_thought=opened), ""
    pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
    for told in (*map(thoughts.feed, pieces), thoughts.finish(cut=cut)):
        text = str(told) if isinstance(told, Anew) else text + told
    return text


@pytest.mark.parametrize(
    "answer",
    [
        "Put it between the <think> and </think> tags, and then go on.",
        "Use the `<think>` tag, close it with `</think>` and stop.",
        "Some models write <think>...</think> first. Others don't.",
        'It is called "<think>", and ends with "</think>".',
        "So:\n```\n<think>\nHm.\n</think>\n```\nThat is all.",
        "Der Name ist <think> Zeichen, das Ende ist </think>.",
        "Schreiben Sie (<thinking>) davor.",
        "The answer goes into <answer> and </answer>.",
        "It is [think], with brackets, and [/think] at its end.",
        "Write **<think>** there. The end is </think>",
        "标签是「<think>」，你知道吗？",
    ],
)
def test_a_tag_that_is_only_named_is_said(answer: str) -> None:
    for size in SIZES:
        assert said(answer, size) == answer
        if "<answer>" not in answer:
            assert said(f"<think>Hm.</think>{answer}", size) == answer


@pytest.mark.parametrize(
    "thought",
    [
        "The caller asks. ",
        "The caller wants the <think> tag, so I explain.\n",
        "I should say hello ",
        "我想",
        "One `two` three.",
    ],
)
@pytest.mark.parametrize("opened", [True, False])
def test_a_thought_that_did_not_begin_is_taken_back(thought: str, opened: bool) -> None:
    for size in SIZES:
        assert said(f"{thought}</think>{SAID}", size, opened=opened) == SAID
        assert said(f"{thought}</think>\n\n{SAID}", size, opened=opened) == SAID


def test_what_was_no_thought_is_not_lost_at_the_end() -> None:
    assert said(SAID, 3, opened=True) == SAID
    assert said(SAID, 3, opened=True, cut=True) == ""
    assert said("It is called <think>", 4) == "It is called <think>"


def test_a_server_that_tells_thoughts_apart_keeps_nothing_back() -> None:
    thoughts = ThoughtFilter(in_thought=True)
    thoughts.server_strips_thoughts()
    assert thoughts.feed("At once. ") == "At once. "


@given(st.text(alphabet="a .`<>/thinkaswer\n", max_size=40), st.integers(1, 9))
@example(" <s>", 1)
@example(" <s>a", 2)
def test_no_cut_changes_what_is_said(answer: str, size: int) -> None:
    assert said(answer, size) == said(answer, max(1, len(answer)))


def test_models_that_always_think_are_known_by_name_and_by_what_they_do() -> None:
    models = Beginnings()
    for name in ("deepseek-r1:8b", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "Qwen/QwQ-32B"):
        assert models.begins_in_thought(name)
    assert models.begins_in_thought("Qwen/Qwen3-30B-A3B-Thinking-2507")
    for name in ("gpt-4o", "qwen3:8b", "deepseek-chat", "kimi-k2"):
        assert not models.begins_in_thought(name)
    models.note("QwQ", began_in_thought=False)  # its server takes the thoughts out
    assert not models.begins_in_thought("QwQ")
    models.note("own", began_in_thought=True)
    assert models.begins_in_thought("own")
    for _ in range(FORGOTTEN_AFTER):
        models.note("own", began_in_thought=False)
    assert not models.begins_in_thought("own")


def test_a_model_that_is_met_again_is_remembered_twice_as_long() -> None:
    models = Beginnings()
    for times in (1, 2, 4):
        models.note("own", began_in_thought=True)
        for _ in range(FORGOTTEN_AFTER * times):
            assert models.begins_in_thought("own")
            models.note("own", began_in_thought=False)
        assert not models.begins_in_thought("own")
