// @ts-check
/** What events of the client bring. Types alone: no page loads this file. */

/**
 * @typedef {object} Line
 * @property {number} seq counts a call's lines, from 1 without gaps
 * @property {"user" | "agent"} role
 * @property {string} text
 * @property {boolean} final false: the line is still being spoken
 * @property {number} startMs on the call clock
 * @property {string} [fullText] the whole sentence, where `text` is what was heard of it
 */

/**
 * @typedef {object} AnswerTimes of one answer, in ms on the call clock; null for what did not happen
 * @property {number} turn
 * @property {number | null} speechEndMs the caller fell silent
 * @property {number | null} endpointMs it was decided that the turn is over
 * @property {number | null} finalMs its final words came
 * @property {number | null} firstTokenMs the answer's first text came
 * @property {number | null} firstAudioMs its first sound was sent
 */

export {};
