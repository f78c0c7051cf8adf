#!/usr/bin/env bash
# Django REST framework reads a chunked request body as no body at all.
#
# One would guess: JSON sent with "Transfer-Encoding: chunked" arrives like any
#   other, as it does in a plain Django view of the same project and server.
# What happens: request.data is an empty dictionary and the answer is 200. Seen:
#   "plain view, chunked: {"a": 1}" beside "DRF, chunked: {}".
# Why it matters for live voice: clients that stream have no length to give, and
#   many HTTP libraries send chunks whenever the body is a generator. An offer,
#   an event or a setting is then taken as "all fields left out", with no error.
# Versions: djangorestframework 3.18.3, Django 5.2.19, daphne 4.2.3 (ASGI).
# Cause: rest_framework/request.py, Request._load_stream(): without a
#   Content-Length the stream is None. RFC 9112, section 6.1, forbids a sender to
#   give Content-Length together with chunks.
set -euo pipefail
dir=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'Django==5.2.19' 'djangorestframework==3.18.3' 'daphne==4.2.3'
cat > "$dir/site_.py" <<'PY'
import django
from django.conf import settings

settings.configure(
    SECRET_KEY="only for this demonstration",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["rest_framework"],
    LOGGING_CONFIG=None,
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()
from django.core.asgi import get_asgi_application
from django.http import HttpResponse
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView


class Echo(APIView):
    def post(self, request):
        return Response(request.data)


urlpatterns = [
    path("plain", lambda request: HttpResponse(request.body)),
    path("drf", Echo.as_view()),
]
application = get_asgi_application()
PY
cd "$dir"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$dir/venv/bin/daphne" -b 127.0.0.1 -p "$port" site_:application >"$dir/log" 2>&1 &
server=$!
"$dir/venv/bin/python" - "$port" <<'PY'
import http.client
import json
import sys
import time
from importlib.metadata import version

print("djangorestframework", version("djangorestframework"), "daphne", version("daphne"))


def post(path, body):
    for _ in range(100):
        try:
            link = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
            # http.client sends an iterable in chunks, and bytes with a length
            link.request("POST", path, body=body, headers={"Content-Type": "application/json"})
            answer = link.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except ConnectionError:
            time.sleep(0.1)
    sys.exit("the server did not start")


seen = {}
for path in ("/plain", "/drf"):
    for name, body in (("length", b'{"a": 1}'), ("chunked", iter([b'{"a"', b": 1}"]))):
        seen[path, name] = post(path, body)
        print(path, name, *seen[path, name])
full = (200, {"a": 1})
if [*seen.values()] != [full, full, full, (200, {})]:
    sys.exit("the behaviour changed")
PY
