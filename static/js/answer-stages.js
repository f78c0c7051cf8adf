// @ts-check
/** How long each stage of an agent's answers took, as bars on one scale. Pure. No DOM. */

/** @typedef {import("../voicesite/details.js").AnswerTimes} AnswerTimes */
/** @typedef {{stage: "endpoint" | "final" | "token" | "audio", lengthMs: number, x: number, width: number}} Bar `x` and `width` in percent of the longest answer */
/** @typedef {{turn: number, typed: boolean, totalMs: number | null, bars: Bar[]}} Answer `totalMs` is null where no sound was sent */

/** @type {[Bar["stage"], "endpointMs" | "finalMs" | "firstTokenMs" | "firstAudioMs"][]} */
const STAGES = [
  ["endpoint", "endpointMs"],
  ["final", "finalMs"],
  ["token", "firstTokenMs"],
  ["audio", "firstAudioMs"],
];

/**
 * @param {AnswerTimes[]} answers
 * @returns {Answer[]} a stage that was reached before the one before it has length 0
 */
export function answerBars(answers) {
  const timed = answers.map(reachedBy);
  const scale = Math.max(1, ...timed.flatMap(({ startMs, reached }) => reached.map(({ atMs }) => atMs - startMs)));
  return timed.map(({ times, startMs, reached }) => ({
    turn: times.turn,
    typed: times.speechEndMs === null,
    totalMs: times.firstAudioMs === null ? null : Math.round(times.firstAudioMs - startMs),
    bars: barsOf(startMs, reached, scale),
  }));
}

/** @param {AnswerTimes} times */
function reachedBy(times) {
  const reached = STAGES.flatMap(([stage, key]) => {
    const atMs = times[key];
    return atMs === null || atMs === undefined ? [] : [{ stage, atMs }];
  });
  // typed words have no end of speech: the answer starts at its first stage
  return times.speechEndMs === null
    ? { times, startMs: reached[0]?.atMs ?? 0, reached: reached.slice(1) }
    : { times, startMs: times.speechEndMs, reached };
}

/**
 * @param {number} startMs
 * @param {{stage: Bar["stage"], atMs: number}[]} reached
 * @param {number} scale ms
 * @returns {Bar[]}
 */
function barsOf(startMs, reached, scale) {
  let untilMs = startMs;
  return reached.map(({ stage, atMs }) => {
    const lengthMs = Math.max(0, atMs - untilMs);
    const bar = { stage, lengthMs: Math.round(lengthMs), x: (100 * (untilMs - startMs)) / scale, width: (100 * lengthMs) / scale };
    untilMs += lengthMs;
    return bar;
  });
}
