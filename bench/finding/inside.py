"""Run in the tree that is measured, by path: fills its database, or asks its pages.

    python …/inside.py fill CALLS SEGMENTS | migrate | measure

It uses only what both trees have. Prints JSON.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path.cwd()))

WORDS = 40_000
COMMON = """
the be to of and a in that have i it for not on with he as you do at this but his by from
they we say her she or an will my one all would there their what so up out if about who
"""
QUERIES = {
    "a name": "zebulon",
    "a word": "garden",
    "a common word": "about",
    "the commonest word": "the",
    "a phrase": '"the garden"',
    "two words": "garden people",
    "two letters": "zu",
    "no call has it": "xyzzyx",
}
PAGES = {
    "calls page": "/calls/",
    "admin": "/admin/sessions_app/call/",
    "REST": "/api/v1/calls/",
}
BATCH = 2_000
RUNS = 5
MOST_S = 10.0
PAGE = 300


def vocabulary() -> list[str]:
    """Returns words as English has them, the common ones first."""
    import pocketsphinx

    path = Path(pocketsphinx.__file__).parent / "model/en-us/cmudict-en-us.dict"
    lines = path.read_text().splitlines()
    others = {word for word in (line.split()[0] for line in lines) if word.isalpha()}
    listed = sorted(others - set(COMMON.split()) - {"garden", "people", "zebulon"})
    random.Random(1).shuffle(listed)
    return [*COMMON.split(), "people", *listed[:200], "garden", *listed[200:WORDS], "zebulon"]


def texts() -> Iterator[str]:
    chance, known = random.Random(7), vocabulary()
    weights = list(accumulate(1 / (place + 2.7) for place in range(len(known))))
    while True:
        yield " ".join(chance.choices(known, cum_weights=weights, k=chance.randint(4, 18)))


def fill(calls: int, segments: int) -> None:
    """Stores calls that are over, each with as many segments, written past the models' own code."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from sessions_app.models import Call
    from sessions_app.services import calls as verbs

    verbs.seed_agents()
    owner = User.objects.create_superuser("staff", password="x")
    agent, now = verbs.agent_for(""), timezone.now()
    made = Call.objects.bulk_create(
        (
            Call(owner=owner, agent=agent, language="en-US", recogniser="x", state="ended")
            for _ in range(calls)
        ),
        batch_size=BATCH,
    )
    for place, call in enumerate(made):
        call.created_at = now - timedelta(minutes=calls - place)
        call.duration_ms = 60_000
    Call.objects.bulk_update(made, ["created_at", "duration_ms"], batch_size=500)
    store(made, segments // calls)


def store(made: list[Any], each: int) -> None:
    from sessions_app.models import Segment

    said, batch = texts(), []
    for call in made:
        for seq in range(1, each + 1):
            text = next(said)
            batch.append(
                Segment(
                    call_id=call.pk,
                    seq=seq,
                    speaker="agent" if seq % 2 else "caller",
                    text=text,
                    search_text=text,
                    word_count=text.count(" ") + 1,
                    start_ms=seq * 1000,
                    end_ms=seq * 1000 + 900,
                    confidence=0.9,
                    words=words(text, seq),
                )
            )
        if len(batch) >= BATCH:
            Segment.objects.bulk_create(batch)
            batch = []
    Segment.objects.bulk_create(batch)


def words(text: str, seq: int) -> list[dict[str, Any]]:
    return [
        {
            "text": word,
            "start_ms": seq * 1000 + place * 50,
            "end_ms": seq * 1000 + place * 50 + 45,
            "confidence": 0.9,
        }
        for place, word in enumerate(text.split())
    ]


def measure() -> dict[str, float]:
    """Returns the ms of each question: the quickest of several, since others use the machine."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    client.force_login(User.objects.get(username="staff"))

    def get(address: str) -> Any:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer

    from sessions_app.models import Call

    far = min(PAGE, Call.objects.count() // 50)
    found: dict[str, float] = {}
    for name, query in QUERIES.items():
        for where, page in PAGES.items():
            address = f"{page}?q={quote(query)}"
            found[f"{where}: {name}"] = quickest(partial(get, address))
    found["calls page"] = quickest(lambda: get("/calls/"))
    found["admin list"] = quickest(lambda: get("/admin/sessions_app/call/"))
    rest = "/api/v1/calls/?page={}"
    found["REST page 1"] = quickest(lambda: get(rest.format(1)))
    found[f"REST page {far}"] = quickest(lambda: get(rest.format(far)))
    address = "/api/v1/calls/?cursor="
    if client.get(address).status_code == 200:
        found["REST cursor, first"] = quickest(lambda: get(address))
        for _ in range(far - 1):
            address = get(address).json()["next"]
        found[f"REST cursor, page {far}"] = quickest(lambda: get(address))
    found.update(writing())
    return found


def clock() -> float:
    """Returns seconds: of this process's own work on SQLite, else of the wall."""
    on_sqlite = os.environ["DATABASE_URL"].startswith("sqlite")
    return time.process_time() if on_sqlite else time.perf_counter()


def quickest(ask: Callable[[], Any]) -> float:
    taken = []
    for _ in range(RUNS):
        start = clock()
        ask()
        taken.append(clock() - start)
        if sum(taken) > MOST_S:
            break
    return min(taken) * 1000


def writing() -> dict[str, float]:
    """Returns the ms of storing a segment as live calls do, alone and in a batch of ten."""
    from sessions_app.engine.core.events import SegmentFinal, Speaker, Word
    from sessions_app.models import Call
    from sessions_app.services import transcripts

    said = texts()
    like = Call.objects.first()
    assert like is not None
    found = {}
    for size in (1, 10):
        call = Call.objects.create(owner=like.owner, agent=like.agent, language="en", recogniser="")
        taken = []
        for batch in range(200):
            rows = []
            for seq in range(batch * size + 1, (batch + 1) * size + 1):
                text, at = next(said), seq * 1000.0
                spoken = tuple(Word(word, at, at + 45, 0.9) for word in text.split())
                final = SegmentFinal(seq, Speaker.CALLER, text, at, at + 900, words=spoken)
                rows.append((call.pk, final))
            start = clock()
            transcripts.append(rows)
            taken.append((clock() - start) / size * 1000)
        found[f"writing a segment, {size} at a time"] = median(taken)
        call.delete()
    return found


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "voicesite.settings"
    os.environ["DEBUG"] = "1"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["*"]
    settings.SECURE_SSL_REDIRECT = False
    told: Any = {}
    if sys.argv[1] == "fill":
        call_command("migrate", verbosity=0)
        fill(int(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1] == "migrate":
        start = time.perf_counter()
        call_command("migrate", verbosity=0)
        told = {"migrating": (time.perf_counter() - start) * 1000}
    else:
        told = measure()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
