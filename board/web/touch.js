// Touches on their way: what was touched stays in pending until it is stored, and is sent
// again, as the same, for as long as that may help.
import { t } from "./words.js";
import { send } from "./send.js";

const patience = 60000; // ms after which a touch is given up: later it would say something else
const again = 1500; // ms
const settled = 600; // ms that the state may take to show what was stored
const told = 8000; // ms for which an error stands on its tile

/** pending are the touches that are not stored yet or were refused: order id → {what,
 * error, over}. */
export const pending = new Map();

let changed = () => {};

/** onTouch is called with an order id whenever its touch changed. */
export const onTouch = (draw) => (changed = draw);

/** transaction names a touch; crypto.randomUUID is not there without TLS. */
const transaction = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** reason is what to do about a touch that was refused; undefined where it was so already. */
function reason(error) {
  switch (error.code) {
    case "conflict": return undefined;
    case "not_found": return t("touch.not_found");
    case "busy": return t("touch.busy");
    case "role": case "unpaired": return t("touch.role");
    case "unreachable": case "unavailable": return t("touch.lost");
    default: return error.message;
  }
}

/** refuse lets an order say for a while why it was not touched. */
export function refuse(id, error) {
  if (pending.has(id)) return;
  const one = { error, over: true };
  pending.set(id, one);
  changed(id);
  setTimeout(() => drop(id, one), told);
}

/** drop forgets a touch, unless there is a newer one. */
function drop(id, one) {
  if (pending.get(id) !== one) return;
  pending.delete(id);
  changed(id);
}

/** touch asks "ready", "undo", "handover", "return" or "recall" of an order in a phase. */
export async function touch(id, what, phase) {
  const was = pending.get(id);
  if (was && !was.over) return;
  const one = { what, phase, error: "", over: false };
  const begun = performance.now(), name = transaction();
  pending.set(id, one);
  changed(id);
  for (;;) {
    try {
      await send("/orders/" + what, { order: id, transaction: name });
      return void setTimeout(() => drop(id, one), settled); // it stays until the state shows it
    } catch (error) {
      if (pending.get(id) !== one) return; // the state shows it
      const passes = error.code === "unreachable" || error.code === "unavailable";
      if (passes && performance.now() - begun < patience) {
        one.error = t("touch.again");
        changed(id);
        await wait(again);
        continue;
      }
      one.error = reason(error);
      one.over = true;
      if (!one.error) return drop(id, one);
      changed(id);
      if (!passes) setTimeout(() => drop(id, one), told);
      return; // what was lost is said until the order is touched again or is in another phase
    }
  }
}

/** settle drops the touches that the state shows, whether or not their answer has come:
 * their orders are in another phase. */
export function settle(phaseOf) {
  for (const [id, one] of pending) if (one.phase && phaseOf(id) !== one.phase) pending.delete(id);
}
