"""Tables of measurements, kept under docs/campaigns."""

import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from os import cpu_count

from tests.fixtures.server import ROOT

TABLES = ROOT / "docs" / "campaigns"


def commit() -> str:
    """Returns the short id of the commit that is measured."""
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
    where = f"Commit {commit()}, {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, "
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
