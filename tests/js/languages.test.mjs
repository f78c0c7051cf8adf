import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { gzipSync } from "node:zlib";

import { gettext, inserted, LOCALE, ngettext, pgettext } from "../../static/js/i18n.js";
import de from "../../static/voicesite/languages/de.js";
import es from "../../static/voicesite/languages/es.js";
import { ENGLISH, inDigits, setLanguage, setMessages, words, wordsOfError } from "../../static/voicesite/messages.js";
import { VoiceError } from "../../static/voicesite/voice-error.js";
import { judge } from "../../static/voicesite/quality.js";

const FIGURES = { transport: "webrtc", roundTripMs: 1200, lossUp: null, lossDown: null, jitterMs: null, queuedMs: null, relayed: false };
const placeholders = (text) => (text.match(/\{\w+\}/g) ?? []).sort();

test("without a catalogue the pages speak English", () => {
  assert.equal(gettext("Saved."), "Saved.");
  assert.equal(pgettext("verb", "Answer"), "Answer");
  assert.deepEqual([0, 1, 2].map((count) => ngettext("one", "many", count)), ["many", "one", "many"]);
  assert.equal(inserted("{a} of {b}, {c}", { a: 1, b: "two" }), "1 of two, {c}");
  assert.equal(LOCALE, "en-GB");
});

test("a page's catalogue is one script", async () => {
  const script = await readFile(new URL("../../static/js/languages/de.js", import.meta.url), "utf8");
  new Function(script)();
  const german = await import("../../static/js/i18n.js?german");
  delete globalThis.voicesiteCatalogue;
  assert.equal(german.gettext("Saved."), "Gespeichert.");
  assert.equal(german.ngettext("Try again in about {count} second.", "Try again in about {count} seconds.", 1), "Versuchen Sie es in etwa {count} Sekunde noch einmal.");
  assert.match(german.ngettext("Try again in about {count} second.", "Try again in about {count} seconds.", 5), /Sekunden/);
  assert.ok(gzipSync(script).length < 12 * 1024, `${gzipSync(script).length}`);
});

for (const [name, catalogue] of [["de", de], ["es", es]]) {
  test(`the library's ${name} is whole`, () => {
    assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(ENGLISH).sort());
    for (const [key, text] of Object.entries(ENGLISH)) {
      assert.deepEqual(placeholders(catalogue[key]), placeholders(text), key);
      assert.ok(catalogue[key]);
    }
  });
}

test("the library speaks the language that it is told", async () => {
  await setLanguage("de-AT");
  assert.equal(words("stop"), "Auflegen");
  assert.equal(wordsOfError("no-microphone"), "Es wurde kein Mikrofon gefunden.");
  assert.equal(wordsOfError("strange"), "Der Anruf ist fehlgeschlagen (strange).");
  assert.equal(inDigits(1234.5, 1), "1234,5");
  assert.equal(judge(FIGURES).reason, "Der Ton braucht 1,2 s zum Server und zurück.");
  await setLanguage("tlh");
  assert.equal(words("stop"), "Hang up");
});

test("a page's own words count, and English for the rest", () => {
  setMessages({ stop: "Bye" });
  assert.deepEqual([words("stop"), words("mute")], ["Bye", "Mute"]);
  setMessages({});
});

test("an error speaks the page's language, which a server does not", async () => {
  const why = () => new VoiceError({ code: "not_allowed", message: "This ticket is only for the agent 'scribe'." }).message;
  setMessages({});
  assert.match(why(), /only for the agent/);
  await setLanguage("de");
  assert.equal(why(), de["error.not-allowed"]);
  setMessages({});
});
