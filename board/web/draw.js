// Tiles, lamps and notices. Each drawing is an element and, where time changes it,
// a tick(now) that says whether its shape changed.
import { t, channel, hm, dated, span, at, alarming } from "./words.js";
import { el, icon, put } from "./dom.js";

/** marked splits a ticket's text at the words about allergies. */
function marked(text) {
  const parts = text.split(alarming);
  return parts.map((part, i) => (i % 2 ? el("mark", "", icon("late"), part) : part));
}

/** label is what staff call an order. */
export const label = (o) => o.order || (o.table ? t("table", o) : t("unnumbered"));

function head(o) {
  const who = el("span", "who");
  if (o.channel) who.append(el("span", "channel", channel(o.channel)));
  if (o.table && o.order) who.append(el("span", "table", t("table", o)));
  const number = el("b", o.order && o.order.length < 5 ? "number" : "number long", label(o));
  const parts = el("div", "head", number, who);
  if (o.slot) parts.append(el("span", "slot", o.slot));
  return parts;
}

function dishes(o) {
  if (o.unread) return el("p", "unread", icon("slip"), el("b", "", t("unread")), " ", t("unread.text"));
  const list = el("ul", "items");
  if (o.confidence) list.append(el("li", "guess", icon("slip"), t("guess", { p: Math.round(100 * o.confidence) })));
  for (const i of o.items ?? []) {
    const name = el("span", "name", ...marked(i.name));
    if (i.mods?.length) name.append(" ", el("span", "mods", ...marked(i.mods.join(t("mods")))));
    list.append(el("li", "", el("b", i.qty === 1 ? "qty one" : "qty", i.qty + "×"), name));
  }
  return list;
}

const notes = (o) =>
  o.notes ? el("p", "notes", el("b", "", t("notes")), " ", ...marked(o.notes)) : undefined;

/** chip is a state by shape and word. */
const chip = (name, text) => el("span", "chip " + name, icon(name), el("span", "", text));

const urged = (o) =>
  o.urged ? chip("urged", o.urged > 1 ? t("phase.urged.n", { n: o.urged }) : t("phase.urged")) : undefined;

/** ready draws an order that waits to be handed over. */
export function ready(o, sent) {
  const since = el("span", "elapsed");
  const phase = o.waiting ? chip("waiting", t("phase.waiting")) : chip(sent ? "sent" : "ready", t("phase.ready"));
  const tile = el("li", "tile ready" + (o.waiting ? " waiting" : ""),
    head(o), el("div", "chips", phase, urged(o), since), dishes(o), notes(o));
  const from = at(o.ready_at);
  const tick = (now) => from && put(since, span(now - from));
  return { tile, tick };
}

/** cooking draws an order that is being made. full says that no slot is free. */
export function cooking(o, full) {
  const phase = el("span", "phase");
  const bar = progress(o);
  const queue = full && !o.slot ? chip("queue", t("phase.queue")) : undefined;
  const tile = el("li", "tile", head(o), el("div", "chips", phase, urged(o), queue), bar.tile, dishes(o), notes(o));
  const due = at(o.promised);
  let shown;
  const tick = (now) => {
    const before = shown;
    const over = due && now > due;
    const state = over || o.late ? "late" : "cooking";
    const text = over ? t("phase.overdue", { t: span(now - due) }) : t("phase." + state);
    if (shown !== state) {
      phase.replaceChildren(chip(state, text));
      tile.className = "tile " + state + (o.urged ? " pressed" : "");
      shown = state;
    }
    put(phase.querySelector(".chip > span"), text);
    bar.tick(now);
    return shown !== before;
  };
  return { tile, tick };
}

/** progress draws the time from acceptance on: what has passed, where the forecast
 * lies (from its median to the time that holds in 85 of 100), and the promise. */
function progress(o) {
  const [from, p50, p85, due] = [o.accepted, o.p50, o.p85, o.promised].map(at);
  const past = el("i", "past"), band = el("i", "band"), flag = el("i", "flag");
  const elapsed = el("b", "elapsed"), said = el("span", "forecast"), promise = el("span", "promise");
  const track = el("div", "track", past, p50 && p85 ? band : undefined, due ? flag : undefined);
  track.setAttribute("role", "img");
  const tile = el("div", "progress", elapsed, track, el("div", "legend", said, promise));
  track.hidden = !due && !p50; // nothing to measure by
  const tick = (now) => {
    const end = Math.max(now, p85 ?? now, due ?? now, from + 60000);
    const place = (ms) => Math.min(100, Math.max(0, ((ms - from) / (end - from)) * 96));
    past.style.width = place(now) + "%";
    band.style.left = place(p50) + "%";
    band.style.width = Math.max(1.5, place(p85) - place(p50)) + "%";
    flag.style.left = place(due) + "%";
    track.classList.toggle("over", now > due);
    track.setAttribute("aria-label", t("bar", { t: span(now - from) }));
    put(elapsed, span(now - from));
    put(said, forecast(p50, p85, now));
    if (due) put(promise, t("promise", { at: dated(due, now) }));
  };
  return { tile, tick };
}

function forecast(p50, p85, now) {
  if (!p50 || !p85) return t("forecast.none");
  const [a, b] = [hm(p50), hm(p85)];
  if (now > p85) return t("forecast.past", { b });
  return a === b ? t("forecast.one", { a }) : t("forecast", { a, b });
}

/** lamp draws one slot of the shelf with the light it shows. */
export function lamp(s, order, acked) {
  const light = s.light === "ready" && s.ready_seq <= acked ? "sent" : s.light;
  const shape = { assigned: "cooking" }[light] ?? light;
  return el("li", "lamp " + light, icon(shape), el("b", "", s.slot),
    el("b", "order", order && label(order)), el("small", "", t("light." + light)));
}

/** notices draws what a person must look at: slips without an order, then faults. */
export function notices(board, now) {
  const slips = (board.unknown_slips ?? []).map((s) => notice("slip", t("slip." + s.kind),
    [s.number, s.channel && channel(s.channel)].filter(Boolean).join(" "),
    t("slip.text"), dated(at(s.at), now)));
  const faults = (board.faults ?? []).map((f) => notice("fault", t("fault", f), f.text, f.remedy,
    t("fault.since", { at: dated(at(f.since), now) })));
  return [...slips, ...faults];
}

function notice(kind, title, text, remedy, when) {
  const e = el("li", "notice " + kind, icon(kind), el("div", "",
    el("p", "", el("b", "", title), " ", el("span", "", text ?? ""), " ", el("small", "", when)),
    remedy ? el("p", "remedy", remedy) : undefined));
  e.dataset.label = title;
  return e;
}
