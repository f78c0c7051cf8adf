// @ts-check
/** Reports to the server that a recording is played, for the access log; merely loading it is not reported. */

/** @type {WeakSet<EventTarget>} players that were started but have not played audio yet */
const started = new WeakSet();

/** @param {HTMLAudioElement} audio */
function played(audio) {
  return !audio.muted && audio.volume > 0 && audio.played.length > 0;
}

/** @param {HTMLAudioElement} audio */
function report(audio) {
  const token = /** @type {HTMLInputElement} */ (document.querySelector("[name=csrfmiddlewaretoken]")).value;
  // the page may be left meanwhile (keepalive); a failed report is repeated at the next play
  fetch(audio.dataset.heard ?? "", { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true }).catch(
    () => {},
  );
}

/** @param {Event} event */
function onMediaEvent({ type, target }) {
  if (!(target instanceof HTMLAudioElement) || !target.dataset.heard) {
    return;
  }
  if (type === "play") {
    started.add(target);
  } else if (started.has(target) && !target.paused && played(target)) {
    started.delete(target);
    report(target);
  }
}

// media events do not bubble, and the player may be added later: so the document captures them
for (const name of ["play", "timeupdate"]) {
  document.addEventListener(name, onMediaEvent, { capture: true });
}

// whoever was quicker than this module has started a player, or played it, before anything was captured
for (const audio of /** @type {NodeListOf<HTMLAudioElement>} */ (document.querySelectorAll("audio[data-heard]"))) {
  if (played(audio)) {
    report(audio);
  } else if (!audio.paused) {
    started.add(audio);
  }
}
