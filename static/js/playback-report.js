// @ts-check
/** Tells the server when sound of a call is played, for the access log; what is only loaded is not. */

/** @type {WeakSet<EventTarget>} players that were started and not heard yet */
const started = new WeakSet();

/** @param {HTMLAudioElement} audio */
function audible(audio) {
  return !audio.paused && !audio.muted && audio.volume > 0 && audio.played.length > 0;
}

/** @param {HTMLAudioElement} audio */
function tell(audio) {
  const token = /** @type {HTMLInputElement} */ (document.querySelector("[name=csrfmiddlewaretoken]")).value;
  // the page may be left meanwhile; what cannot be told now is told when play is pressed again
  fetch(audio.dataset.heard ?? "", { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true }).catch(
    () => {},
  );
}

/** @param {Event} event */
function followed({ type, target }) {
  if (!(target instanceof HTMLAudioElement) || !target.dataset.heard) {
    return;
  }
  if (type === "play") {
    started.add(target);
  } else if (started.has(target) && audible(target)) {
    started.delete(target);
    tell(target);
  }
}

// media events do not bubble, and a page may get its player later: so they are caught on their way
for (const name of ["play", "timeupdate"]) {
  document.addEventListener(name, followed, { capture: true });
}
