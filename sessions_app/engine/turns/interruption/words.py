"""Back-channels ("mhm"), which do not interrupt, and words that ask the agent to stop."""

import re

from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import plain_words

BACK_CHANNELS = listed(
    "mhm mm mmm hm hmm uh uhm um huh ah oh okay ok yeah yep yes right sure alright aha wow "
    "great good nice fine cool really uh-huh mm-hmm mhmm true exactly indeed "
    "ja jaja genau aha äh ähm achso oui ouais euh hein voilà sí vale claro ajá sim pois certo tak "
    "嗯 嗯嗯 啊 哦 噢 喔 呃 唔 哎 是 是的 对 对对 好 好的 行 可以 "
    "うん うんうん はい ええ ああ あー へえ へー えー えっと なるほど そう そうです そうですね ね "
    "네 네네 예 응 음 어 아 그래 그래요 맞아요 "
    "ครับ ค่ะ คะ อืม อือ เออ ใช่ โอเค "
    "да ага угу мм ну так ναι μμμ ωραία "
    "نعم آه اه ايوه أيوه طيب تمام ہاں جی हाँ हां जी हम्म अच्छा ठीक "
    "כן אהה אוקיי נכון"
)
"""Back-channels: what listeners say to show that they listen, in several languages."""

_PHRASES = ("i see", "got it", "uh huh", "mm hmm", "all right", "of course", "very good")

STOPS = listed(
    "stop wait no hold excuse sorry quiet pause cancel hey "
    "halt warte warten nein moment entschuldigung arrête arrêtez attends attendez pardon non "
    "espera espere perdón pare aspetta scusa scusi "
    "잠깐 잠깐만 잠깐만요 잠시만요 그만 아니 아니요 стоп подожди подождите нет минуту "
    "หยุด เดี๋ยว รอ ขอโทษ ไม่ ไม่ใช่ "
    "توقف لحظة لا انتظر रुको रुकिए नहीं माफ़ עצור רגע לא סליחה όχι περίμενε σταμάτα"
)
"""Words that interrupt alone, at once."""

_STOP_PREFIXES = tuple(
    listed(
        "停 等等 等一下 等下 稍等 打住 别说 别讲 不要 不是 对不起 不好意思 喂 "
        "待って ちょっと やめて 止めて ストップ すみません いいえ 違"
    )
)
"""The same for languages written without spaces, where a longer word may begin with one."""


def real_words(text: str) -> list[str]:
    """Returns the words of `text` in lower case, without back-channels."""
    low = text.lower()
    for phrase in _PHRASES:
        low = re.sub(rf"\b{phrase}\b", " ", low)
    return [word for word in plain_words(low) if _means_something(word)]


def _means_something(word: str) -> bool:
    # a recogniser writes a hum as a single letter; but a Han character is a word, a digit an answer
    own = len(word) > 1 or not word.isascii() or word.isdigit() or word in "ia"
    return own and word not in BACK_CHANNELS


def says_stop(text: str) -> bool:
    """Returns whether it begins with a word that asks the agent to stop."""
    words = real_words(text)
    if not words:
        return False
    return words[0] in STOPS or "".join(words).startswith(_STOP_PREFIXES)
