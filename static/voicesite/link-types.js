// @ts-check
/** Types of the links to the server. It names no other module: modules that name each other cannot be given hashed names. */

/**
 * @typedef {object} PeerHandlers
 * @property {(candidate: RTCIceCandidate) => void} onCandidate called with each local candidate that is not in the offer
 * @property {(state: RTCPeerConnectionState) => void} onState
 * @property {(stream: MediaStream) => void} onTrack
 * @property {() => void} [onRelayRefused] called when a TURN server rejects the credentials
 * @property {() => void} [onGathered] called when no further local candidate will come
 */

/**
 * @typedef {object} SocketLike
 * @property {number} readyState
 * @property {(data: string) => void} send
 * @property {(code?: number) => void} close
 * @property {((event: any) => void) | null} onopen
 * @property {((event: any) => void) | null} onmessage
 * @property {((event: any) => void) | null} onclose
 */
/**
 * @typedef {object} SignalingOptions
 * @property {() => SocketLike} open creates a socket
 * @property {() => number} [lastSeq] the last `seq` before which no segment is missing
 * @property {(work: () => void, afterMs: number) => any} [later] starts a timer
 * @property {(timer: any) => void} [cancel] stops a timer
 * @property {(work: () => void, afterMs: number) => any} [pingLater] starts the timer of the next `ping`
 * @property {() => number} [random] 0..1, the jitter that spreads clients that lost the same server
 */

export {};
