// The kitchen's page: a tile for each order, what waits to be handed over, all that is
// still to cook, what a person must look at, and the shelf.
import { t, channel, at } from "./words.js";
import { $, el, icon, button, banner } from "./dom.js";
import { now, isGone, follow, pace } from "./live.js";
import { choice, choose } from "./choices.js";
import { label, marked, tile, show as drawTile, lamp, notices } from "./draw.js";
import { age, left, sorted, shown, part, allDay, changes } from "./orders.js";
import { pending, onTouch, settle, touch, refuse } from "./touch.js";
import { offerSounds, isMute, onUnlock, play } from "./sounds.js";
import { Place } from "./places.js";
import { openRecall, drawRecall, openView, openHelp } from "./tools.js";
import { listen } from "./keys.js";

const places = { handover: new Place($("#handover"), true), cooking: new Place($("#cooking"), false) };
const wet = 400; // ms in which a second touch is a wet finger's
const tiles = new Map(); // order id → tile
const foreseen = new Map(); // order id → p50, also of an order that was just made ready

const stations = JSON.parse($("#stations")?.textContent ?? "[]"); // as the settings of the box have them
let state; // the newest
let moment; // the kitchen's time as of the last drawing, which is one for all of it
let before; // the orders of the one before
let later; // the timer for the end of the next grace
let lastTouched; // the order that was touched last at this screen

// ---- what is shown ----

/** undoable is since when an order can be taken back by touching it again. */
function undoable(o) {
  const since = o.phase === "ready" ? o.ready_at : o.picked_up_at;
  return since && left(since, moment, pace) > 0 ? since : undefined;
}

/** divided returns the orders by where they stand: an order that was just touched stays
 * where it was, so that a second touch finds it. */
function divided() {
  const { board, left: gone } = state;
  const out = { handover: [], cooking: [] };
  for (const o of board.orders) out[o.phase === "ready" && !undoable(o) ? "handover" : "cooking"].push(o);
  for (const o of gone) if (o.phase === "picked_up" && undoable(o)) out.handover.push(o);
  out.handover.sort((a, b) => at(a.ready_at) - at(b.ready_at));
  return out;
}

/** station is the one whose dishes this screen shows; "" is all. */
const station = () => stations.find((s) => s.name === choice("station", ""))?.name ?? "";

/** wanted are the orders that this screen is to show, and visible what it shows of them: of
 * one that is cooking a station sees its own dishes. */
const wanted = (orders) => shown(orders, choice("hidden", [])).filter((o) =>
  !station() || o.phase === "ready" && !undoable(o) || part(o, station(), stations));
const visible = (orders) => wanted(orders).map((o) => (station() && o.phase === "cooking" ? part(o, station(), stations) : o));

function draw() {
  if (!state) return;
  moment = now();
  const { board, health } = state;
  for (const o of board.orders) {
    if (o.p50) foreseen.set(o.order_id, o.p50);
    else if (o.phase === "ready") o.p50 = foreseen.get(o.order_id); // it stays in its place
  }
  settle(phaseOf);
  const by = choice("sort", "arrival");
  const all = divided();
  const slots = board.slots ?? [];
  const full = slots.length > 0 && slots.every((s) => s.order_id);
  const count = (phase) => board.orders.filter((o) => o.phase === phase).length;
  $("#counts").textContent = t("counts", { cooking: count("cooking"), ready: count("ready") });
  const open = new Map(board.orders.map((o) => [o.order_id, o]));
  $("#shelf").replaceChildren(...slots.map((s) => lamp(s, open.get(s.order_id), health.acked)));
  showStrip(board.orders);
  showMute();
  showNotices(board);
  showAllDay(visible(board.orders));
  drawRecall(state.left);
  // Last, since it takes the room that is left.
  const seen = new Set();
  const focused = document.activeElement.closest(".tile"), home = focused?.parentNode;
  const index = home ? [...home.children].indexOf(focused) : 0;
  for (const [name, orders] of Object.entries(all)) {
    const list = visible(orders);
    $("#" + name).hidden = name === "handover" && list.length === 0;
    $("#cooking .empty").hidden = all.cooking.length > 0;
    places[name].set((name === "cooking" ? sorted(list, by) : list).map((o) => {
      seen.add(o.order_id);
      return keep(o, full && o.phase === "cooking", health);
    }));
  }
  // Who works by keys goes on where the order was, and not after it.
  if (home && focused.parentNode !== home) home.children[Math.min(index, home.children.length - 1)]?.firstChild.focus({ preventScroll: true });
  for (const id of tiles.keys()) if (!seen.has(id)) tiles.delete(id);
  for (const id of foreseen.keys()) if (!seen.has(id)) foreseen.delete(id);
  number();
  drawAgain();
}

/** keep returns an order's tile, which draws itself when it is about to be seen. */
function keep(o, full, health) {
  let one = tiles.get(o.order_id);
  if (!one) tiles.set(o.order_id, (one = tile(o.order_id)));
  const since = undoable(o);
  one.name = label(o);
  one.others = o.others;
  one.draw = () => {
    const busy = pending.get(o.order_id);
    drawTile(one, o, { looks: looks() || !!o.others, mode: since ? "undo" : o.phase, since, full, health, busy: busy && { ...busy } });
    if (!isGone()) one.tick(now());
  };
  return one;
}

/** looks says that this screen may look and not touch. */
const looks = () => document.body.dataset.role === "view";

const drawn = () => [...places.cooking.drawn, ...places.handover.drawn];

/** number gives the keys of a bump bar to the tiles, and notes which ones moved so far that
 * a finger on its way meets another. */
function number() {
  const cooking = places.cooking.drawn;
  for (const [i, one] of drawn().entries()) {
    const { left: x, top, width, height } = one.li.getBoundingClientRect(), y = top + scrollY;
    if (!(Math.abs(x - one.x) < width / 3 && Math.abs(y - one.y) < height / 3)) one.moved = performance.now();
    Object.assign(one, { x, y });
    one.key.textContent = cooking[i] === one && i < 9 ? i + 1 : "";
  }
}

/** drawAgain draws when the next grace ends. */
function drawAgain() {
  clearTimeout(later);
  const ends = [...state.board.orders, ...state.left].map((o) => undoable(o)).filter(Boolean).map((since) => left(since, moment, pace));
  if (ends.length && !isGone()) later = setTimeout(draw, Math.min(...ends) + 20);
}

/** showStrip says that a filter hides orders, whether any of them is late, and how a touch
 * of an order without a tile is doing: one that is called back. */
function showStrip(orders) {
  const hidden = choice("hidden", []), only = station();
  const seen = new Set(wanted(orders)), away = orders.filter((o) => !seen.has(o));
  const n = away.length, late = away.filter((o) => o.phase === "cooking" && age(o, moment) !== "cooking").length;
  const touched = state.left.filter((o) => pending.has(o.order_id) && !tiles.has(o.order_id))
    .map((o) => [t("touch.order", { order: label(o) }), pending.get(o.order_id).error || t("touch.sending")]);
  const text = JSON.stringify([hidden, only, n, late, touched]);
  const strip = $("#strip");
  if (strip.dataset.text === text) return;
  strip.dataset.text = text;
  strip.replaceChildren(...touched.map(([who, how]) => banner("warn", "recall", who, how)), ...(hidden.length || only ? [
    el("p", "banner filter", icon("filter"), only && el("b", "", t("view.station.only", { name: only })), n || !only ? el("b", "", t("view.hidden", { n })) : "",
      late ? el("b", "", icon("late"), t("view.hidden.late", { n: late })) : "",
      el("span", "", hidden.length ? t("view.hidden.what", { list: hidden.map(channelName).join(t("mods")) }) : ""),
      button("", "close", t("view.all"), () => (choose("station", ""), choose("hidden", []))))] : []));
}

/** showMute says that this screen makes no sound yet. */
const showMute = () => (mute.hidden = !isMute());

const channelName = (name) => (name ? channel(name) : t("view.other"));

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

function showAllDay(orders) {
  $("#allday").hidden = !choice("allday", false);
  if ($("#allday").hidden) return;
  const rows = allDay(orders, t("mods")).map((d) => el("li", "", el("b", "qty", d.qty + "×"), el("span", "name", ...marked(d.name),
    ...(d.mods.length ? [el("span", "mods", ...marked(d.mods.map((m) => m.qty + "× " + m.text).join(" · ")))] : []))));
  $("#allday ul").replaceChildren(...rows);
}

/** tell says what is new since the state before, aloud and to screen readers. */
function tell(orders) {
  if (before) {
    const news = changes(before, wanted(orders));
    if (news.late.length) play("late");
    else if (news.fresh.length) play("fresh");
    else if (news.changed.length) play("changed");
    if (news.fresh.length) {
      $("#news").textContent = news.fresh.map((o) => t("news", { order: label(o), channel: o.channel ? channel(o.channel) : "" }).trim()).join(t("mods"));
    }
  }
  before = wanted(orders);
}

// ---- what is touched ----

const phaseOf = (id) => [...state.board.orders, ...state.left].find((o) => o.order_id === id)?.phase;

/** act does what a touch of a tile means. by is "hand", or "key" of a keyboard. */
function act(one, by) {
  const moment = performance.now();
  const slipped = moment - (one.acted ?? -Infinity) < wet || (by === "hand" && moment - one.moved < wet && moment - opened > wet);
  if (slipped) return;
  if (looks()) return void refuse(one.id, t("touch.role"));
  if (one.others) return void refuse(one.id, t("touch.station"));
  one.acted = moment;
  lastTouched = one.id;
  const phase = phaseOf(one.id);
  touch(one.id, { cooking: "ready", ready: "handover", undo: takesBack[phase] }[one.mode], phase);
}
const takesBack = { ready: "undo", picked_up: "return" };
const opened = performance.now();

$("main").addEventListener("click", (e) => {
  const face = e.target.closest(".face");
  const one = face && tiles.get(face.parentNode.dataset.id);
  if (one) act(one, e.detail === 0 ? "key" : "hand");
});

/** undoLast takes back what was touched last at this screen. */
function undoLast() {
  const left = state?.left.find((o) => o.order_id === lastTouched);
  if (left) touch(left.order_id, takesBack[left.phase], left.phase);
}

// The tile answers before all else is looked at again.
onTouch((id) => {
  tiles.get(id)?.draw();
  setTimeout(draw, 50);
});
onUnlock(showMute);
addEventListener("known", draw); // a screen that may only look is told so
addEventListener("chosen", () => {
  draw();
  before = state && wanted(state.board.orders); // what a filter shows anew is no news
});

const recall = (o) => touch(o.order_id, "recall", o.phase);
const channels = () => [...new Set([...(state?.board.orders ?? []).map((o) => o.channel ?? ""), ...choice("hidden", [])])].sort();
const actions = {
  recall: () => state && !looks() && openRecall(state.left, recall),
  view: () => openView(channels(), stations.map((s) => s.name)),
  allday: () => choose("allday", !choice("allday", false)),
  help: openHelp,
};
const mute = button("mute", "mute", t("sound.locked"), () => {}); // the touch itself is what is needed
$("#counts").after(el("div", "tools", mute,
  button("recalls", "recall", t("recall"), actions.recall), button("", "filter", t("view"), actions.view),
  button("", "list", t("allday"), actions.allday), button("", "help", t("keys"), actions.help)));

listen({
  tiles: () => drawn().map((one) => one.face),
  bump: (n) => places.cooking.drawn[n] && act(places.cooking.drawn[n], "hand"),
  turn: (by) => Object.values(places).some((p) => p.turn(by)),
  undo: undoLast, ...actions,
});
offerSounds(["fresh", "changed", "late"]);

// ---- the stream ----

const fit = () => state && (Object.values(places).forEach((p) => p.fit()), number());
addEventListener("resize", fit);
follow({
  busy: () => [...pending.values()].some((one) => !one.over),
  show(next) {
    const other = next !== state;
    state = next;
    draw();
    if (other) tell(next.board.orders);
  },
  tick(minute) {
    const changed = drawn().filter((one) => one.tick(now())).length > 0;
    if (changed || minute) fit();
  },
});
