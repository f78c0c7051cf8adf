// @ts-check
/** The state of a live transcript: finals by `seq`, and one interim per role. No DOM. */

/**
 * @typedef {object} Entry
 * @property {number} seq
 * @property {string} role `user` or `agent`
 * @property {string} text
 * @property {boolean} final
 * @property {number} startMs on the call clock
 * @property {string} [fullText] the whole sentence, where `text` is what was heard of it
 * @property {string} [typedBy] who of the staff typed it for the agent, where the reader may know that
 */
/** @typedef {{kind: "put" | "remove", entry: Entry}} Change */

export class Transcript {
  constructor() {
    /** @type {Map<number, Entry>} */
    this._finals = new Map();
    /** @type {Map<string, Entry>} */
    this._interims = new Map();
    /** The last `seq` up to which no final is missing; 0 before the first. */
    this.lastSeq = 0;
    this._highest = 0;
  }

  /** Whether a final is missing before a known one. */
  get hasGap() {
    return this._highest > this.lastSeq;
  }

  /** Finals in the order they were spoken, then interims. */
  get entries() {
    const finals = [...this._finals.values()].sort((a, b) => a.startMs - b.startMs || a.seq - b.seq);
    return [...finals, ...this._interims.values()];
  }

  /**
   * Takes a `transcript` message.
   * @param {{role: string, text: string, final: boolean, seq: number, startMs: number, interrupted?: boolean, fullText?: string, redacted?: boolean, typedBy?: string}} message
   * @returns {Change[]} the changes for a view, in order
   */
  apply(message) {
    const { role, text, final, seq, startMs, interrupted, fullText, typedBy } = message;
    /** @type {Entry} */
    const entry = { seq, role, text, final, startMs, ...(interrupted && { fullText: fullText ?? text }), ...(typedBy && { typedBy }) };
    if (message.redacted && this._finals.has(seq)) {
      this._finals.set(seq, entry);
      return [{ kind: "put", entry }];
    }
    return final ? this._final(entry) : this._interim(entry);
  }

  /**
   * Takes segments from `GET …/segments`.
   * @param {{seq: number, role: string, text: string, heard_text?: string | null, shown_text: string, start_ms: number, typed_by?: string | null}[]} segments
   * @returns {Change[]}
   */
  catchUp(segments) {
    return segments.flatMap((segment) =>
      this._final({
        seq: segment.seq,
        role: segment.role,
        text: segment.shown_text,
        final: true,
        startMs: segment.start_ms,
        ...(typeof segment.heard_text === "string" && { fullText: segment.text }),
        ...(segment.typed_by && { typedBy: segment.typed_by }),
      }),
    );
  }

  /**
   * @param {Entry} entry
   * @returns {Change[]}
   */
  _final(entry) {
    if (this._finals.has(entry.seq)) {
      return [];
    }
    this._finals.set(entry.seq, entry);
    this._highest = Math.max(this._highest, entry.seq);
    while (this._finals.has(this.lastSeq + 1)) {
      this.lastSeq += 1;
    }
    const interim = this._interims.get(entry.role);
    if (!interim || interim.seq > entry.seq) {
      return [{ kind: "put", entry }];
    }
    this._interims.delete(entry.role);
    return interim.seq === entry.seq
      ? [{ kind: "put", entry }]
      : [{ kind: "remove", entry: interim }, { kind: "put", entry }];
  }

  /**
   * @param {Entry} entry
   * @returns {Change[]}
   */
  _interim(entry) {
    // interims of both roles may have the same `seq`: only a final of the same role replaces one
    if (this._finals.get(entry.seq)?.role === entry.role) {
      return [];
    }
    const before = this._interims.get(entry.role);
    if (!entry.text) {
      this._interims.delete(entry.role);
      return before ? [{ kind: "remove", entry: before }] : [];
    }
    this._interims.set(entry.role, entry);
    return before && before.seq !== entry.seq
      ? [{ kind: "remove", entry: before }, { kind: "put", entry }]
      : [{ kind: "put", entry }];
  }
}
