"""What `make check` says of packages with known vulnerabilities."""

import json
import subprocess
from typing import Any

import pytest

from deploy import audit


def package(name: str, *faults: str, fixed: tuple[str, ...] = ("2.0",)) -> dict[str, Any]:
    vulns = [{"id": fault, "fix_versions": list(fixed), "aliases": []} for fault in faults]
    return {"name": name, "version": "1.0", "vulns": vulns}


def report(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


SKIPPED = {"name": "own", "skip_reason": "Dependency not found"}


def test_a_known_vulnerability_fails() -> None:
    status, said = audit.judged(report(package("good"), package("bad", "PYSEC-1"), SKIPPED))
    assert status == 1
    assert "bad 1.0: PYSEC-1, mended in 2.0" in said
    assert "good" not in said


def test_one_that_does_not_concern_us_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "ACCEPTED", {"PYSEC-1": "we never call that"})
    assert audit.judged(report(package("bad", "PYSEC-1")))[0] == 0
    assert audit.judged(report(package("bad", "PYSEC-1", "PYSEC-2", fixed=())))[0] == 1


def test_what_was_looked_at_is_counted() -> None:
    assert audit.judged(report(package("a"), package("b"))) == (
        0,
        "2 packages have no known vulnerability.",
    )
    assert "; 1 are not known there" in audit.judged(report(package("a"), SKIPPED))[1]


@pytest.mark.parametrize("said", ["", "Traceback …", "[]", "{}", report(SKIPPED), report()])
def test_without_an_answer_it_says_so_and_passes(said: str) -> None:
    status, told = audit.judged(said)
    assert status == 0
    assert "not checked: no network" in told


def test_a_service_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def silent(command: list[str], *, timeout: float, **_: Any) -> None:
        assert timeout == audit.LIMIT_S
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", silent)
    assert audit.audit() == 0
    assert "no answer within 18 s" in capsys.readouterr().out


def test_bandits_findings_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "audit", lambda: pytest.fail("the code comes first"))
    monkeypatch.setattr(audit, "scan", lambda: 1)
    assert audit.main() == 1
