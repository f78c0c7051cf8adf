"""Tokens of models' chat templates that servers let through as text.

A model ends its turn with a token of its own; if it is not stopped there, it also writes the
caller's next turn. The tokens are spelt as in the templates, in lower case.
"""

ENDS = frozenset(
    {
        "<|im_end|>",  # ChatML: Qwen, Yi, Hermes
        "<|im_start|>user",
        "<|im_start|>system",
        "<|im_start|>tool",
        "<|im_user|>",  # Kimi
        "<|eot_id|>",  # Llama 3
        "<|eom_id|>",
        "<|start_header_id|>user",
        "<|start_header_id|>system",
        "<|start_header_id|>ipython",
        "<|eot|>",  # Llama 4
        "<|eom|>",
        "<|header_start|>user",
        "<|header_start|>ipython",
        "<|endoftext|>",
        "<|end_of_text|>",
        "<|end_of_turn|>",
        "<|eos|>",
        "<|eod|>",
        "<eos>",  # Gemma
        "<end_of_turn>",
        "<start_of_turn>user",
        "<turn|>",
        "<|turn>user",
        "<|user|>",  # Phi, GLM, Zephyr
        "<|system|>",
        "<|observation|>",
        "</s>",  # Mistral, Llama 2
        "[inst]",
        "<\uff5cend\u2581of\u2581sentence\uff5c>",  # DeepSeek
        "<\uff5cuser\uff5c>",
        "<|end_of_turn_token|>",  # Command R
        "<|user_token|>",
        "<|system_token|>",
        "<|start_of_role|>user",  # Granite
        "<|start_of_role|>system",
        "[|endofturn|]",  # EXAONE
        "[|user|]",
        "[e~[",  # MiniMax
    }
)
"""Tokens that end the turn: nothing after them is said."""

LEFT_OUT = frozenset(
    {
        "<|im_start|>assistant",
        "<|im_assistant|>assistant<|im_middle|>",
        "<|start_header_id|>assistant<|end_header_id|>",
        "<|header_start|>assistant<|header_end|>",
        "<|start_of_role|>assistant<|end_of_role|>",
        "<start_of_turn>model",
        "<|turn>model",
        "[|assistant|]",
        "[/inst]",
        "<s>",
        "<bos>",
        "<pad>",
        "<unk>",
    }
)
"""Tokens that begin the model's own turn, or pad it."""

ANY = r"<[|\uff5c][^\s<>|\uff5c]{1,40}[|\uff5c]>"
"""Pattern of any other special token; none is part of an answer."""

CALLS = {
    "<tool_call>": "</tool_call>",  # Hermes, Qwen, GLM
    "<tool_calls>": "</tool_calls>",
    "<function_call>": "</function_call>",
    "<functioncall>": "</functioncall>",
    "<function=": "</function>",
    "<|tool_call|>": "<|/tool_call|>",  # Granite, Phi
    "<|tool_call>": "<tool_call|>",  # Gemma
    "<|tool_call_start|>": "<|tool_call_end|>",  # LFM
    "<|tool_calls_section_begin|>": "<|tool_calls_section_end|>",  # Kimi
    "<\uff5ctool\u2581calls\u2581begin\uff5c>": "<\uff5ctool\u2581calls\u2581end\uff5c>",
    "<|start_action|>": "<|end_action|>",  # Command R
    "<seed:tool_call>": "</seed:tool_call>",
    "<minimax:tool_call>": "</minimax:tool_call>",
    "<|channel|>commentary to=": "<|call|>",  # gpt-oss
    "<|channel|>analysis to=": "<|call|>",
    "<|start|>assistant to=": "<|call|>",
    "<|python_start|>": "<|python_end|>",  # Llama 4
    "<|python_tag|>": "<the end>",  # Llama 3
    "[tool_calls]": "<the end>",  # Mistral
}
"""Opening and closing tags of tool calls, as servers without a parser for them stream them."""
