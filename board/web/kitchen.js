// The kitchen's page: a tile for each order, what waits to be handed over, what a person
// must look at, and the shelf.
import { t } from "./words.js";
import { $, el } from "./dom.js";
import { now, isGone, follow } from "./live.js";
import { label, ready, cooking, lamp, notices } from "./draw.js";

const places = { handover: $("#handover"), cooking: $("#cooking") };

const tiles = new Map(); // order id → {text, tile, tick}

/** keep returns an order's tile, drawn anew only if what it says changed. */
function keep(id, text, make) {
  let one = tiles.get(id);
  if (one?.text !== text) {
    one = { text, ...make() };
    tiles.set(id, one);
  }
  if (!isGone()) one.tick(now());
  return one.tile;
}

function show({ board, health }) {
  const open = new Map(board.orders.map((o) => [o.order_id, o]));
  const slots = board.slots ?? [];
  const sent = new Set(slots.filter((s) => s.ready_seq && s.ready_seq <= health.acked).map((s) => s.order_id));
  const full = slots.length > 0 && slots.every((s) => s.order_id);
  for (const id of tiles.keys()) if (!open.has(id)) tiles.delete(id);

  const drawn = { handover: [], cooking: [] };
  for (const o of board.orders) {
    const done = o.phase === "ready";
    const extra = done ? sent.has(o.order_id) : full;
    drawn[done ? "handover" : "cooking"].push(
      keep(o.order_id, JSON.stringify([o, extra]), () => (done ? ready(o, extra) : cooking(o, extra))));
    tiles.get(o.order_id).tile.dataset.label = label(o) + (o.late ? " " + t("light.late") : "");
  }
  for (const [name, list] of Object.entries(drawn)) places[name].querySelector(".tiles").replaceChildren(...list);
  places.handover.hidden = drawn.handover.length === 0;
  places.cooking.querySelector(".empty").hidden = board.orders.length > 0;

  $("#counts").textContent = t("counts", { cooking: drawn.cooking.length, ready: drawn.handover.length });
  $("#shelf").replaceChildren(...slots.map((s) => lamp(s, open.get(s.order_id), health.acked)));
  showNotices(board);
  fit();
}

function showNotices(board) {
  const most = 4;
  const all = notices(board, now());
  const rest = all.slice(most);
  if (rest.length) {
    const list = rest.map((e) => e.dataset.label).join(t("mods"));
    all.splice(most, rest.length, el("li", "notice", t("more.notices", { n: rest.length, list })));
  }
  $("#notices").replaceChildren(...all);
}

// ---- size ----

// As large as all fits. What does not fit at the smallest size is named by number:
// nobody scrolls a screen on a wall.
const sizes = [1.6, 1.4, 1.2, 1.05, 0.95, 0.85, 0.78, 0.72];
const small = 0.9; // below this a long name may be cut rather than make all smaller
const row = 4; // px of a row of the grid, as in the style sheet
const spills = (e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1;
const cut = (place) => [...place.querySelectorAll(".who > *")].some((e) => e.scrollWidth > e.clientWidth);

const fit = () => Object.values(places).forEach(fitPlace);

function fitPlace(place) {
  trim(place, 0);
  place.classList.remove("brief");
  for (const size of sizes) {
    place.style.setProperty("--z", size);
    pack(place);
    if (!spills(place) && (size < small || !cut(place))) return;
  }
  place.classList.add("brief");
  pack(place);
  const count = place.querySelector(".tiles").children.length;
  for (let hidden = 1; hidden <= count && spills(place); hidden++) trim(place, hidden);
}

/** pack gives each tile as many rows as it is high, so that none leaves a hole. */
function pack(place) {
  const all = [...place.querySelector(".tiles").children];
  const heights = all.map((e) => e.offsetHeight);
  all.forEach((e, i) => (e.style.gridRowEnd = "span " + Math.ceil((heights[i] + 2 * row) / row)));
}

/** trim hides the last n tiles of a place and names them. */
function trim(place, n) {
  const all = [...place.querySelector(".tiles").children];
  all.forEach((e, i) => (e.hidden = i >= all.length - n));
  const more = place.querySelector(".more");
  more.hidden = n === 0;
  more.textContent = n && t("more", { n, list: all.slice(all.length - n).map((e) => e.dataset.label).join(t("mods")) });
}

let drawn = false;
addEventListener("resize", () => drawn && fit());
follow({
  show(state) {
    show(state);
    drawn = true;
  },
  tick(minute) {
    const changed = [...tiles.values()].filter((one) => one.tick(now())).length > 0;
    if (changed || minute) fit();
  },
});
