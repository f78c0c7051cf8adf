"""Many calls at once as people make them: the whole product at work, on this machine's cores.

    COUNT=24 SPEECH=folder make campaign ONLY=mix

The product runs as `make run` starts it, with its own recogniser, voice and recordings. Callers
(bench/mix) speak 40 % of the time, and the agent answers aloud. Docs: docs/campaigns/mix.md.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.cases import Case, Cases
from bench.load import tables
from bench.load.generator import Machine, fetch
from bench.mix.alone import wrong_pct
from bench.mix.caller import APART_S, Utterance
from bench.mix.figures import Heard, heard, in_ms
from bench.mix.processes import OTHERS, Spent
from bench.mix.product import Supervised, supervised
from bench.tables import write_table
from tests.fixtures.server import ROOT

CALLS = 24
SECONDS = 60.0
WARM_S = 20.0
"""After the last call began: each caller has spoken, and heard an answer."""

PER_PROCESS = 24
TOLD_MS = 500
"""A recording may be so much longer or shorter than its call."""

RECORDED_S = 240.0
LOOKS_S = 5.0
FRAME = 320
"""Samples of 20 ms, at 16 kHz."""

KINDS = ("web and media", "recogniser", "voice", "background worker", OTHERS)


def main(count: int | None = None) -> None:
    """Measures `count` calls (24), and writes all sizes measured for this commit to the table."""
    calls = CALLS if count is None else count
    cases = Cases("mix")

    async def work() -> Case:
        alone = f"{await wrong_pct():.1f}"
        return measured(calls) | {"words wrong of the same clips one at a time, %": alone}

    asyncio.run(cases.measure(str(calls), work))
    found = sorted(cases.all, key=lambda case: int(case["case"]))
    rows = [[name, *(str(one[name]) for one in found)] for name in found[-1] if name != "case"]
    tables.mix(found)
    largest = found[-1]
    headline = (
        f"{largest['case']} calls at a natural mix on all cores of this machine: "
        f"{largest['frames in on time, %']} % of frames in on time, "
        f"{largest['frames out on time, %']} % out, "
        f"loop lag p99 {largest['loop lag p50 / p99 / max, ms'].split(' / ')[1]} ms, "
        f"{largest['words wrong, %']} % of words wrong"
    )
    head = ["", *(f"{one['case']} calls" for one in found)]
    print(write_table("mix", "Many calls at once, as people make them", headline, head, rows))


def measured(calls: int, seconds: float = SECONDS) -> Case:
    """Returns the figures of that many calls, by name."""
    with tempfile.TemporaryDirectory() as folder, supervised(Path(folder) / "var") as product:
        at = APART_S * calls + WARM_S
        callers = _callers(product, calls, at, at + seconds)
        print(f"{calls} callers are ready", flush=True)
        begin = time.monotonic() + 1.0
        for process in callers:
            _tell(process, f"{begin}\n")
        inside = _inside(product, begin + at, seconds)
        seen = [_told(process) for process in callers]
        lives = [call for one in seen for call in one["calls"]]
        figures = _of_calls(lives, begin + at, seconds)
        figures |= _of_sound(lives, inside)
        figures |= _of_machine(inside, seen, seconds)
        print(f"measured, waiting for the recordings: {figures}", flush=True)
        return figures | _afterwards(product, lives)


def _callers(
    product: Supervised, calls: int, at: float, until: float
) -> list["subprocess.Popen[str]"]:
    """Returns the processes of callers, each ready to begin."""
    made = []
    for first in range(0, calls, PER_PROCESS):
        command = [sys.executable, "-m", "bench.mix.caller", "--url", product.url]
        command += ["--token", product.token, "--first", str(first)]
        command += ["--calls", str(min(PER_PROCESS, calls - first))]
        command += ["--at", str(at), "--until", str(until)]
        pipe = subprocess.PIPE
        made.append(subprocess.Popen(command, cwd=ROOT, text=True, stdin=pipe, stdout=pipe))
    for process in made:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    return made


def _tell(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line)
    process.stdin.flush()


def _told(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """Returns what a process of callers has seen, once its calls are over."""
    printed, _ = process.communicate()
    assert process.returncode == 0
    return dict(json.loads(printed.splitlines()[-1]))


def _inside(product: Supervised, at: float, seconds: float) -> dict[str, Any]:
    """Returns what the product's processes did in the time that is measured."""
    stats = f"{product.url}/bench/stats"
    time.sleep(at - time.monotonic())
    first, machine = fetch(stats), Machine.now()
    spent, began = Spent(product.processes), time.monotonic()
    while time.monotonic() < began + seconds:
        time.sleep(max(0.0, min(LOOKS_S, began + seconds - time.monotonic())))
        spent.look()
    took = time.monotonic() - began
    last, load = fetch(stats), product.json("/readyz")["load"]
    return {
        "late": last["late"] - first["late"],
        "chunks": last["chunks"] - first["chunks"],
        "frames": (last["samples"] - first["samples"]) / FRAME,
        "lags": [last[key] for key in ("lag_p50_ms", "lag_p99_ms", "lag_max_ms")],
        "own_lag": load["lag_p99_ms"],
        "cores": {kind: one / took for kind, one in spent.by_kind().items()},
        "private": {kind: spent.private(kind) for kind in ("recogniser", "voice")},
        "stolen": machine.stolen_pct(Machine.now()),
    }


def _of_calls(lives: Sequence[Mapping[str, Any]], at: float, seconds: float) -> Case:
    """Returns what callers said, and what came of it."""
    total, each = Heard(), []
    for life in lives:
        said = [Utterance(**one) for one in life["said"]]
        one = heard(said, life["words"], life["origin"], (at, at + seconds))
        total.add(one)
        each.append(one.wrong_pct)
    busy = sum("busy" in life["codes"] for life in lives)
    failed = [life["failed"] for life in lives if life["failed"]]
    others = sorted({code for life in lives for code in life["codes"]} - {"busy"})
    return {
        "told `busy`": busy,
        "failed calls": len(failed),
        "other errors told": ", ".join(others) or "none",
        "callers speak, % of the time": f"{100 * total.spoken / seconds / max(1, len(lives)):.0f}",
        "utterances": total.utterances,
        "words said": total.words,
        "words wrong, %": f"{total.wrong_pct:.1f}",
        "worst call's, %": f"{max(each, default=0.0):.1f}",
        "utterances without a final": total.without_final,
        "words where nothing was said": total.invented,
        "first interim after speech began p50 / p95, ms": in_ms(total.firsts),
        "from interim to interim p50 / p95, ms": in_ms(total.between),
        "final after speech ended p50 / p95, ms": in_ms(total.finals),
        "agent heard after speech ended p50 / p95, ms": in_ms(total.answers),
        "answered before the end, never": f"{total.over}, {total.unanswered}",
    }


def _of_sound(lives: Sequence[Mapping[str, Any]], inside: Mapping[str, Any]) -> Case:
    received, late, behind, sent = (
        sum(life[key] for life in lives) for key in ("received", "late", "behind", "sent")
    )
    lags = inside["lags"]
    return {
        "agent speaks, % of the time": f"{100 * received / max(1, sent):.0f}",
        "frames in on time, %": f"{100 * (1 - inside['late'] / max(1, inside['chunks'])):.2f}",
        "frames in, % of those sent": f"{100 * inside['frames'] / max(1, sent):.1f}",
        "frames out on time, %": f"{100 - 100 * behind / max(1, received):.2f}",
        "frames out within 20 ms of the earliest, %": f"{100 - 100 * late / max(1, received):.2f}",
        "loop lag p50 / p99 / max, ms": " / ".join(f"{lag:.1f}" for lag in lags),
        "lag p99 by `/readyz`, ms": f"{inside['own_lag']:.1f}",
    }


def _of_machine(
    inside: Mapping[str, Any], seen: Sequence[Mapping[str, Any]], seconds: float
) -> Case:
    cores, own = inside["cores"], [one["own"] for one in seen]
    found: Case = {f"{kind}, % of a core": f"{100 * cores.get(kind, 0.0):.1f}" for kind in KINDS}
    found["the product, cores"] = f"{sum(cores.values()):.2f}"
    callers = sum(one["cpu_s"] for one in own) / seconds
    found["callers (not counted above), % of a core"] = f"{100 * callers:.1f}"
    late = sum(one["late_share"] for one in own) / len(own)
    found["callers' own packets over 10 ms late, %"] = f"{100 * late:.2f}"
    found["the latest of them, ms"] = f"{max(one['late_max_ms'] for one in own):.0f}"
    found["taken by the host, %"] = f"{inside['stolen']:.1f}"
    for kind, each in inside["private"].items():
        found[f"{kind}: private memory of each process, MiB"] = ", ".join(
            f"{one:.0f}" for one in sorted(each)
        )
    return found


def _afterwards(product: Supervised, lives: Sequence[Mapping[str, Any]]) -> Case:
    """Returns what is stored of the calls, once their recordings are made."""
    there = [life for life in lives if life["call"]]
    whole, lost = 0, 0
    deadline = time.monotonic() + RECORDED_S
    for life in there:
        path = f"/api/v1/calls/{life['call']}/"
        call = product.json(path)
        while (call["recording"] or {}).get("state") != "done" and time.monotonic() < deadline:
            time.sleep(1.0)
            call = product.json(path)
        length = (call["recording"] or {}).get("duration_ms") or 0
        whole += abs(length - life["duration_ms"]) <= TOLD_MS
        stored = {s["seq"]: s["text"] for s in product.json(f"{path}segments")["segments"]}
        told = [word for word in life["words"] if word["final"]]
        lost += sum(stored.get(word["seq"]) != word["text"] for word in told)
    return {
        "recordings there and as long as the call": f"{whole} of {len(there)}",
        "finals told that are not stored": lost,
    }
