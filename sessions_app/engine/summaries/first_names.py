"""First names in text without capitals, as some recognisers write it. English; pure."""

import re

from sessions_app.engine.text.word_lists import listed

_NAMES = listed(
    "aaron abigail adam adele adrian agnes ahmed aisha alan albert alejandro alex alexander "
    "alexandra alfred alice alicia alison amanda amelia amy ana andre andrea andreas andrew "
    "angela anita ann anna anne annette annie anthony anton antonio arthur astrid audrey "
    "barbara beatrice ben benjamin bernard bernd beth bettina birgit bob boris brandon brenda "
    "brian brigitte bruno carla carlos carmen caroline catherine cecilia charlotte chiara "
    "christina christine christoph christopher claire clara claudia clemens colin connor "
    "cynthia dan daniel daniela danielle dave david deborah denise dennis derek diana diego "
    "dieter dmitri dominic donald dora doris dorothy doug douglas duncan dylan eddie edith "
    "eduardo edward eileen eleanor elena elias elisabeth elizabeth ella ellen emil emily emma "
    "enrique eric erik erika ernest esther ethan eugene eva evelyn fabian farid fatima felix "
    "ferdinand fernando fiona florian francesca francis franz frederick frieda friedrich fritz "
    "gabriel gabriela gareth gary geoffrey george gerald gerd gerhard gina giovanni gisela "
    "giulia gordon graham greg gregory greta guido gustav hannah hannes hans harald harold "
    "harriet hassan heather hector heidi heike heinz helen helena helga helmut henrik henry "
    "herbert hilda horst howard hugo ian ibrahim igor ines ingrid irene irina isaac isabel "
    "isabella ivan jacob jacques jaime jake jakob james jamie jana jane janet janine jason "
    "javier jean jeff jennifer jenny jens jeremy jessica jill jim joachim joan joanna joe johan "
    "johanna johannes john johnny jonas jonathan jorge jose josef joseph joshua juan judith "
    "juergen julia julian julie justin karen karim karin karl karla kate katharina katherine "
    "kathleen kathy katie katja katrin keith kelly ken kenneth kerstin kevin kim klaus kofi "
    "kristin kurt kyle larry lars laura lauren laurence leila lena leo leon leonard leonie "
    "leslie liam lilian linda lisa lola lorena louis louisa louise lucas lucia lucy luis luisa "
    "lukas luke lydia magda malcolm manfred manuel marcel marco marcus margaret margarita maria "
    "mariana marianne marie marina mario marion markus marlene marta martha martin martina mary "
    "mateo matt matthew matthias maureen mehmet melanie melissa mia michael michaela michelle "
    "miguel mohamed mohammed molly monica monika moritz nadia nadine nancy naomi natalia "
    "natalie natasha neil nicholas nicola nicolas nicole niklas nils nina nora norbert norman "
    "oleg olga oliver olivia omar oscar otto owen pablo pamela patricia patrick paul paula "
    "paulina pauline pedro peter petra phil philip philipp pia pierre priya rachel rafael "
    "rainer ralf ralph ramona raquel raul rebecca regina renate ricardo richard rita robert "
    "roberto roger roland rolf roman ronald rosa roxanne ruben rudolf rupert ruth ryan sabine "
    "sally samantha samuel sandra santiago sara sarah sascha scott sebastian sergei sergio "
    "sharon sheila silke silvia simon simone sofia sonja sophia sophie stefan stefanie stella "
    "stephanie stephen steve steven stuart susan susanne sven svetlana sylvia tamara tania "
    "tanja tarek ted teresa theo theodor theresa thomas thorsten tim timothy tina tobias tom "
    "tomas tommy tony tracy ulrich ulrike ursula uwe valentina vanessa vera veronica victoria "
    "vincent viola vivian vladimir walter wendy werner wilhelm william wolfgang xavier yasmin "
    "yusuf yvonne zoe"
)
"""Common first names that are no other English words; "will", "mark" and "rose" are left out."""

_WORD = re.compile(r"[^\W\d_]+")
_CAPITAL_INSIDE = re.compile(r"(?<=\s)(?!I\b)[^\W\d_a-z\u00df-\u00ff]")


def with_names(text: str) -> str:
    """Returns `text`, which is as long, with capitals for its first names if it has no others.

    Where words have capitals, the recogniser knows names, and the text is returned as it is.
    """
    if _CAPITAL_INSIDE.search(text):
        return text
    return _WORD.sub(_with_capital, text)


def _with_capital(word: re.Match[str]) -> str:
    name = word.group()
    return name.capitalize() if name in _NAMES else name
