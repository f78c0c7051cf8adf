#!/usr/bin/env bash
# Standard Webhooks' Python library signs another moment than the one it is given.
#
# One would guess: `sign(id, datetime.now(ZoneInfo("Europe/Berlin")), body)` signs
#   this moment, since an aware datetime says exactly when it is.
# What happens: the zone is replaced by UTC instead of converted. The signature is
#   for a time off by the zone's offset, an hour or more, and a receiver that is
#   sent the right `webhook-timestamp` finds no matching signature. In UTC, where
#   servers and CI run, nothing shows.
# Why it matters for live voice: a Django project with its own TIME_ZONE passes
#   `timezone.localtime()`, and every "call ended" message is refused by receivers
#   while the tests, in UTC, are green.
# Versions: standardwebhooks 1.1.0.
# Cause: standardwebhooks/webhooks.py, Webhook.sign() calls
#   `timestamp.replace(tzinfo=timezone.utc)` where `astimezone()` would convert.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'standardwebhooks==1.1.0' 'tzdata==2026.2'
"$dir/venv/bin/python" - <<'PY'
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

webhook = Webhook("whsec_" + "QUJD" * 8)
body = '{"type":"call.ended"}'


def accepted(at):
    """Whether a receiver accepts what was signed at this moment and says so in its header."""
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": webhook.sign("msg_1", at, body),
    }
    try:
        webhook.verify(body, headers)
    except WebhookVerificationError as error:
        return str(error)
    return "accepted"


now = datetime.now(timezone.utc)
seen = {name: accepted(now.astimezone(ZoneInfo(name))) for name in ("UTC", "Europe/Berlin", "Asia/Kolkata")}
for name, outcome in seen.items():
    print(f"{name:14} {outcome}")
changed = seen != {
    "UTC": "accepted",
    "Europe/Berlin": "No matching signature found",
    "Asia/Kolkata": "No matching signature found",
}
sys.exit("the behaviour has changed" if changed else 0)
PY
