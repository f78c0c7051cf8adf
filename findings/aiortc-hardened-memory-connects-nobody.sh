#!/usr/bin/env bash
# aiortc connects nobody in a service that systemd hardens with MemoryDenyWriteExecute.
#
# One would guess: Python and its wheels need no memory that is both written and
#   run (CPython has no JIT here), so that this usual line of a unit is harmless.
# What happens: imports, offer, answer and ICE are fine; then DTLS wants a callback
#   of cffi's old kind, which is machine code made at run time: MemoryError, in a
#   task that nobody awaits. Both sides say "connecting" for as long as one waits,
#   and no "failed" comes; plain HTTPS in the same process goes on.
# Why it matters for live voice: the server starts, its pages and health checks are
#   well, and no WebRTC call ever connects.
# Versions: aiortc 1.16.0, pyOpenSSL 26.4.0, cffi 2.1.1; Linux 6.3 or newer, whose
#   prctl(PR_SET_MDWE) is what systemd's option uses there.
# Cause: OpenSSL/SSL.py, _VerifyHelper: ffi.callback(), for Context.set_verify(),
#   which aiortc/rtcdtlstransport.py calls as a connection is made.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'aiortc==1.16.0' 'pyopenssl==26.4.0' 'cffi==2.1.1'
cat >"$dir/call.py" <<'PY'
import asyncio
import ctypes
import sys
from importlib.metadata import version

import aiortc

PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
WAIT_S = 5.0
hardened = sys.argv[1] == "hardened"
if hardened and ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0):
    sys.exit("this kernel has no PR_SET_MDWE")


async def main():
    raised = []
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, context: raised.append(type(context.get("exception")).__name__)
    )
    near, far = (aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[])) for _ in "ab")
    near.createDataChannel("words")
    await near.setLocalDescription(await near.createOffer())
    await far.setRemoteDescription(near.localDescription)
    await far.setLocalDescription(await far.createAnswer())
    await near.setRemoteDescription(far.localDescription)
    end = asyncio.get_running_loop().time() + WAIT_S
    while asyncio.get_running_loop().time() < end:
        if {near.connectionState, far.connectionState} == {"connected"}:
            break
        await asyncio.sleep(0.05)
    states = near.iceConnectionState, near.connectionState, far.connectionState
    await asyncio.gather(near.close(), far.close(), return_exceptions=True)
    return states, sorted(set(raised))


states, raised = asyncio.run(main())
print(*(f"{name} {version(name)}" for name in ("aiortc", "pyopenssl", "cffi")))
print("hardened:" if hardened else "plain:   ", "ICE %s, %s and %s" % states, *raised)
wanted = ("connecting",) * 2 if hardened else ("connected",) * 2
same = states == ("completed", *wanted) and raised == (["MemoryError"] if hardened else [])
sys.exit(0 if same else "the behaviour changed")
PY
"$dir/venv/bin/python" "$dir/call.py" plain
"$dir/venv/bin/python" "$dir/call.py" hardened
