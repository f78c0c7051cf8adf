"""docs/metrics.md, the dashboard and the alert rules speak of the metrics that there are."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import ProcessCollector

from sessions_app.runtime.monitoring.definitions import METRICS, PREFIX, PROCESS, MetricKind
from tests.fixtures.server import ROOT

FOLDER = ROOT / "deploy" / "monitoring"
DOCUMENT = (ROOT / "docs" / "metrics.md").read_text()
ROW = re.compile(r"^\| `(voicesite_\w+)` \| (\w+) \|([^|]*)\| ([^|]+) \| (.+) \|$", re.MULTILINE)
NAME = re.compile(r"\b(?:voicesite|process)_\w+\b")
LABELS = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"")
BY = re.compile(r"\b(?:by|without|ignoring)\s*\(([^)]*)\)")
OF_PROMETHEUS = {"job", "instance", "le"}
"""Labels that Prometheus adds, or that the buckets of histograms have."""

PARTS_OF_HISTOGRAMS = ("_bucket", "_sum", "_count")
UNITS = {"seconds": "s", "bytes": "bytes", "ratio": "0..1"}
promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="there is no promtool")


def there_are() -> dict[str, set[str]]:
    """Returns the names that queries may have, each with its labels."""
    found: dict[str, set[str]] = {}
    for one in METRICS.values():
        labels = {*one.labels, PROCESS}
        if one.kind is MetricKind.HISTOGRAM:
            found |= {one.exposed + part: labels for part in PARTS_OF_HISTOGRAMS}
        else:
            found[one.exposed] = labels
    for family in ProcessCollector(registry=None).collect():
        found |= {sample.name: {PROCESS} for sample in family.samples}
    return found


def dashboard() -> dict[str, Any]:
    return dict(json.loads((FOLDER / "grafana.json").read_text()))


def drawn() -> list[dict[str, Any]]:
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> Iterator[str]:
    yield from (target["expr"] for panel in drawn() for target in panel["targets"])
    yield from (rule["expr"] for rule in rules())


def test_the_document_has_every_metric_once_and_as_it_is() -> None:
    rows = {name: (kind, labels, unit) for name, kind, labels, unit, _ in ROW.findall(DOCUMENT)}
    assert len(ROW.findall(DOCUMENT)) == len(rows)
    assert set(rows) == {one.exposed for one in METRICS.values()}
    for one in METRICS.values():
        kind, labels, unit = rows[one.exposed]
        assert (kind, tuple(re.findall(r"`(\w+)`", labels))) == (one.kind, one.labels), one.name
        ending = one.name.rpartition("_")[2]
        assert UNITS.get(ending, unit) == unit, one.name
        assert not one.help.endswith(".."), one.name


def test_the_document_has_what_each_process_measures_besides() -> None:
    for family in ProcessCollector(registry=None).collect():
        for sample in family.samples:
            assert f"`{sample.name}`" in DOCUMENT


def test_every_expression_names_what_there_is() -> None:
    known = there_are()
    for expression in expressions():
        names = set(NAME.findall(expression)) - {PROCESS}
        assert names or expression.startswith("up{"), expression
        assert names <= set(known), expression
        labels = {label for found in BY.findall(expression) for label in re.findall(r"\w+", found)}
        labels |= set(LABELS.findall(expression))
        allowed = OF_PROMETHEUS.union(*(known[name] for name in names))
        assert labels <= allowed, expression


def test_every_metric_is_drawn() -> None:
    shown = " ".join(target["expr"] for panel in drawn() for target in panel["targets"])
    assert not [one.exposed for one in METRICS.values() if one.exposed not in shown]


def test_the_dashboard_has_the_form_that_grafana_imports() -> None:
    board = dashboard()
    assert {"uid", "title", "schemaVersion", "panels", "templating", "time"} <= set(board)
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, f"{panel['title']} lies on another one"
        taken |= cells
    variables = {one["name"] for one in board["templating"]["list"]} | {"__rate_interval"}
    for panel in drawn():
        assert panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert [target["refId"] for target in panel["targets"]] == list("ABC")[
            : len(panel["targets"])
        ]
        for target in panel["targets"]:
            assert set(re.findall(r"\$\{?(\w+)", target["expr"])) <= variables


def test_every_rule_says_what_is_wrong_and_how_bad_it_is() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule["alert"].startswith("Voicesite")
        assert rule["labels"]["severity"] in ("page", "ticket")
        said = rule["annotations"]["summary"]
        assert said.endswith(".")
        kept = {label for found in BY.findall(rule["expr"]) for label in re.findall(r"\w+", found)}
        for label in re.findall(r"\$labels\.(\w+)", said):
            assert not kept or label in kept, rule["alert"]


@promtool
def test_promtool_takes_the_rules_and_the_dashboards_queries(tmp_path: Path) -> None:
    asked = [
        {"record": f"query:{number}", "expr": one.replace("$__rate_interval", "5m")}
        for number, one in enumerate(expressions())
    ]
    (tmp_path / "queries.yml").write_text(json.dumps({"groups": [{"name": "q", "rules": asked}]}))
    config = (FOLDER / "prometheus.yml").read_text()
    (tmp_path / "token").write_text("a token")
    shutil.copy(FOLDER / "alerts.yml", tmp_path / "voicesite-alerts.yml")
    path = tmp_path / "prometheus.yml"
    path.write_text(config.replace("/etc/prometheus/voicesite-token", str(tmp_path / "token")))
    for arguments in (["rules", str(tmp_path / "queries.yml")], ["config", str(path)]):
        done = subprocess.run(
            ["promtool", "check", *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


FIRING = {
    "VoicesiteProcessSilent": {"voicesite_process_up{role='media'}": "0x60"},
    "VoicesiteFull": {"voicesite_calls_room{process='a'}": "0x60"},
    "VoicesiteLoopLate": {
        "voicesite_loop_lag_seconds_bucket{le='0.05'}": "0+500x60",
        "voicesite_loop_lag_seconds_bucket{le='0.1'}": "0+600x60",
        "voicesite_loop_lag_seconds_bucket{le='+Inf'}": "0+600x60",
    },
    "VoicesiteCallsEndWrongly": {
        "voicesite_calls_ended_total{reason='internal_error'}": "0x58 1 1",
    },
    "VoicesiteSoundLost": {
        "voicesite_rtp_audio_seconds_total{how='received'}": "0+95x60",
        "voicesite_rtp_audio_seconds_total{how='concealed'}": "0+5x60",
    },
    "VoicesiteJobsLate": {"voicesite_job_age_seconds{kind='recording',state='pending'}": "0+60x60"},
    "VoicesiteDiskFills": {"voicesite_disk_free_bytes{part='lanes'}": "100e9-1e9x60"},
}
"""Of some rules, the series of an hour that make them fire: one value a minute."""

QUIET = {
    "voicesite_process_up{role='media'}": "1x60",
    "voicesite_calls_room{process='a'}": "0x60",
    "voicesite_calls_room{process='b'}": "3x60",
    "voicesite_loop_lag_seconds_bucket{le='0.05'}": "0+600x60",
    "voicesite_loop_lag_seconds_bucket{le='+Inf'}": "0+600x60",
    "voicesite_calls_ended_total{reason='caller_left'}": "0+3x60",
    "voicesite_calls_reconnecting_total{door='offer'}": "0x60",
    "voicesite_calls{door='offer'}": "0x60",
    "voicesite_rtp_audio_seconds_total{how='received'}": "0+99x60",
    "voicesite_rtp_audio_seconds_total{how='concealed'}": "0+1x60",
    "voicesite_job_age_seconds{kind='recording',state='pending'}": "20x60",
    "voicesite_disk_free_bytes{part='lanes'}": "100e9x60",
}
"""The series of a server that is well."""


@promtool
def test_rules_fire_for_what_is_wrong_and_for_nothing_else(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "alerts.yml", tmp_path)
    cases = [*((series, [name]) for name, series in FIRING.items()), (QUIET, [])]
    given = {"rule_files": ["alerts.yml"], "tests": [case(*one) for one in cases]}
    (tmp_path / "tests.yml").write_text(json.dumps(given))
    done = subprocess.run(
        ["promtool", "test", "rules", str(tmp_path / "tests.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def case(series: dict[str, str], fires: list[str]) -> dict[str, Any]:
    """Returns a test of promtool: which rules fire after an hour of these series, and no other."""
    firing = "count by (alertname) (ALERTS{alertstate='firing'})"
    expected = [{"labels": f"{{alertname='{name}'}}", "value": 1} for name in fires]
    return {
        "name": f"for {fires}",
        "interval": "1m",
        "input_series": [{"series": one, "values": of} for one, of in series.items()],
        "promql_expr_test": [{"expr": firing, "eval_time": "60m", "exp_samples": expected}],
    }


def test_no_label_can_hold_what_people_said_or_who_they_are() -> None:
    allowed = {
        *("door", "state", "reason", "code", "part", "how", "outcome", "direction"),
        *("recogniser", "stage", "kind", "what", "role"),
    }
    assert {label for one in METRICS.values() for label in one.labels} == allowed
    assert all(one.exposed.startswith(PREFIX) for one in METRICS.values())
