"""Calls that are hard to write down."""

from sessions_app.engine.core.events import Word
from sessions_app.engine.exports.base import ExportCall, ExportSegment

CALL = ExportCall("abc", "", "Scribe", "alice", "ended", "en-US", "2026-11-21T10:00:00+00:00", 9000)
HOURS_MS = 3 * 3600 * 1000

TEXTS = {
    "zh": "从前有一座山，山上有一座庙，庙里有一个老和尚在给小和尚讲故事，讲的是什么呢？" * 3,
    "ja": "私は昨日、東京タワーに行きました。とても楽しかったです。" * 4,
    "th": "สวัสดีครับผมอยากสั่งอาหารไทยสองที่ครับ ขอบคุณมากครับ" * 4,
    "km": "ខ្ញុំចង់ទៅផ្សារ តើអ្នកចង់ទៅជាមួយខ្ញុំទេ។" * 4,
    "ar": "مرحبا، كيف حالك اليوم؟ أريد أن أسأل عن شيء آخر من فضلك.",
    "hi": "मैं ठीक हूँ। आप कैसे हैं? क्या आप मेरी मदद कर सकते हैं?",
    "he": "שלום, מה שלומך היום? אני רוצה לשאול שאלה אחרת בבקשה.",
    "ko": "안녕하세요, 오늘 날씨가 정말 좋네요. 다른 것을 물어봐도 될까요?",
    "vi": "Xin chào, bạn khỏe không? Tôi muốn hỏi một điều khác.",
    "fr": "Qu’est-ce que c’est ? L’été, à « midi », j’irai où ça ?",
    "de": "Straßenbahnhaltestellenverzeichnisaktualisierungsbeauftragte sind größer als man denkt.",
    "el": "Πώς είσαι; Καλά· ευχαριστώ πολύ.",
    "hy": "Ինչպե՞ս ես։ Լավ եմ, շնորհակալություն։",
    "emoji": "👩\u200d👩\u200d👧" * 60 + " 🇩🇪 e\u0301te\u0301",
    "markup": "Press <Enter> & then <b>go</b>, a < b > c, AT&T &amp; {\\an8} <!-- x --> --> end",
    "layout": r"{b}bold{/b} {Y:i} {\an8\fs9} a\hb C:\New\notes <font size=9>x</font> <3 {open -->",
    "times": "00:00:01.000 --> 00:00:02.000 and 0:0:3,5 00:01:02,250",
    "arrows": "--> 00:00:01.000 --> 00:00:02.000",
    "one": "aaaa" * 200,
    "digits": "the year is\u00a0" + "1" * 41 + " 2024",
}

OTHERWISE = [
    *(
        "=1+1",
        "+41 is a code",
        "-5",
        "@all",
        "\uff1d1",
        "  =1",
        "0123",
        "1e5",
        "1E+05",
        "1/2",
        "1 1/2",
    ),
    *(
        "½ 1",
        "(5)",
        "1.",
        "1.5",
        "1,5",
        "1 000",
        "12345678901234567890",
        "12:30",
        "3 PM",
        "10 %",
        "$5",
    ),
    *("5 EUR", "2020-05-03", "May 5, 2020", "Monday, May 5, 2020", "5. Mai", "5 de mayo de 2020"),
    *("2020年5月3日", "２０２０", "٣", "TRUE", "true", "Wahr", "NaN", "None", "N/A", "\u2060said"),
]
"""What spreadsheets and pandas make something else of."""

AS_IT_IS = [
    *(
        "yes",
        "'quoted",
        "May I?",
        "a=b",
        "It is true.",
        "there are 3 things left",
        "1 by 1, and so on",
    ),
    *("call me at 5 tomorrow, please", "#12 on that long list of ours"),
]
"""What they leave as it is."""


def said(seq: int, speaker: str, start: int, end: int, text: str) -> ExportSegment:
    return ExportSegment(seq, speaker, start, end, text)


def by_character(seq: int, start: int, text: str, each: int = 180) -> ExportSegment:
    """Returns a segment whose engine gave each character as a word."""
    words = tuple(
        Word(c, float(start + each * n), float(start + each * (n + 1))) for n, c in enumerate(text)
    )
    return ExportSegment(seq, "caller", start, start + each * len(text), text, 0.5, words)


ALL_SCRIPTS = [
    said(n, ("caller", "agent")[n % 2], 4000 * n, 4000 * n + 9000, text)
    for n, text in enumerate(TEXTS.values(), start=1)
]

CALLS: dict[str, list[ExportSegment]] = {
    "scripts": ALL_SCRIPTS,
    "overlap": [
        said(1, "agent", 0, 20_000, TEXTS["zh"] + TEXTS["vi"]),
        said(2, "caller", 2_000, 4_000, "等一下"),
        said(3, "caller", 2_000, 2_000, "typed, at the same time"),
        said(4, "agent", 20_000, 21_000, "Yes?"),
    ],
    "gaps": [
        said(1, "caller", 0, 900, "Hello."),
        said(2, "caller", 1_800_000, 1_800_000, TEXTS["markup"]),
        said(3, "agent", HOURS_MS - 1000, HOURS_MS, TEXTS["ar"]),
    ],
    "one second": [said(1, "caller", 0, 1000, TEXTS["hi"]), said(2, "caller", 999, 1000, "ok")],
    "typed": [said(n, "caller", 1000, 1000, text) for n, text in enumerate(TEXTS.values())],
    "three hours": [
        said(n, ("caller", "agent")[n % 2], 3500 * n, 3500 * n + 4200, text)
        for n, text in enumerate([*TEXTS.values()] * (HOURS_MS // 3500 // len(TEXTS)), start=1)
    ],
    "characters": [by_character(1, 500, TEXTS["zh"]), by_character(2, 60_000, TEXTS["th"])],
    "nothing": [],
}
