// A business day: its figures, its plots, and the board as it was.
import { t, channel, span } from "./words.js";
import { $, el, icon } from "./dom.js";
import { follow } from "./live.js";
import { plots } from "./today-plots.js";

let day; // as the server answered, undefined until the first
let asked = new URL(location).searchParams.get("day") ?? ""; // empty is the newest
let turn = 0; // of the last question: an older answer is none

async function load(name = asked) {
  const mine = ++turn;
  asked = name;
  let answer;
  try {
    const response = await fetch("/today/day.json?day=" + encodeURIComponent(name));
    answer = await response.json();
    if (!response.ok) throw new Error(response.status === 404 ? t("today.missing") : t("failed"));
  } catch (e) {
    if (mine === turn) say(e instanceof TypeError ? t("unreachable") : e.message, true);
    return;
  }
  if (mine !== turn) return;
  const another = day?.day !== answer.day;
  day = answer;
  show(another);
}

function say(text, bad = false) {
  $("#said").textContent = text;
  $("#said").classList.toggle("bad", bad);
}

/** step is the day some days later. */
const step = (name, days) => new Date(Date.parse(name) + days * 864e5).toISOString().slice(0, 10);

function show(another) {
  const newest = day.day === day.newest;
  asked = newest ? "" : day.day;
  history.replaceState(null, "", newest ? "/today" : "/today?day=" + day.day);
  Object.assign($("#day"), { value: day.day, min: day.first, max: day.newest });
  $("#before").disabled = day.day <= day.first;
  $("#after").disabled = $("#newest").disabled = newest;
  $("#file").href = "/today/orders.csv?day=" + day.day;
  say([day.orders.length ? "" : t("today.empty"), day.cut ? t("today.cut") : ""].filter(Boolean).join(" · "));
  $("#sum").replaceChildren(...sums(day.figures));
  const open = [...document.querySelectorAll(".plot")].map((p) => !!p.querySelector("details")?.open);
  $("#plots").replaceChildren(...plots(day.figures));
  if (!another) [...document.querySelectorAll(".plot")].forEach((p, i) => open[i] && p.querySelector("details")?.setAttribute("open", ""));
  range(another);
}

// ---- the figures ----

const minutes = (s) => t("today.minutes", { n: (s / 60).toFixed(1) });
const percent = (share) => Math.round(100 * share) + " %";
const some = (n, text) => (n ? text : "–");

function sums(f) {
  const p = f.forecast;
  return [
    [t("today.orders"), f.orders, t("today.sum.orders", f)],
    [t("today.made"), some(f.made.n, minutes(f.made.p50)), some(f.made.n, t("today.sum.most", { t: minutes(f.made.p85) }))],
    [t("today.late"), f.late, some(f.orders, t("today.sum.share", { p: percent(f.late / f.orders) }))],
    [t("today.forgotten"), f.forgotten, t("today.sum.forgotten")],
    [t("today.wait"), some(f.wait.n, minutes(f.wait.p50)), some(f.wait.n, t("today.sum.most", { t: minutes(f.wait.p85) }))],
    [t("today.waiting"), f.waiting, t("today.sum.waiting")],
    [t("today.error"), some(p.n, "± " + minutes(p.mae)), t("today.sum.n", p)],
    [t("today.coverage"), some(p.n, percent(p.coverage_85)), some(p.n, t("today.sum.between", { p: percent(p.coverage_70) }))],
  ].map(([title, value, note]) => el("div", "", el("dt", "", title), el("dd", "value", String(value)), el("dd", "note", note)));
}

// ---- the board as it was ----

const moment = $("#moment");
const fiveMinutes = 300;

/** range sets the slider from the first order to when the last one left, and a new day to
 * its fullest moment, or to now. */
function range(another) {
  $("#then").hidden = day.orders.length === 0;
  if (!day.orders.length) return;
  const last = Math.max(...day.orders.map((o) => Math.max(o.accepted, o.ready ?? 0, o.left ?? 0)));
  const low = Math.floor(day.orders[0].accepted / fiveMinutes) * fiveMinutes;
  const high = Math.ceil((last + 1) / fiveMinutes) * fiveMinutes;
  const atEnd = moment.value === moment.max;
  Object.assign(moment, { min: low, max: high });
  if (another) moment.value = day.day === day.newest ? high : fullest(low, high);
  else if (atEnd) moment.value = high;
  then();
}

const there = (o, at) => o.accepted <= at && !(o.left <= at);

function fullest(low, high) {
  let best = low, most = -1;
  for (let at = low; at <= high; at += fiveMinutes) {
    const n = day.orders.filter((o) => there(o, at)).length;
    if (n > most) [best, most] = [at, n];
  }
  return best;
}

/** clock is the store's time so many seconds after the day's begin, also of a day on which
 * the clocks were set, or of one in summer, seen in winter. */
function clock(at) {
  const { hours } = day.figures;
  const minute = +day.from.slice(14, 16) + Math.floor(at / 60), i = Math.floor(minute / 60);
  const last = hours.length - 1;
  const hour = i <= last ? hours[i].hour : (hours[last].hour + i - last) % 24;
  return String(hour).padStart(2, "0") + ":" + String(minute % 60).padStart(2, "0");
}

function then() {
  const at = +moment.value;
  const text = clock(at);
  $("#clock-then").textContent = text;
  moment.setAttribute("aria-valuetext", text);
  const all = day.orders.filter((o) => there(o, at));
  const ready = all.filter((o) => o.ready <= at), cooking = all.filter((o) => !(o.ready <= at));
  $("#was").replaceChildren(list(t("kitchen"), "cooking", cooking, (o) => at - o.accepted, at),
    list(t("handover"), "ready", ready, (o) => at - o.ready, at));
}

function list(title, name, orders, since, at) {
  const items = orders.map((o) => {
    const late = o.promised < (o.ready <= at ? o.ready : at);
    return el("li", name + (late ? " late" : ""), late ? icon("late") : undefined, el("b", "", o.number || t("unnumbered")),
      el("small", "", [o.channel && channel(o.channel), span(since(o) * 1000), late ? t("light.late") : ""].filter(Boolean).join(" · ")));
  });
  const heading = el("h3", "", `${title} · ${orders.length}`);
  return el("div", "", heading, el("ul", "", ...items));
}

moment.addEventListener("input", then);
for (const [id, by] of [["#hour-before", -3600], ["#hour-after", 3600]]) {
  $(id).addEventListener("click", () => {
    moment.value = +moment.value + by;
    then();
  });
}

// ---- the days ----

$("#step").addEventListener("submit", (e) => e.preventDefault());
$("#day").addEventListener("change", () => $("#day").value && load($("#day").value));
$("#before").addEventListener("click", () => day && load(step(day.day, -1)));
$("#after").addEventListener("click", () => day && load(step(day.day, 1)));
$("#newest").addEventListener("click", () => load(""));

load();
follow({
  show() {},
  tick(minute) {
    if (minute && asked === "" && document.visibilityState === "visible") load();
  },
});
