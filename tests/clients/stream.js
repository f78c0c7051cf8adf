/** A page that speaks WS /ws/voice, written from docs/protocol.md alone. */

window.diary = [];
window.played = 0;
/** Without a sound device an AudioContext never starts. */
window.plays = true;
/** How long a recorder's slices are. */
window.sliceMs = 200;
/** What a recorder waits for once the call has begun. */
window.begin = async () => {};

window.speakOver = async (address, kind) => {
  const stream = window.microphone ?? (await navigator.mediaDevices.getUserMedia({ audio: true }));
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  const context = window.plays ? new AudioContext({ sampleRate: 24000 }) : null;
  let at = 0;
  const start = {
    type: "session_start",
    locale: "en-US",
    agentId: "scribe",
    audio: { codec: kind === "worklet" ? "pcm16" : kind, sample_rate: 48000, channels: 1 },
    output: { codec: "pcm16", sample_rate: 24000 },
  };
  socket.onopen = () => socket.send(JSON.stringify(start));
  socket.onclose = ({ code }) => window.diary.push({ type: "closed", code });
  socket.onmessage = async ({ data }) => {
    if (typeof data !== "string") {
      play(data);
      return;
    }
    const message = JSON.parse(data);
    window.diary.push(message);
    if (message.type === "session_started") {
      await (kind === "worklet" ? byWorklet() : byRecorder());
    }
  };
  window.say = (message) => socket.send(JSON.stringify(message));

  function play(body) {
    if (!context) {
      return;
    }
    const samples = Float32Array.from(new Int16Array(body), (sample) => sample / 32768);
    const buffer = context.createBuffer(1, samples.length, 24000);
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    at = Math.max(at, context.currentTime);
    source.start(at);
    at += buffer.duration;
    window.played += samples.reduce((loud, sample) => Math.max(loud, Math.abs(sample)), 0);
  }

  async function byRecorder() {
    const recorder = new MediaRecorder(stream, { mimeType: kind });
    window.recorder = recorder;
    await window.begin();
    recorder.ondataavailable = async ({ data }) => {
      socket.send(JSON.stringify({ type: "audio_chunk", mimeType: kind }));
      socket.send(await data.arrayBuffer());
    };
    recorder.start(window.sliceMs);
  }

  async function byWorklet() {
    const capture = new AudioContext({ sampleRate: 48000 });
    const code = `registerProcessor("raw", class extends AudioWorkletProcessor {
      process([input]) {
        if (input[0]) this.port.postMessage(input[0].slice());
        return true;
      }
    });`;
    await capture.audioWorklet.addModule(`data:text/javascript,${encodeURIComponent(code)}`);
    const node = new AudioWorkletNode(capture, "raw", { numberOfOutputs: 0 });
    let held = [];
    node.port.onmessage = ({ data }) => {
      held.push(...data);
      if (held.length >= 4800) {
        socket.send(Int16Array.from(held, (sample) => sample * 32767).buffer);
        held = [];
      }
    };
    capture.createMediaStreamSource(stream).connect(node);
  }
};
