#!/usr/bin/env bash
# Importing onnxruntime on Linux registers the device and an event for Microsoft; the function to
# disable telemetry comes too late.
#
# One would guess: a library that runs models on this machine tells nobody, as its Linux builds did
#   for years; and where it does, `disable_telemetry_events()` right after the import is early enough.
# What happens: `import onnxruntime` alone makes a lasting device id and a database of events below
#   ~/.cache/Microsoft, and starts the uploader's threads. The first event has the path of the Python
#   program in it, the distribution, the processor, the memory and the kind of container. With
#   `disable_telemetry_events()` as the very next statement the same is written. Only
#   ORT_DISABLE_TELEMETRY=1, set before the import, prevents all of it; in a CI job (CI is set) nothing
#   is written either, so that tests see nothing.
# Why it matters for live voice: VAD, recognisers and voices run by onnxruntime in products whose
#   promise is that nothing leaves the server. Their workers import it in each process.
# Versions: onnxruntime 1.31.1 (Linux wheels have this since 1.29).
# Source: onnxruntime's pull request 27379; its docs/Privacy.md.
# Nothing is sent here: the process ends before the uploader's first attempt, and has no way out.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'onnxruntime==1.31.1'

# Prints the files that a program leaves in an empty home; a proxy that is not there keeps it offline.
left_by() {
    rm -rf "$dir/home"
    mkdir "$dir/home"
    env -i HOME="$dir/home" HTTPS_PROXY=http://127.0.0.1:9 "${@:2}" "$dir/venv/bin/python" -c "$1"
    (cd "$dir/home" && find . -type f ! -name '*-wal' ! -name '*-shm' ! -name '*.lock' | sort)
}

check() {
    echo "$1:"
    echo "${2:-(nothing)}"
    [ "$2" = "$3" ] || { echo "changed: expected ${3:-(nothing)}"; exit 1; }
}

folder=./.cache/Microsoft/DeveloperTools/.onnxruntime
both="$folder/deviceid
$folder/onnxruntime.db"
check "import alone" "$(left_by 'import onnxruntime')" "$both"
grep -aqr "$dir/venv/bin/python" "$dir/home" || { echo "changed: no path is noted"; exit 1; }
echo "and the path of the Python program is in the database"
late='import onnxruntime; onnxruntime.disable_telemetry_events()'
check "disabled by the next statement" "$(left_by "$late")" "$both"
check "ORT_DISABLE_TELEMETRY=1" "$(left_by 'import onnxruntime' ORT_DISABLE_TELEMETRY=1)" ""
check "CI=true" "$(left_by 'import onnxruntime' CI=true)" ""
