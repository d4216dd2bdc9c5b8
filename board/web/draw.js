// Tiles, lamps and notices. A tile is a button in an element of a list; what it shows is
// drawn anew only where that changed, and what time changes by its tick(now).
import { t, channel, hm, dated, span, at, alarming } from "./words.js";
import { el, icon, put } from "./dom.js";
import { age, left, mark } from "./orders.js";
import { pace } from "./live.js";

/** marked splits a ticket's text at the words about allergies. */
export function marked(text) {
  const parts = text.split(alarming);
  return parts.map((part, i) => (i % 2 ? el("mark", "", icon("late"), part) : part));
}

/** label is what staff call an order. */
export const label = (o) => o.order || (o.table ? t("table", o) : t("unnumbered"));

const stages = { stored: ["stored", () => t("stage.stored")], handed: ["handed", () => t("stage.handed")], acked: ["sent", () => t("stage.acked")] };

/** stage is how far the newest alert of an order has come, by shape and, to be heard, by word. */
function stage(seq, health) {
  const [shape, word] = stages[mark(seq, health)] ?? [];
  if (!shape) return undefined;
  const e = el("span", "stage " + shape, icon(shape));
  e.title = word();
  return e;
}

function head(o, health) {
  const who = el("span", "who");
  if (o.channel) who.append(el("span", "channel", channel(o.channel)));
  who.append(el("span", "table", stage(o.seq, health), o.table && o.order ? t("table", o) : ""));
  const number = el("b", o.order && o.order.length < 5 ? "number" : "number long", label(o));
  return el("div", "head", number, who, o.slot ? el("span", "slot", o.slot) : undefined);
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
  if (o.others) list.append(el("li", "others", t("station.others", { n: o.others })));
  return list;
}

function notes(o) {
  if (!o.notes) return undefined;
  const e = el("p", "notes", el("b", "", t("notes")), " ", ...marked(o.notes));
  if (e.querySelector("mark")) e.classList.add("alarming");
  return e;
}

/** chip is a state by shape and word. */
const chip = (name, text) => el("span", "chip " + name, icon(name), el("span", "", text));

const urged = (o) =>
  o.urged ? chip("urged", o.urged > 1 ? t("phase.urged.n", { n: o.urged }) : t("phase.urged")) : undefined;

/** tile makes the tile of an order, which says nothing yet. */
export function tile(id) {
  const face = el("button", "face");
  face.type = "button";
  const li = el("li", "tile", face, el("kbd", ""));
  li.dataset.id = id;
  return { id, li, face, key: li.lastChild, text: "", tick: () => false };
}

/** show draws an order on its tile, if that says something else than before. mode is what
 * a touch would mean: "cooking", "ready", or "undo" with the time since when that can be;
 * looks says that a touch means nothing at this screen. */
export function show(one, o, c) {
  const text = JSON.stringify([o, c.mode, c.since, c.full, c.busy, c.looks, mark(o.seq, c.health)]);
  if (one.text === text) return;
  Object.assign(one, { text, mode: c.mode }, { cooking, ready, undo }[c.mode](one, o, c));
  one.face.setAttribute("aria-label", spoken(o, c));
  one.face.setAttribute("aria-disabled", c.looks ? "true" : "false");
  one.face.setAttribute("aria-busy", c.busy && !c.busy.over ? "true" : "false");
}

/** spoken is a whole tile as a screen reader says it. */
function spoken(o, c) {
  const means = { cooking: t("touch.ready"), ready: t("touch.handover"), undo: t("touch.undo") };
  const stageOf = stages[mark(o.seq, c.health)];
  return [
    t("touch.order", { order: label(o) }), o.channel && channel(o.channel), o.slot && t("touch.slot", o),
    o.phase === "cooking" ? t(o.late ? "phase.late" : "phase.cooking") : o.phase === "ready" ? t("phase.ready") : t("phase.picked"),
    o.promised && t("promise", { at: hm(at(o.promised)) }),
    ...(o.items ?? []).map((i) => [i.qty + " × " + i.name, ...(i.mods ?? [])].join(" ")),
    o.unread && t("unread") + " " + t("unread.text"), o.notes && t("notes") + " " + o.notes,
    stageOf && stageOf[1](), c.busy && (c.busy.error || t("touch.sending")), !c.looks && means[c.mode],
  ].filter(Boolean).join(t("mods"));
}

/** draw fills a tile; a touch on its way stands in the place of the phase. */
function draw(one, className, busy, ...parts) {
  one.className = "tile " + className + (busy ? (busy.error ? " failed" : " sending") : "");
  one.li.className = one.className;
  one.face.replaceChildren(...parts.filter(Boolean), ...(busy?.error ? [el("p", "error", icon("cut"), busy.error)] : []));
}

const sending = (busy) => (busy && !busy.error ? chip("sending", t("touch.sending")) : undefined);

/** ready draws an order that waits to be handed over. */
function ready(one, o, { busy, health }) {
  const since = el("span", "elapsed");
  const phase = sending(busy) ?? (o.waiting ? chip("waiting", t("phase.waiting")) : chip("ready", t("phase.ready")));
  draw(one, "ready" + (o.waiting ? " waiting" : ""), busy,
    head(o, health), el("div", "chips", phase, urged(o), since), dishes(o), notes(o));
  const from = at(o.ready_at);
  const tick = (now) => {
    put(since, span(now - from));
    return false;
  };
  return { tick };
}

/** undo draws an order that was just made ready or handed over: touched again it is not. */
function undo(one, o, { busy, health, since }) {
  const picked = o.phase === "picked_up";
  const rest = el("b", ""), bar = el("i", "");
  const phase = sending(busy) ?? (picked ? chip("picked", t("phase.picked")) : chip("ready", t("phase.ready")));
  draw(one, "undo", busy, head(o, health), el("div", "chips", phase),
    el("div", "rest", el("span", "", icon("undo"), t("touch.undo"), " ", rest), el("div", "track", bar)), picked ? undefined : dishes(o), picked ? undefined : notes(o));
  const tick = (now) => {
    const ms = left(since, now, pace);
    put(rest, Math.ceil(ms / 1000));
    bar.style.width = ms / 100 + "%";
    return false;
  };
  return { tick };
}

/** cooking draws an order that is being made. full says that no slot is free. */
function cooking(one, o, { full, busy, health }) {
  const phase = el("span", "phase");
  const bar = progress(o);
  const queue = full && !o.slot ? chip("queue", t("phase.queue")) : undefined;
  draw(one, "", busy, head(o, health), el("div", "chips", phase, urged(o), queue), bar.tile, dishes(o), notes(o));
  const base = one.className;
  const due = at(o.promised);
  let shown;
  const tick = (now) => {
    const before = shown;
    shown = age(o, now);
    const over = shown === "late";
    const text = over ? t("phase.overdue", { t: span(now - due) }) : t(shown === "tardy" ? "phase.late" : "phase.cooking");
    if (shown !== before) {
      phase.replaceChildren(sending(busy) ?? chip(shown, text));
      one.li.className = base + " " + shown + (o.urged ? " pressed" : "");
    }
    if (!sending(busy)) put(phase.querySelector(".chip > span"), text);
    bar.tick(now);
    return before !== undefined && shown !== before;
  };
  return { tick };
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
