"""Tables of measurements, kept under docs/campaigns."""

import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from os import cpu_count
from pathlib import Path

from tests.fixtures.server import ROOT

TABLES = ROOT / "docs" / "campaigns"


@cache
def commit() -> str:
    """Returns the short id of the commit that is measured, as it was when this process began."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def write_table(
    name: str, title: str, headline: str, head: Sequence[str], rows: Sequence[Sequence[str]]
) -> str:
    """Writes docs/campaigns/<name>.md; returns its headline."""
    where = f"Commit {commit()}, {datetime.now(UTC):%Y-%m-%d}, {processor()}, "
    lines = [
        f"# {title}",
        "",
        f"{headline}.",
        "",
        f"{where}{cpu_count()} cores.",
        "",
        f"| {' | '.join(head)} |",
        f"| {' | '.join('---' for _ in head)} |",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]
    TABLES.mkdir(parents=True, exist_ok=True)
    (TABLES / f"{name}.md").write_text("\n".join(lines))
    return headline


def processor() -> str:
    """Returns what the machine says of its processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())
