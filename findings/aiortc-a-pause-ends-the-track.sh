#!/usr/bin/env bash
# A peer that pauses its microphone and resumes is never heard again by aiortc.
#
# One would guess: after sender.replaceTrack(null) and replaceTrack(track), which
#   need no new offer, sound goes on; the SSRC and the connection are the same.
# What happens: on replaceTrack(null) the libwebrtc of @roamhq/wrtc sends an RTCP
#   BYE. aiortc takes it as the end of the track for good: recv() raises
#   MediaStreamError, "ended" fires, and the packets that come after the resume
#   are dropped while both sides say "connected". A new offer does not mend it.
#   Seen: frames before 91, while paused 0, after the resume 0.
# Why it matters for live voice: mute, hold and a change of microphone are done
#   this way by Node clients. The caller talks on into a line that looks fine.
#   libwebrtc M152 sends no BYE here, so tests with a new browser do not see it.
# Versions: aiortc 1.16.0, npm @roamhq/wrtc 0.10.0 (libwebrtc M106).
# Cause: aiortc/rtcrtpreceiver.py, RTCRtpReceiver._handle_rtcp_packet() stops the
#   decoder on any RtcpByePacket. RFC 3550, section 6.6, has BYE say no more
#   than that a source is not active any longer.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'aiortc==1.16.0'
npm install --silent --no-audit --no-fund --prefix "$dir" '@roamhq/wrtc@0.10.0' >/dev/null
cat > "$dir/peer.mjs" <<'JS'
import readline from 'node:readline';
import wrtc from '@roamhq/wrtc';

const source = new wrtc.nonstandard.RTCAudioSource();
const track = source.createTrack();
let n = 0;
setInterval(() => {
  const samples = new Int16Array(480);
  for (let i = 0; i < 480; i++) samples[i] = 9000 * Math.sin((2 * Math.PI * 440 * n++) / 48000);
  source.onData({ samples, sampleRate: 48000, bitsPerSample: 16, channelCount: 1, numberOfFrames: 480 });
}, 10);
const pc = new wrtc.RTCPeerConnection();
const { sender } = pc.addTransceiver(track);
const say = (what) => console.log(JSON.stringify(what));
readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const asked = JSON.parse(line);
  if (asked.sdp) await pc.setRemoteDescription(asked);
  if ('play' in asked) await sender.replaceTrack(asked.play ? track : null);
  if (asked.state) say({ state: pc.connectionState });
});
await pc.setLocalDescription(await pc.createOffer());
while (pc.iceGatheringState !== 'complete') await new Promise((done) => setTimeout(done, 50));
say({ type: 'offer', sdp: pc.localDescription.sdp });
setTimeout(() => process.exit(0), 30000);
JS
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import asyncio
import json
import sys
from importlib.metadata import version

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

print("aiortc", version("aiortc"), "@roamhq/wrtc 0.10.0")


async def main():
    node = await asyncio.create_subprocess_exec("node", "peer.mjs", stdin=-1, stdout=-1)
    ours = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    frames, ended = 0, []

    async def listen(track):
        nonlocal frames
        try:
            while True:
                await track.recv()
                frames += 1
        except MediaStreamError:
            print("recv() raised MediaStreamError: the track has ended")

    tasks = []

    @ours.on("track")
    def on_track(track):
        track.on("ended", lambda: ended.append(True))
        tasks.append(asyncio.create_task(listen(track)))

    def tell(what):
        node.stdin.write(json.dumps(what).encode() + b"\n")

    async def count(seconds):
        nonlocal frames
        await asyncio.sleep(0.5)
        frames = 0
        await asyncio.sleep(seconds)
        return frames

    await ours.setRemoteDescription(
        RTCSessionDescription(**json.loads(await node.stdout.readline()))
    )
    await ours.setLocalDescription(await ours.createAnswer())
    tell({"type": "answer", "sdp": ours.localDescription.sdp})
    for _ in range(100):
        if frames > 20:
            break
        await asyncio.sleep(0.1)
    before = await count(2)
    tell({"play": False})
    paused, ended_by_pause = await count(2), bool(ended)
    tell({"play": True})
    after = await count(3)
    tell({"state": True})
    state = json.loads(await node.stdout.readline())["state"]
    print(f"frames: before {before}, paused {paused}, after the resume {after}")
    print(f"ended while paused: {ended_by_pause}; peer {state}, aiortc {ours.connectionState}")
    node.kill()
    await node.wait()
    result = before > 50 and ended_by_pause and after == 0 and state == "connected"
    result = result and ours.connectionState == "connected"
    await ours.close()
    return result


sys.exit(0 if asyncio.run(main()) else "the behaviour changed")
PY
