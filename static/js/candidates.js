// @ts-check
/** The ICE candidates in a browser's report, and the pair that was chosen of them. Pure. No DOM. */

/**
 * @typedef {object} Candidate
 * @property {string} id
 * @property {string} type host, srflx, prflx or relay
 * @property {string} protocol udp or tcp
 * @property {string} relayProtocol how a relay is reached; empty for other kinds
 * @property {string} address with its port; empty where the browser does not tell
 */
/** @typedef {{local: Candidate[], remote: Candidate[], chosen: [Candidate, Candidate] | null}} Candidates */

/**
 * @param {Iterable<any>} report the entries of an RTCStatsReport (W3C webrtc-stats)
 * @returns {Candidates}
 */
export function candidatesOf(report) {
  const entries = [...report];
  const ofKind = (/** @type {string} */ type) => entries.filter((one) => one.type === type).map(candidate);
  const [local, remote] = [ofKind("local-candidate"), ofKind("remote-candidate")];
  const pair = chosenPair(entries);
  const [mine, theirs] = [local.find(({ id }) => id === pair?.localCandidateId), remote.find(({ id }) => id === pair?.remoteCandidateId)];
  return { local, remote, chosen: mine && theirs ? [mine, theirs] : null };
}

/**
 * @param {any[]} entries
 * @returns {any} the pair's entry; undefined where none was chosen yet
 */
function chosenPair(entries) {
  const pairs = entries.filter(({ type }) => type === "candidate-pair");
  const named = entries.find(({ type }) => type === "transport")?.selectedCandidatePairId;
  // Firefox has no entry for the transport
  return pairs.find(({ id }) => id === named) ?? pairs.find(({ nominated, state }) => nominated && state === "succeeded");
}

/**
 * @param {any} entry
 * @returns {Candidate}
 */
function candidate({ id, candidateType = "", protocol = "", relayProtocol = "", address, ip, port }) {
  const host = address ?? ip ?? "";
  const shown = host.includes(":") ? `[${host}]` : host;
  return {
    id,
    type: candidateType,
    protocol,
    relayProtocol,
    address: host ? `${shown}:${port}` : "",
  };
}
