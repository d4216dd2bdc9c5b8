// The page's side of the stream: it keeps the newest state, draws what changed and
// says so when nothing comes any more.
import { t, learnZone, hm, hms, dated, at } from "./words.js";
import { el, icon, label, ready, cooking, lamp, notices, banner } from "./draw.js";

const silence = 3500; // ms without a word, looked at twice a second: noticed within four seconds
const fresh = 10 * 60000; // ms for which a start is announced

const $ = (id) => document.querySelector(id);
const places = { handover: $("#handover"), kitchen: $("#kitchen") };

let state; // the newest {now, board, health}
let heard = 0; // when something came last, on this screen's own clock
let gone = false;
let source;

// ---- the kitchen's clock ----

let clock = { at: 0, mine: 0 };
const now = () => clock.at + performance.now() - clock.mine;

function hear(time) {
  heard = performance.now();
  clock = { at: Date.parse(time), mine: heard };
  learnZone(time);
}

// ---- the stream ----

function connect() {
  source?.close();
  heard = performance.now();
  source = new EventSource("events");
  source.addEventListener("edition", (e) => {
    if (e.data !== document.documentElement.dataset.edition) location.reload();
  });
  source.addEventListener("beat", (e) => hear(e.data));
  source.addEventListener("state", (e) => {
    state = JSON.parse(e.data);
    hear(state.now);
    turn(false);
    show();
  });
  source.onerror = lose;
}

function turn(isGone) {
  gone = isGone;
  document.body.classList.toggle("gone", gone);
}

/** lose says that the page is out of date, until the next state comes. */
function lose() {
  if (gone) return;
  turn(true);
  if (state) show();
}

// A browser gives up on some errors for good, and a machine that lost its power
// closes nothing: begin anew after each silence.
setInterval(() => {
  if (performance.now() - heard < silence) return;
  lose();
  connect();
}, 500);

// ---- what is shown ----

const tiles = new Map(); // order id → {text, tile, tick}

/** keep returns an order's tile, drawn anew only if what it says changed. */
function keep(id, text, make) {
  let one = tiles.get(id);
  if (one?.text !== text) {
    one = { text, ...make() };
    tiles.set(id, one);
  }
  if (!gone) one.tick(now());
  return one.tile;
}

function show() {
  const { board, health } = state;
  const open = new Map(board.orders.map((o) => [o.order_id, o]));
  const slots = board.slots ?? [];
  const sent = new Set(slots.filter((s) => s.ready_seq && s.ready_seq <= health.acked).map((s) => s.order_id));
  const full = slots.length > 0 && slots.every((s) => s.order_id);
  for (const id of tiles.keys()) if (!open.has(id)) tiles.delete(id);

  const drawn = { handover: [], kitchen: [] };
  for (const o of board.orders) {
    const done = o.phase === "ready";
    const extra = done ? sent.has(o.order_id) : full;
    drawn[done ? "handover" : "kitchen"].push(
      keep(o.order_id, JSON.stringify([o, extra]), () => (done ? ready(o, extra) : cooking(o, extra))));
    tiles.get(o.order_id).tile.dataset.label = label(o) + (o.late ? " " + t("light.late") : "");
  }
  for (const [name, list] of Object.entries(drawn)) places[name].querySelector(".tiles").replaceChildren(...list);
  places.handover.hidden = drawn.handover.length === 0;
  places.kitchen.querySelector(".empty").hidden = board.orders.length > 0;

  $("#counts").textContent = t("counts", { cooking: drawn.kitchen.length, ready: drawn.handover.length });
  $("#shelf").replaceChildren(...slots.map((s) => lamp(s, open.get(s.order_id), health.acked)));
  showNotices();
  showLink(health);
  showBanners();
  fit();
}

function showNotices() {
  const most = 4;
  const all = notices(state.board, now());
  const rest = all.slice(most);
  if (rest.length) {
    const list = rest.map((e) => e.dataset.label).join(t("mods"));
    all.splice(most, rest.length, el("li", "notice", t("more.notices", { n: rest.length, list })));
  }
  $("#notices").replaceChildren(...all);
}

function showLink(h) {
  const text = gone ? t("gone") : !h.connected ? t("offline") : h.waiting ? t("online.waiting", { n: h.waiting }) : t("online");
  $("#link").replaceChildren(icon(h.connected && !gone ? "sent" : "cut"), text);
}

function showBanners() {
  const { board, health: h } = state;
  const out = [];
  if (gone) out.push(banner("bad", "cut", t("gone"), t("gone.text", { at: hms(clock.at) })));
  if (h.refused) out.push(banner("bad", "fault", t("refused"), t("refused.text")));
  if (!h.connected) {
    out.push(banner("warn", "cut", t("offline"), h.since && t("offline.since", { at: dated(at(h.since), now()) }),
      h.waiting && t("offline.waiting", { n: h.waiting }), h.cause));
  }
  const since = at(board.since), away = at(board.away);
  if (away && now() - since < fresh) {
    out.push(banner("info", "clock", t("away", { since: dated(since, now()) }),
      t("away.text", { from: dated(away, now()), to: hm(since) })));
  }
  $("#banners").replaceChildren(...out);
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

// ---- time ----

let minute; // as the page shows it
setInterval(() => {
  if (gone || !state) return;
  const changed = [...tiles.values()].filter((one) => one.tick(now())).length > 0;
  if (!changed && minute === hm(now())) return;
  $("#clock").textContent = minute = hm(now());
  showBanners(); // the news of a start grows old
  fit();
}, 1000);

addEventListener("resize", () => state && fit());
connect();
