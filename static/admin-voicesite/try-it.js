// @ts-check
/** Try it: hear a sentence, read an answer. */

const panel = document.getElementById("try-it");

/**
 * @param {string} name
 * @returns {any}
 */
function part(name) {
  return document.getElementById(`try-${name}`);
}

/**
 * @param {string} address
 * @param {string} text
 */
async function ask(address, text) {
  const token = /** @type {HTMLInputElement} */ (document.querySelector("[name=csrfmiddlewaretoken]")).value;
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify({ text }),
  });
  if (answer.ok) {
    return answer;
  }
  const told = await answer.json().catch(() => ({ message: `The server answered ${answer.status}.` }));
  throw new Error(told.message);
}

/**
 * @param {string} button
 * @param {() => Promise<void>} work
 */
function onPress(button, work) {
  part(button).addEventListener("click", async () => {
    part("problem").hidden = true;
    part(button).disabled = true;
    try {
      await work();
    } catch (error) {
      part("problem").textContent = /** @type {Error} */ (error).message;
      part("problem").hidden = false;
    } finally {
      part(button).disabled = false;
    }
  });
}

if (panel) {
  onPress("say", async () => {
    const answer = await ask(String(panel.dataset.say), part("sentence").value);
    const audio = part("audio");
    URL.revokeObjectURL(audio.src);
    audio.src = URL.createObjectURL(await answer.blob());
    audio.hidden = false;
    audio.play();
  });
  onPress("answer", async () => {
    const answer = await ask(String(panel.dataset.answer), part("turn").value);
    part("answered").textContent = (await answer.json()).answer || "(It keeps silent.)";
  });
}
