"""The fixed phrases of every agent, in its own language if that is one of these, else English."""

from typing import NamedTuple

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.states import EndReason
from sessions_app.engine.session.idle_prompts import Prompt
from sessions_app.engine.text.languages import base_of


class Sentences(NamedTuple):
    """The fixed sentences of one language, in its polite form."""

    still_there: str
    nearly_over: str
    """Thirty seconds before the end."""

    time_is_up: str
    nobody_there: str
    apology: str


SENTENCES = {
    "en": Sentences(
        "Are you still there?",
        "We have thirty seconds left.",
        "Our time is up. Goodbye.",
        "I'll hang up now. Goodbye.",
        "I'm sorry, I can't answer that just now. Please try again.",
    ),
    "de": Sentences(
        "Sind Sie noch da?",
        "Wir haben noch dreißig Sekunden.",
        "Unsere Zeit ist um. Auf Wiederhören.",
        "Ich lege jetzt auf. Auf Wiederhören.",
        "Es tut mir leid, das kann ich gerade nicht beantworten. "
        "Bitte versuchen Sie es noch einmal.",
    ),
    "fr": Sentences(
        "Êtes-vous toujours là\u00a0?",
        "Il nous reste trente secondes.",
        "Le temps est écoulé. Au revoir.",
        "Je vais raccrocher. Au revoir.",
        "Pardon, je ne peux pas répondre à cela pour le moment. Veuillez réessayer.",
    ),
    "es": Sentences(
        "¿Sigue ahí?",
        "Nos quedan treinta segundos.",
        "Se nos acabó el tiempo. Adiós.",
        "Voy a colgar. Adiós.",
        "Lo siento, ahora mismo no puedo responder a eso. Inténtelo de nuevo, por favor.",
    ),
    "it": Sentences(
        "È ancora in linea?",
        "Ci restano trenta secondi.",
        "Il tempo è scaduto. Arrivederci.",
        "Ora riattacco. Arrivederci.",
        "Mi dispiace, in questo momento non posso rispondere. Riprovi, per favore.",
    ),
    "pt": Sentences(
        "Ainda está aí?",
        "Temos mais trinta segundos.",
        "O nosso tempo acabou. Até logo.",
        "Vou desligar agora. Até logo.",
        "Desculpe, não consigo responder a isso agora. Tente novamente, por favor.",
    ),
    "nl": Sentences(
        "Bent u er nog?",
        "We hebben nog dertig seconden.",
        "Onze tijd is om. Tot ziens.",
        "Ik hang nu op. Tot ziens.",
        "Sorry, daar kan ik nu geen antwoord op geven. Probeert u het nog eens.",
    ),
    "ja": Sentences(
        "まだいらっしゃいますか。",
        "残り三十秒です。",
        "お時間になりました。失礼いたします。",
        "それでは、電話を切らせていただきます。失礼いたします。",
        "申し訳ありません。ただいまお答えできません。もう一度お試しください。",
    ),
    "zh": Sentences(
        "您还在吗\uff1f",
        "我们还有三十秒。",
        "时间到了。再见。",
        "我现在挂断了。再见。",
        "抱歉\uff0c我现在无法回答。请再试一次。",
    ),
    "ar": Sentences(
        "هل ما زلت معي؟",
        "بقيت لدينا ثلاثون ثانية.",
        "انتهى وقتنا. إلى اللقاء.",
        "سأنهي المكالمة الآن. إلى اللقاء.",
        "عذرًا، لا أستطيع الإجابة الآن. يرجى المحاولة مرة أخرى.",
    ),
    "hi": Sentences(
        "क्या आप अभी भी लाइन पर हैं?",
        "हमारे पास तीस सेकंड बचे हैं।",
        "हमारा समय समाप्त हो गया है। नमस्ते।",
        "अब यह कॉल समाप्त की जा रही है। नमस्ते।",
        "क्षमा करें, अभी इसका जवाब नहीं दिया जा सकता। कृपया फिर से कोशिश करें।",
    ),
}
"""By language subtag (BCP 47, without region)."""


class Phrases:
    """One agent's fixed phrases. Closing words that its configuration has replace the default."""

    def __init__(self, config: AgentConfig) -> None:
        self._sentences = SENTENCES.get(base_of(config.language), SENTENCES["en"])
        self._closing = config.closing_words
        self.greeting = config.greeting
        self.apology = self._sentences.apology

    def of(self, prompt: Prompt) -> str:
        """Returns the phrase of a prompt that does not end the call."""
        own = self._sentences
        return own.still_there if prompt is Prompt.STILL_THERE else own.nearly_over

    def closing(self, reason: EndReason) -> str:
        """Returns the last words before the agent hangs up for `reason`; may be empty."""
        if self._closing:
            return self._closing
        own = self._sentences
        usual = {EndReason.IDLE: own.nobody_there, EndReason.MAX_LENGTH: own.time_is_up}
        return usual.get(reason, "")

    @property
    def all_fixed(self) -> tuple[str, ...]:
        """The phrases that are worth synthesising before a call needs them, the greeting first."""
        fixed = (self.greeting, self.apology, self._sentences.still_there, self._closing)
        return tuple(text for text in fixed if text)
