// @ts-check
/** Asks the server for STUN and TURN servers. No DOM. */

/**
 * @param {string} address of `GET /api/v1/ice-servers`
 * @param {number} limitMs how long the answer may take
 * @returns {Promise<RTCIceServer[]>} none if the server does not answer in time
 */
export async function findIceServers(address, limitMs) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(limitMs) });
    return answer.ok ? (await answer.json()).iceServers : [];
  } catch {
    return [];
  }
}
