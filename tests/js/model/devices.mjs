/** Microphones, audio contexts and a loudspeaker that fail and end when told to. */

class Track extends EventTarget {
  kind = "audio";
  enabled = true;
  readyState = "live";

  constructor(world) {
    super();
    world.tracks.push(this);
    this._world = world;
  }

  stop() {
    this.readyState = "ended";
  }

  clone() {
    return new Track(this._world);
  }

  unplug() {
    if (this.readyState === "live") {
      this.readyState = "ended";
      this.dispatchEvent(new Event("ended"));
    }
  }
}

export function installDevices(world) {
  class MediaStream {
    constructor(tracks) {
      this._tracks = tracks;
    }

    getTracks() {
      return this._tracks;
    }

    getAudioTracks() {
      return this._tracks;
    }

    clone() {
      return new MediaStream(this._tracks.map((track) => track.clone()));
    }
  }

  class AudioContext {
    state = "running";
    sampleRate = 48_000;
    currentTime = 0;
    audioWorklet = { addModule: () => world.clock.wait(3) };

    constructor() {
      world.contexts.push(this);
    }

    createMediaStreamSource() {
      return { connect: () => {}, disconnect: () => {} };
    }

    createMediaStreamDestination() {
      return { stream: new MediaStream([]) };
    }

    async resume() {}

    async close() {
      this.state = "closed";
    }
  }

  /** Speaks chunks that are numbered from 0. */
  class AudioWorkletNode {
    constructor(context) {
      const port = { onmessage: null };
      this.port = port;
      this.context = context;
      world.spoken = 0;
      const speak = () => {
        if (context.state !== "closed") {
          port.onmessage?.({ data: Uint32Array.of(world.spoken).buffer });
          world.spoken += 1;
          world.clock.later(100, speak);
        }
      };
      world.clock.later(100, speak);
    }
  }

  const analyser = class {
    fftSize = 32;
    getFloatTimeDomainData() {}
  };
  const mediaDevices = Object.assign(new EventTarget(), {
    getUserMedia: async () => {
      world.opening += 1;
      await world.clock.wait(world.microphoneMs);
      world.opening -= 1;
      if (world.microphoneError) {
        throw Object.assign(new Error("no microphone"), { name: world.microphoneError });
      }
      return new MediaStream([new Track(world)]);
    },
  });
  Object.defineProperty(globalThis, "navigator", { value: { mediaDevices }, configurable: true, writable: true });
  Object.assign(globalThis, { MediaStream, AudioContext, AudioWorkletNode, AnalyserNode: analyser, isSecureContext: true });
  globalThis.location = { origin: "https://shop.example" };
}

/** An element that plays, or waits for a click. */
export function newOutput(world) {
  return {
    play: async () => {
      await world.clock.wait(2);
      if (world.autoplayRefused) {
        throw Object.assign(new Error("no click yet"), { name: "NotAllowedError" });
      }
    },
    setSinkId: async (id) => {
      await world.clock.wait(2);
      if (id === "gone") {
        throw Object.assign(new Error("no such device"), { name: "NotFoundError" });
      }
    },
  };
}
