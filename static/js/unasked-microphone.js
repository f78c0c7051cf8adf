// @ts-check
/** Whether a call may connect while its microphone opens. No DOM. */

/** @returns {Promise<boolean>} whether there is a microphone that opens without asking anybody, as far as the browser tells */
export async function opensUnasked() {
  try {
    const { state } = await navigator.permissions.query({ name: /** @type {any} */ ("microphone") });
    const devices = await navigator.mediaDevices.enumerateDevices();
    return state === "granted" && devices.some(({ kind }) => kind === "audioinput");
  } catch {
    return false; // an older browser
  }
}
