"""What models write that no parser of their server's took out: tokens, thoughts and calls."""

import json
from typing import Any

import pytest

from sessions_app.engine.agent.responders.base import Anew, Message
from sessions_app.engine.agent.responders.chat.content import Content
from sessions_app.engine.agent.responders.chat.tool_calls import ToolCalls
from sessions_app.engine.core.errors import ResponderError, ResponderUnavailableError
from sessions_app.engine.core.events import Speaker
from tests.engine.agent.responders.chat.test_shapes import (
    STOP,
    TEXT,
    WORDS,
    answer,
    chunks,
    room_of,
    words,
)
from tests.fixtures.raw_model import Sent, delta, raw_model

SAID = "Merhaba, the shop opens at nine."
SIZES = (1000, 7, 1)
ARGUMENTS = {"text": "buy {two} <milk>"}


def written(text: str, size: int, *, cut: bool = False) -> tuple[str, list[Any], Content]:
    """Returns what is said of a text that comes in pieces of that size, and the calls in it."""
    calls, said = ToolCalls(), ""
    content = Content(calls, ("take_note",))
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    for told in (*map(content.feed, pieces), content.finish(cut=cut)):
        said = str(told) if isinstance(told, Anew) else said + told
    functions = [call["function"] for call in calls.as_openai()]
    return said, [(f["name"], json.loads(f["arguments"])) for f in functions], content


@pytest.mark.parametrize(
    "end",
    [
        "<|im_end|>",
        "<|im_end|>\n<|im_start|>user\nAnd when does it close?",
        "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nThanks.",
        " <end_of_turn>\n<start_of_turn>user\nThanks.",
        "<|end|>",
        "<|end|><|user|>Thanks.",
        "</s>",
        "</s> [INST] Thanks. [/INST] You are welcome.",
        "<\uff5cend\u2581of\u2581sentence\uff5c>",
        "<\uff5cUser\uff5c>Thanks.",
        "\n<|user|>\nThanks.",
        "<|END_OF_TURN_TOKEN|>",
        "<|endoftext|>Question: who",
        "<|eom_id|>",
        "<turn|>",
        "[|endofturn|]",
        "<|some_token_12|>",
    ],
)
def test_the_end_of_a_turn_is_not_said_nor_what_follows(end: str) -> None:
    for size in SIZES:
        assert written(f"{SAID}{end}", size)[0].rstrip() == SAID


@pytest.mark.parametrize(
    "begin",
    [
        "<|im_start|>assistant\n",
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
        "<start_of_turn>model\n",
        "<s> ",
        "[/INST] ",
        "<|assistant|>\n",
        "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
        "<\uff5cAssistant\uff5c>",
        "<|channel>thought\nThe caller asks. Hm.<channel|>",
        "The caller asks. Hm.<channel|>",
        "Here is my thought process: the caller asks. Here is my response: ",
        "\nHere's my thought process:\nHm.\n\nHere's my response:\n",
    ],
)
def test_the_beginning_of_a_turn_is_not_said(begin: str) -> None:
    for size in SIZES:
        assert written(f"{begin}{SAID}", size)[0] == SAID


@pytest.mark.parametrize(
    "text",
    [
        "Here is what I found. Here's my thought: it is nine.",
        "Here is my thought process: first the doors, then the keys.",
        "ChatML ends with <|im_end|> after each turn.",
        "It is written `<|im_end|>`, and [INST] is another.",
        'Call it "<tool_call>" if you like.',
        "He is <b>here</b>, 3 < 4 and a | b.",
        "[1] and {two} are marks.",
        "[see (a) below] and call print(x) in Python.",
        "It is so [see(a) below], [f(x)], [f()] or [f(x == 1)], [link](there).",
        "[f(x=1)] is how Python calls it.",
        "The list [f(x=1)]",
        "[f(x=1) isn't it",
        'Llama writes "[take_note(text=1)]" for it.',
        "Gemma writes ```tool_code blocks``` and ``` or ```tool_codes(x)```.",
        "Call it with take_note(text='x') then.",
        "`x` and ``y`` and ```python\nprint(1)\n```",
        "An open [take_not",
        "An open ```tool_c",
        '{"temperature": 5}',
    ],
)
def test_what_only_looks_like_it_is_said(text: str) -> None:
    for size in SIZES:
        assert written(text, size)[0] == text


def test_a_thought_that_was_cut_off_is_none_of_the_answer() -> None:
    said, _, content = written("Here is my thought process: the caller", 3, cut=True)
    assert (said, content.has_thought) == ("", True)


JSON = json.dumps({"name": "take_note", "arguments": ARGUMENTS})
GIVEN = json.dumps(ARGUMENTS)
PYTHON = 'take_note(text="buy {two} <milk>")'
CALLS = [
    f"<tool_call>\n{JSON}\n</tool_call>",
    f"<tool_call>{JSON}",
    f"<|python_tag|>{JSON.replace('arguments', 'parameters')}<|eom_id|>",
    f"[TOOL_CALLS] [{JSON}]</s>",
    f"[TOOL_CALLS]take_note[ARGS]{GIVEN}",
    f"<|tool_call|>[{JSON}]",
    f"<function=take_note>{GIVEN}</function>",
    f"<function_call> {JSON} </function_call>",
    "<tool_call>\n<function=take_note>\n<parameter=text>\nbuy {two} <milk>\n</parameter>\n"
    "</function>\n</tool_call>",
    "<tool_call>take_note\n<arg_key>text</arg_key>\n<arg_value>buy {two} <milk></arg_value>\n"
    "</tool_call>",
    "<\uff5ctool\u2581calls\u2581begin\uff5c><\uff5ctool\u2581call\u2581begin\uff5c>function"
    f"<\uff5ctool\u2581sep\uff5c>take_note\n```json\n{GIVEN}\n```<\uff5ctool\u2581call\u2581end\uff5c>"
    "<\uff5ctool\u2581calls\u2581end\uff5c>",
    "<|tool_calls_section_begin|><|tool_call_begin|>functions.take_note:0"
    f"<|tool_call_argument_begin|>{GIVEN}<|tool_call_end|><|tool_calls_section_end|>",
    f"<functioncall> {JSON}</functioncall>",
    '<functioncall> {"name": "take_note", "arguments": \'' + GIVEN + "'} </functioncall>",
    '<minimax:tool_call>\n<invoke name="take_note">\n<parameter name="text">buy {two} <milk>'
    "</parameter>\n</invoke>\n</minimax:tool_call>",
    "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary "
    f"to=functions.take_note <|constrain|>json<|message|>{GIVEN}<|call|>",
    f"<|channel|>commentary to=functions.take_note json<|message|>{GIVEN}",
    "<|start|>assistant to=functions.take_note<|channel|>commentary <|constrain|>json<|message|>"
    f"{GIVEN}<|call|>",
    f"<|python_start|>[{PYTHON}]<|python_end|><|eot|>",
    f"<|python_start|>{PYTHON}<|eom|>",
    f"<|python_tag|>{PYTHON}<|eom_id|>",
    "<|python_tag|>take_note.call(text='buy {two} <milk>')",
    f"<|tool_call_start|>[functions.{PYTHON}]<|tool_call_end|>",
    f"[{PYTHON}]",
    f"[ {PYTHON} ]<|eot_id|>",
    f"<|python_start|>\n[{PYTHON}]\n<|python_end|>",
    f"```tool_code\nprint({PYTHON})\n```",
    f"```tool_code\r\n{PYTHON}\r\n```<end_of_turn>",
    f"```tool_code print(default_api.{PYTHON})```",
    f"```tool_code\n[{PYTHON}]",
    f"```tool_call\n{JSON}\n```",
    JSON,
    f"```json\n[{JSON}]\n```",
    json.dumps({"type": "function", "function": {"name": "take_note", "arguments": ARGUMENTS}}),
]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_is_written_is_done_and_not_said(call: str) -> None:
    for size in SIZES:
        said, calls, content = written(call, size)
        assert (said, calls, content.has_unusable_call) == ("", [("take_note", ARGUMENTS)], False)


EGGS = "take_note(text='eggs')"


@pytest.mark.parametrize(
    ("text", "rest", "count"),
    [
        (f"[{PYTHON}, {EGGS}]", "", 2),
        (f"[{PYTHON}][{EGGS}]", "", 2),
        (f"One moment. [{PYTHON}] Done.", "One moment.  Done.", 1),
        (
            f"One [1] moment.\n```tool_code\nprint({PYTHON})\nprint({EGGS})\n```",
            "One [1] moment.",
            2,
        ),
        (f"<think>[{EGGS}]\n```tool_code\nx\n```</think>[{PYTHON}]", "", 1),
        (f"[other(a=1), {PYTHON}]", "", 1),
        (f"[{EGGS}] Hm.</think>Done.", "Done.", 0),
    ],
)
def test_calls_as_python_stand_anywhere(text: str, rest: str, count: int) -> None:
    for size in SIZES:
        said, calls, content = written(text, size)
        assert (said.strip(), len(calls), content.has_unusable_call) == (rest, count, False)


@pytest.mark.parametrize("size", SIZES)
def test_no_part_of_a_call_as_python_is_told_before_it_is_decided(size: int) -> None:
    for call in (f"[{PYTHON}]", f"```tool_code\n{PYTHON}\n```", "[other(a=1)]"):
        content = Content(ToolCalls(), ("take_note",))
        pieces = [call[at : at + size] for at in range(0, len(call), size)]
        assert not any(map(content.feed, pieces))


def test_prose_in_brackets_is_told_as_soon_as_it_is_known_for_that() -> None:
    content = Content(ToolCalls(), ("take_note",))
    told = "".join(map(content.feed, "Yes [see (a) below], [f(x) too] and `code` go on"))
    assert told == "Yes [see (a) below], [f(x) too] and `code` go on"


def test_an_agent_without_tools_may_say_anything_in_brackets() -> None:
    content = Content(ToolCalls(), ())
    assert content.feed(f"[{PYTHON}]") + content.finish() == f"[{PYTHON}]"
    assert not content.has_unusable_call


def test_calls_stand_beside_words_and_each_other() -> None:
    for size in SIZES:
        call = f"<tool_call>{JSON}</tool_call>"
        said, calls, _ = written(f"<think>Hm.</think>One moment.\n{call}\n{call}", size)
        assert (said.strip(), len(calls)) == ("One moment.", 2)


@pytest.mark.parametrize(
    "call",
    [
        '<tool_call>{"name": "other", "arguments": {}}</tool_call>',
        "<tool_call>{bad</tool_call>",
        '[TOOL_CALLS][{"name": "take_note", "argum',
        '{"name": "other", "parameters": {}}',
        '<|channel|>commentary to=functions.other json<|message|>{"a": 1}<|call|>',
        "<|channel|>analysis to=python code<|message|>print(1)<|call|>",
        '<minimax:tool_call><invoke name="other"></invoke></minimax:tool_call>',
        '<functioncall>{"name": "take_note", "arguments": \'{"text": {"a": 1}, "b": ',
        "<|python_start|>[take_note(text=open('x'))]<|python_end|>",
        "[other(text='x')]\n",
        "[take_note(text=open('x'))]",
        "[take_note(text='x",
        "[other(a=1), take_note(text=x)]",
        "```tool_code\nprint(other(text='x'))\n```",
        "```tool_code\nfor x in y: take_note(text=x)",
    ],
)
def test_a_call_that_cannot_be_done_is_not_said(call: str) -> None:
    for size in SIZES:
        said, calls, content = written(call, size)
        assert (said, calls, content.has_unusable_call) == ("", [], True)


# -- whole answers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call", [f"<tool_call>{JSON}</tool_call>", f"[{PYTHON}]", f"```tool_code\n{PYTHON}\n```"]
)
async def test_a_written_call_is_used_and_its_answer_said(call: str) -> None:
    first = chunks(*(delta(content=letter) for letter in call), STOP)
    then = chunks(*words(), STOP)
    sent = iter((first, then))
    async with (
        raw_model(lambda _: Sent(next(sent))) as model,
        room_of(model, tools=("take_note",)) as room,
    ):
        assert await room.ask("note it") == TEXT
        assert [note.text for note in room.host.kept] == [ARGUMENTS["text"]]


async def test_a_written_call_of_no_tool_fails_and_says_why() -> None:
    with pytest.raises(ResponderError, match="parser"):
        await answer(chunks(delta(content=f"<tool_call>{JSON}</tool_call>"), STOP))


async def test_the_old_form_of_a_call_is_one() -> None:
    pieces = [
        delta(function_call={"name": "take_note", "arguments": ""}),
        delta(function_call={"arguments": '{"text": "bu'}),
        delta(function_call={"arguments": 'y"}'}),
        delta("function_call"),
    ]
    sent = iter((chunks(*pieces), chunks(*words(), STOP)))
    async with (
        raw_model(lambda _: Sent(next(sent))) as model,
        room_of(model, tools=("take_note",)) as room,
    ):
        assert await room.ask("note it") == TEXT
        assert room.messages[-1] == Message(Speaker.AGENT, TEXT)
        assert [note.text for note in room.host.kept] == ["buy"]


EMPTY = {
    "a reason": chunks(STOP, "[DONE]"),
    "a reason, no DONE": chunks(STOP),
    "blanks": chunks(delta(content=" \n"), STOP, "[DONE]"),
    "a token": chunks(delta(content="<|im_end|>"), STOP, "[DONE]"),
    "only DONE": chunks("[DONE]"),
    "a role": chunks(delta(role="assistant"), delta("length"), "[DONE]"),
}


@pytest.mark.parametrize("shape", EMPTY)
async def test_an_empty_answer_is_asked_for_again_and_fails(shape: str) -> None:
    async with raw_model(lambda _: Sent(EMPTY[shape])) as model, room_of(model) as room:
        with pytest.raises(ResponderUnavailableError, match="empty"):
            await room.ask("when")
        assert len(model.asked) == 2


async def test_a_model_may_have_nothing_to_add_to_what_it_said_before_a_call() -> None:
    call = {"index": 0, "id": "a", "function": {"name": "take_note", "arguments": '{"text": "x"}'}}
    sent = iter((chunks(*words(), delta("tool_calls", tool_calls=[call])), chunks(STOP)))
    async with (
        raw_model(lambda _: Sent(next(sent))) as model,
        room_of(model, tools=("take_note",)) as room,
    ):
        assert await room.ask("note it") == TEXT


@pytest.mark.parametrize(
    "told",
    [
        [{"choices": [{"index": 0, "text": w, "finish_reason": None}]} for w in WORDS],
        [delta(content=TEXT), {"choices": [{"index": 1, "delta": {"content": "Another."}}]}],
        [
            delta(content=""),
            {
                "choices": [
                    {"index": 1, "delta": {"content": "Another."}},
                    {"index": 0, "delta": {"content": TEXT}},
                ]
            },
        ],
    ],
)
async def test_texts_and_the_first_choice_are_the_answer(told: list[Any]) -> None:
    assert await answer(chunks(*told, STOP, "[DONE]")) == TEXT


async def test_an_error_by_its_events_name_is_one() -> None:
    pieces = [*chunks(*words()[:2]), b'event: error\ndata: {"message": "boom"}\n\n']
    with pytest.raises(ResponderUnavailableError, match="failed in the middle"):
        await answer(pieces)
