// Keys. A bump bar is a keyboard: its digits touch the tiles by number.
import { choice } from "./choices.js";

const towards = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** listen calls what the keys mean: do has tiles(), bump(n), turn(by), undo(), recall(),
 * view(), allday() and help(). */
export function listen(on) {
  const letters = { u: on.undo, r: on.recall, f: on.view, "/": on.allday, "?": on.help };
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.target.closest?.("dialog, input, select, textarea")) return;
    document.body.classList.add("keyed");
    const letter = letters[e.key.toLowerCase()];
    if (towards[e.key]) move(on.tiles(), towards[e.key], on.turn);
    else if (/^[1-9]$/.test(e.key) && choice("bump", true)) e.repeat || on.bump(e.key - 1);
    else if (e.key === "PageDown" || e.key === "PageUp") on.turn(e.key === "PageDown" ? 1 : -1);
    else if (letter) e.repeat || letter();
    else return void (e.repeat && (e.key === "Enter" || e.key === " ") && e.preventDefault()); // a key that is held touches once
    e.preventDefault();
  });
}

/** move moves the focus to the nearest tile in a direction, or turns the page. */
function move(tiles, [x, y], turn) {
  const from = document.activeElement;
  if (!tiles.includes(from)) return void tiles[0]?.focus();
  const centre = (e) => {
    const r = e.getBoundingClientRect();
    return [r.left + r.width / 2, r.top + Math.min(r.height / 2, 40)];
  };
  const [fx, fy] = centre(from);
  let best, nearest = Infinity;
  for (const one of tiles) {
    const [cx, cy] = centre(one);
    const along = (cx - fx) * x + (cy - fy) * y, across = Math.abs((cx - fx) * y) + Math.abs((cy - fy) * x);
    if (along > 5 && along + 3 * across < nearest) [best, nearest] = [one, along + 3 * across];
  }
  if (best) best.focus();
  else if (turn(x + y)) tiles[0]?.isConnected || document.querySelector(".face")?.focus();
}
