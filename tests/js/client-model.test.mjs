import assert from "node:assert/strict";
import test from "node:test";

import fc from "fast-check";

import { COMMANDS } from "./model/commands.mjs";
import { WatchedClient } from "./model/watched-client.mjs";

/** MODEL_RUNS and MODEL_SEED look longer, and again at what failed. */
const RUNS = Number(process.env.MODEL_RUNS ?? 40);
const SEED = process.env.MODEL_SEED ? { seed: Number(process.env.MODEL_SEED) } : {};
const MOST_COMMANDS = 40;

for (const transport of ["auto", "websocket", "webrtc"]) {
  test(`whatever happens, a client over ${transport} keeps its promises`, async () => {
    const uncaught = [];
    process.on("uncaughtException", (error) => uncaught.push(error));
    const property = fc.asyncProperty(fc.boolean(), fc.commands(COMMANDS, { maxCommands: MOST_COMMANDS, size: "max" }), async (inCall, commands) => {
      const run = new WatchedClient({ transport });
      if (inCall) {
        run.connect();
        await run.world.clock.pass(300);
      }
      const model = { state: "idle" };
      await fc.asyncModelRun(() => ({ model, real: run }), commands);
      await run.finish(model);
      assert.deepEqual(uncaught.splice(0), []);
    });
    await fc.assert(property, { numRuns: RUNS, includeErrorInReport: true, ...SEED });
  });
}
