// @ts-check
/** Finds another microphone for a call whose own went away: loaded when that happens. */

import { CallMicrophone } from "../voicesite/microphone.js";
import { gettext } from "./i18n.js";

const REPLACED = gettext("Your microphone went away. Another one is used now.");
const REFUSED = gettext("The browser no longer allows your microphone. Allow it, then reload the page: the call goes on.");
const GONE = gettext("Your microphone went away. Plug one in: the call goes on.");
/** How long it is shown that another one is used. */
const SHOWN_MS = 8000;

/**
 * Takes the default microphone, now or when one is plugged in.
 * @param {(stream: MediaStream) => Promise<void>} use
 * @param {(words: string) => void} say shows what happened; an empty text: no longer
 * @returns {CallMicrophone} to be closed with the call
 */
export function findAnother(use, say) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const onLost = (/** @type {{replaced: boolean, code?: string}} */ { replaced, code }) => {
    clearTimeout(timer);
    say(replaced ? REPLACED : code === "permission" ? REFUSED : GONE);
    if (replaced) {
      timer = setTimeout(() => say(""), SHOWN_MS);
    }
  };
  const microphone = new CallMicrophone({ use, onLevel: () => {}, onLost });
  microphone.replaceLost();
  return microphone;
}
