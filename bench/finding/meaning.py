"""Does a small model find by its meaning what a search for words does not?

    VENV/bin/python bench/finding/meaning.py     # with wordllama in that environment

Each of 30 sentences that callers may say has a question of somebody who looks for it in other
words. The sentence is to be found among all of them and as many others. Prints what share of the
questions has it first, and among the first three.
"""

import time
from pathlib import Path

PAIRS = """
My parcel was supposed to come on Monday and it still isn't here|delivery is late
I'd like my money back for the broken kettle|refund for a faulty appliance
Could you put me through to somebody who can decide|asks for a manager
I can't get into my account, it says the password is wrong|login problems
The heating has been off since last night and the children are freezing|no warmth in the flat
We want to move the appointment from Tuesday to Friday|rescheduling a visit
You took the fee twice this month|double charge on the bill
I'm thinking of leaving you for another provider|customer wants to cancel
My husband passed away and the contract is in his name|death of the account holder
The driver was very rude to my mother|complaint about staff behaviour
There's water coming through the ceiling|leak in the building
Is there anything cheaper for pensioners|discount for elderly people
I never ordered this, please take it off|unwanted purchase
The screen goes black when I plug it in|display fails while charging
Can I pay in three parts|instalments
Where do I send the signed form|address for documents
My little girl swallowed something, what shall I do|child emergency
We'd be twelve people and two of us eat no meat|group booking with vegetarians
Someone scratched my car in your garage|vehicle damaged in the parking
I changed my surname after the wedding|new name because of marriage
The letter says I owe you something but I paid in May|disputed debt
Your technician never showed up|missed engineer visit
I only speak a little English, is there somebody for Polish|needs an interpreter
How long does the guarantee last on this drill|warranty of a tool
The wifi keeps dropping in the evening|unstable internet
I lost my card on the train|missing bank card
Please stop ringing me with offers|no more marketing calls
The medicine makes me dizzy|side effects of a drug
Do I need a visa if I only change planes there|travel papers for a layover
My neighbour plays drums at midnight|noise at night
"""
OTHERS = """
What are your opening hours on Sunday
I'd like to book a table for two
Thank you very much, that was all
Could you spell the street for me
My customer number is four one one seven
The colour on the website looked different
Do you have that jacket in a larger size
I'll ring again tomorrow morning
Please hold on while I find a pen
The package arrived and everything was fine
Can you send the invoice by e-mail
How do I change the language of the menu
We are planning a trip to Lisbon in June
Is breakfast included in the price
I'd like to speak about the job you advertise
The dog has to be vaccinated next week
My son starts school in September
Which bus goes to the hospital
The printer needs a new cartridge
I want to order four bags of cement
Could you repeat the last digit
Yes, the second one, with the blue handle
Our meeting is at ten in the small room
The garden needs watering twice a week
I have a question about my pension
Please add a bottle of oil to the order
The concert was moved to the large hall
He will collect the keys at noon
Can I bring a friend to the course
The update took about an hour
"""
SMALL = "a an the of in on for by at to is it no not with and or my while"
STOP = frozenset(SMALL.split())
FIRST = (1, 3)


def main() -> None:
    """Prints the table."""
    pairs = [line.split("|") for line in PAIRS.strip().splitlines()]
    texts = [said for said, _ in pairs] + OTHERS.strip().splitlines()
    questions = [asked for _, asked in pairs]
    print("| search | first, % | first three, % |\n| --- | --- | --- |")
    _told("all words, as the search box has it", [_holding(asked, texts) for asked in questions])
    _told("most words", [_most(asked, texts) for asked in questions])
    # in an environment of its own
    import wordllama  # type: ignore[import-not-found] # noqa: PLC0415

    # its tokenizer lies in its own folder, where it does not look by itself
    own = Path(wordllama.__file__).parent
    model = wordllama.WordLlama.load(cache_dir=own, disable_download=True)
    start = time.process_time()
    known = model.embed(texts, norm=True)
    each_ms = (time.process_time() - start) / len(texts) * 1000
    near = model.embed(questions, norm=True) @ known.T
    _told("meaning, wordllama", [[int(place) for place in (-row).argsort()] for row in near])
    print(f"\n{each_ms:.2f} ms and {known[0].nbytes} bytes a segment")


def _told(name: str, ranked: list[list[int]]) -> None:
    shares = [
        sum(place in row[:first] for place, row in enumerate(ranked)) / len(ranked)
        for first in FIRST
    ]
    print(f"| {name} | " + " | ".join(f"{share * 100:.0f}" for share in shares) + " |")


def _words(text: str) -> list[str]:
    return [word for word in text.lower().replace(",", "").split() if word not in STOP]


def _holding(asked: str, texts: list[str]) -> list[int]:
    words = _words(asked)
    return [at for at, text in enumerate(texts) if all(word in text.lower() for word in words)]


def _most(asked: str, texts: list[str]) -> list[int]:
    words = _words(asked)
    counts = [sum(word in text.lower() for word in words) for text in texts]
    return sorted((at for at, count in enumerate(counts) if count), key=lambda at: -counts[at])


if __name__ == "__main__":
    main()
