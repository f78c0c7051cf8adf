/** As much of the server as a client notices (docs/protocol.md). */

const STATUS = { connecting: "Connecting.", active: "You can speak.", reconnecting: "Waiting." };

export class Server {
  constructor(world) {
    this.world = world;
    /** @type {Map<string, any>} live calls by id */
    this.calls = new Map();
    /** Numbers of the chunks of sound that came, for each stream that ever began. */
    this.streams = [];
    this.offers = new Map();
    /** What a socket is closed with as soon as it opens; 0: it is let in. */
    this.refusal = 0;
    this.error = "";
  }

  came(socket) {
    if (this.refusal) {
      socket.end(this.refusal, "No.");
    }
  }

  knows(peer) {
    return [...this.calls.values()].some((call) => call.peer === `peer ${peer.id}`);
  }

  hears(peer) {
    for (const call of this.calls.values()) {
      if (call.peer === `peer ${peer.id}`) {
        call.state = "active";
        call.onPeer = true;
        this._status(call);
      }
    }
  }

  take(socket, data) {
    if (typeof data !== "string") {
      this._audio(socket, new Uint32Array(data)[0]);
      return;
    }
    const message = JSON.parse(data);
    const does = {
      offer: () => this._offer(socket, message),
      resume: () => this._resume(socket, message),
      session_start: () => this._start(socket, message),
      ping: () => socket.tell({ type: "pong" }),
      bye: () => socket.call && this.end(socket.call, "caller_hung_up"),
      away: () => socket.call && this._wait(socket.call),
    };
    does[message.type]?.();
  }

  left(socket, code) {
    if (!socket.isMedia && code === 1005 && socket.call && this.calls.has(socket.call.id)) {
      this._wait(socket.call);
    }
  }

  _wait(call) {
    call.socket = null;
    this.world.clock.later(8000, () => !call.socket && this.end(call, "caller_left"));
  }

  /** Ends a call, and says so on its sockets. */
  end(call, reason) {
    if (this.calls.delete(call.id)) {
      call.media?.tell({ type: "session_ended", callId: call.id, reason, durationMs: 1 });
      call.media?.end(1000);
      call.socket?.tell({ type: "bye", callId: call.id, reason, durationMs: 1 });
      this.world.peers.forEach((peer) => peer.see());
    }
  }

  /** All that it knew is gone. */
  forget() {
    this.calls.clear();
    this.offers.clear();
  }

  _newCall() {
    const id = `call ${this.calls.size} ${this.world.clock.now}`;
    const call = { id, state: "connecting", peer: "", socket: null, media: null, onPeer: false, heardTo: 0 };
    this.calls.set(id, call);
    return call;
  }

  _offer(socket, { sdp, callId }) {
    if (this.error) {
      socket.tell({ type: "error", code: this.error, message: "No.", recoverable: false });
      return;
    }
    const known = callId ? this.calls.get(callId) : this.offers.get(sdp);
    if (callId && !known) {
      socket.tell({ type: "error", code: "unknown_call", message: "No such call.", recoverable: true });
      return;
    }
    const call = known && this.calls.has(known.id) ? known : this._newCall();
    this.offers.set(sdp, call);
    call.peer = sdp;
    call.socket = socket;
    socket.call = call;
    socket.tell({ type: "answer", sdp: `to ${sdp}`, callId: call.id });
    this._status(call);
  }

  _resume(socket, { callId }) {
    const call = this.calls.get(callId);
    if (!call) {
      socket.tell({ type: "error", code: "unknown_call", message: "No such call.", recoverable: true });
      return;
    }
    call.socket = socket;
    socket.call = call;
    socket.tell({ type: "resumed", callId, state: call.state });
    this._status(call);
  }

  _start(socket, { callId, heldMs, continues }) {
    if (this.error) {
      socket.tell({ type: "error", code: this.error, message: "No.", recoverable: false });
      socket.end(4429);
      return;
    }
    const call = callId ? this.calls.get(callId) : this._newCall();
    if (!call) {
      socket.tell({ type: "error", code: "unknown_call", message: "No such call.", recoverable: true });
      return;
    }
    call.media?.end(1000);
    call.media = socket;
    socket.streamed = call;
    call.state = "active";
    if (!continues || !call.stream) {
      call.stream = [];
      this.streams.push(call.stream);
    }
    const backlogMs = call.stream.length ? 0 : Math.min(heldMs, 100 * (this.world.spoken - call.heardTo));
    socket.tell({ type: "session_started", callId: call.id, resumed: Boolean(callId), received: call.stream.length, backlogMs });
    this._status(call);
  }

  _audio(socket, number) {
    const call = socket.streamed;
    if (call && this.calls.has(call.id)) {
      call.stream.push(number);
      call.heardTo = number;
      if (call.stream.length % 10 === 0) {
        socket.tell({ type: "audio_ack", received: call.stream.length });
      }
    }
  }

  _status(call) {
    call.socket?.tell({ type: "status", status: STATUS[call.state], state: call.state });
  }
}
