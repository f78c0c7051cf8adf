"""`make check`: bandit on our code, pip-audit on the packages that a running copy installs.

pip-audit asks a service on the network. Where that does not answer, or knows none of the packages,
as a mirror does, this says so and passes: a machine without a network can be developed on.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CODE = ("sessions_app", "voicesite", "deploy")
LIMIT_S = 18.0
ANSWER_S = 5

ACCEPTED: dict[str, str] = {}
"""Known vulnerabilities that do not concern us: the id, and why."""


def scan() -> int:
    """Runs bandit; returns its status. pyproject.toml says what it leaves out, and why."""
    command = [sys.executable, "-m", "bandit", "-q", "-c", "pyproject.toml", "-r", *CODE]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def audit() -> int:
    """Runs pip-audit; returns 1 where a package has a known vulnerability."""
    lists = ["-r", "requirements.txt", "-r", "deploy/models.txt"]
    asked = [*lists, "--disable-pip", "--no-deps", "--format", "json"]
    quiet = ["--progress-spinner", "off", "--timeout", str(ANSWER_S)]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", *asked, *quiet],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        print(not_checked(f"no answer within {LIMIT_S:.0f} s"))
        return 0
    status, said = judged(done.stdout)
    print(said)
    return status


def judged(report: str) -> tuple[int, str]:
    """Returns the status for a report of pip-audit (JSON), and what to tell."""
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return 0, not_checked("the service was not reached")
    known = [package for package in packages if "skip_reason" not in package]
    if not known:
        return 0, not_checked("the service knows none of them")
    found = [
        f"{package['name']} {package['version']}: {fault['id']}, mended in "
        f"{', '.join(fault['fix_versions']) or 'no version yet'}"
        for package in known
        for fault in package["vulns"]
        if fault["id"] not in ACCEPTED
    ]
    if found:
        return 1, "\n".join(["Packages with known vulnerabilities:", *found])
    rest = (
        f"; {len(packages) - len(known)} are not known there" if len(known) < len(packages) else ""
    )
    return 0, f"{len(known)} packages have no known vulnerability{rest}."


def not_checked(why: str) -> str:
    return f"Known vulnerabilities of packages were not checked: no network ({why})."


def main() -> int:
    return scan() or audit()


if __name__ == "__main__":
    sys.exit(main())
