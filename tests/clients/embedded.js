/** A page of another site that uses the client library as docs/embedding.md says. */

window.diary = [];
window.heard = 0;

const NAMES = [
  "state", "partial", "transcript", "floor", "notes", "gap", "app", "notice", "transport", "quality", "voice", "blocked",
  "microphone", "trouble", "error", "ended",
];

function listen(stream) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context);
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    window.heard = Math.max(window.heard, ...samples.map(Math.abs));
  }, 50);
}

window.makeClient = async (server, options) => {
  const { VoiceAgentClient } = await import(`${server}/static/voicesite/index.js`);
  const client = new VoiceAgentClient({ serverUrl: server, ticket: window.fetchTicket, ...options });
  for (const name of NAMES) {
    client.on(name, (detail) => window.diary.push([name, name === "error" ? detail.error.code : detail]));
  }
  client.on("level", ({ level }) => {
    window.level = Math.max(window.level ?? 0, level);
  });
  client.on("voice", ({ stream }) => listen(stream));
  window.client = client;
};

/** Returns "", or why the call could not be made. */
window.connect = () => client.connect().then(() => "", ({ code, retryable }) => `${code} ${retryable}`);
