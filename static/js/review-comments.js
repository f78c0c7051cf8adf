// @ts-check
/** Comments on a call: a click on a comment's time plays from there; a new one takes the player's time. */

/** @returns {HTMLAudioElement | null} the recording's player, which a refresh of the page may replace */
function player() {
  return document.querySelector("#audio, .vs-player audio");
}

/**
 * @param {number} seconds
 * @returns {string} such as 1:05 or 1:02:03
 */
export function clockTime(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const parts = hours ? [hours, String(minutes).padStart(2, "0")] : [minutes];
  return [...parts, String(whole % 60).padStart(2, "0")].join(":");
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-play-ms]");
  const audio = player();
  if (button instanceof HTMLElement && audio) {
    audio.currentTime = Number(button.dataset.playMs) / 1000;
    audio.play().catch(() => audio.focus()); // its own controls start there, too
  }
});

const take = document.getElementById("rv-take");
const place = document.getElementById("rv-at");
if (take && place instanceof HTMLInputElement) {
  take.hidden = false;
  take.addEventListener("click", () => {
    place.value = clockTime(player()?.currentTime ?? 0);
    place.focus();
  });
}
