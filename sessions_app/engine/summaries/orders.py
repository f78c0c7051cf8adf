"""Orders to do something to something: "press the button", "leave the key with Anna". English."""

_IDIOMS = (
    r"(?:take|give|hold|keep) (?:it (?:easy|up|from|that|down)|that (?:back|thought|in mind)"
    r"|a (?:look|seat|guess|moment|second|minute)|the (?:line|change)|an? (?:eye|minute)|your time"
    r"|this for|all (?:that|this)|one (?:second|moment|minute)|him for|them for|me\b|us\b)",
    r"(?:try|do) (?:that|this|it|the math|your best)\b",
    r"stop (?:it|that)\b",
    r"leave it (?:at that|to me)\b",
    r"put it (?:this|that) way\b",
    r"start (?:a|the) \w+ing\b",
    r"read (?:my|the) (?:mind|room|lips)\b",
    r"throw (?:a|the) party\b",
    r"do \b.*[?]",
)
"""They ask for nothing: "take it easy", "do the shops open early?"."""

_THINGS = (
    r"(?:the|an?|my|our|your|his|her|their|this|that|these|those|some|any|each|every|both|all|it|them"
    r"|him|one|two|three|four|five|six|seven|eight|nine|ten|half|\d+)\b"
    r"(?! (?:example|chance|break|case)\b)"
)
_DOING = (
    r"(?:answer|apply|attach|bake|carry|charge|choose|click|close|connect|cook|cover|do|drink|drop|eat"
    r"|empty|enter|feed|fetch|fill(?: (?:in|out|up))?|fold|follow|freeze|give"
    r"|hand(?: (?:in|out|over))?|hang(?: up)?|heat|hold|iron|keep|leave|lift|load|lock|log|mix"
    r"|open|pack|press|pull|push|put|read|rinse|select|shut|soak|start|stir|stop|store|swap"
    r"|switch (?:on|off)|take|tear|throw|tidy|tighten|try|turn (?:on|off|up|down)|unlock|unplug"
    r"|unscrew|use|wash|weigh|wipe|wrap)"
)
_GOT = (
    r"(?:some|two|three|four|five|six|seven|eight|nine|ten|\d+|(?:the|an?|one|your|our|my)"
    r"(?! (?:life|grip|move|load|clue|hint|idea|feeling|impression|chance|hang|point|gist|picture"
    r"|sense|sleep|rest)\b)) (?!(?:rest|sleep|help|air|peace|perspective)\b)\w+"
)
"""What somebody is to get; idioms, such as "get a move on" and "get some rest", ask for nothing."""

ORDER_ABOUT = (
    rf"(?!{'|'.join(_IDIOMS)})"
    rf"(?:{_DOING} {_THINGS}(?! (?:was|were|is|are|has|had)\b)"
    r"|(?:turn|switch) (?:it|them|that|the [\w'\u2019-]+(?: [\w'\u2019-]+)?) (?:on|off|up|down)\b"
    r"|(?:have|get) (?:the|your|his|her|their|it|them)(?: (?!of\b)[\w'\u2019-]+){0,2}"
    r" (?:\w{2,}ed|done|cut|put|sent|taken|made|redone)\b"
    r"|(?:go|drive|walk) (?:back )?to (?:the|your|our|my)\b"
    r"|(?:get|come|report) back to (?!(?:it|that|this|you|work|normal|basics|bed|sleep)\b)"
    r"[\w'\u2019]+"
    rf"|(?:make|cut|draw|drive|sell|teach|translate|type|edit|design|build) {_THINGS}"
    r"(?<!make it)(?<!make that)(?! (?:most|best|difference|effort|fuss|mistakes?|point|line|corner"
    r"|breath|way|sense|was|were|is|are|has|had)\b)"
    r"|(?:have|get) a (?:quick )?word with\b"
    rf"|get {_GOT}(?! (?:was|were|is|are|has|had)\b)"
    r"|come (?:back|again|in) (?:if|when|on|at|in|for|to)\b"
    r"|wait (?:for|until) (?!a\b|me to\b)\w+|log (?:in|out|on|off)\b|plug (?:it|the \w+) in\b)"
)
"""Matches where such an order begins. The verb has an object: "press coverage" is no order."""
