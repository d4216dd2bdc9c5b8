// What a day is plotted as. Times come in seconds and are shown in minutes.
import { t } from "./words.js";
import { plot, empty, around } from "./plot.js";

const minutes = (s) => s / 60;
const short = (s) => (s / 60).toFixed(1);
const percent = (share) => Math.round(100 * share) + " %";

/** plots are those of a day's figures. */
export function plots(f) {
  const hours = busy(f.hours);
  return [
    orders(hours),
    spreads(hours, "made", t("today.made"), t("today.made.note")),
    reliability(f.forecast),
    errors(hours),
    spreads(hours, "wait", t("today.wait"), t("today.wait.note")),
  ];
}

/** busy are the hours from the first with an order to the last, six at least. */
function busy(hours) {
  const some = hours.map((h, i) => (h.orders ? i : -1)).filter((i) => i >= 0);
  if (!some.length) return [];
  const from = Math.max(0, Math.min(some[0], hours.length - 6));
  return hours.slice(from, Math.max(some[some.length - 1] + 1, from + 6));
}

const name = (h) => String(h.hour).padStart(2, "0");
const below = (hours) => {
  const each = Math.ceil(hours.length / 12);
  return hours.map((h, i) => [i, name(h)]).filter((_, i) => i % each === 0);
};
const across = (hours) => [-0.6, hours.length - 0.4];

function orders(hours) {
  if (!hours.length) return empty(t("today.orders"));
  const p = plot(t("today.orders"), t("today.orders.note"), across(hours), around(0, Math.max(4, ...hours.map((h) => h.orders))));
  p.axes(below(hours), t("today.hour"));
  hours.forEach((h, i) => {
    p.bar("main", i - 0.4, i + 0.4, h.late, h.orders);
    p.bar("part", i - 0.4, i + 0.4, 0, h.late);
  });
  return p.done({ main: t("today.intime"), part: t("today.late") },
    [t("today.hour"), t("today.orders"), t("today.late")], hours.map((h) => [name(h), h.orders, h.late]));
}

/** spreads plots where the middle of some times lies, and most of them, hour by hour. */
function spreads(hours, key, title, note, low = 0) {
  const some = hours.filter((h) => h[key].n);
  if (!some.length) return empty(title);
  const all = some.flatMap((h) => [minutes(h[key].p15), minutes(h[key].p85)]);
  const p = plot(title, note, across(hours), around(Math.min(low, ...all), Math.max(low + 4, ...all)));
  p.axes(below(hours), t("today.hour"));
  hours.forEach((h, i) => {
    const s = h[key];
    if (!s.n) return;
    p.path("most", [[i, minutes(s.p15)], [i, minutes(s.p85)]]);
    p.dot("mid", i, minutes(s.p50));
  });
  return p.done({ mid: t("today.middle"), most: t("today.most") },
    [t("today.hour"), t("today.count"), t("today.p15"), t("today.p50"), t("today.p85")],
    some.map((h) => [name(h), h[key].n, short(h[key].p15), short(h[key].p50), short(h[key].p85)]));
}

const errors = (hours) => spreads(hours, "error", t("today.error"), t("today.error.note"), 0);

/** reliability plots what was promised against what came true: on the diagonal every promise
 * is kept. Few orders prove little, so the note says how many there were. */
function reliability(f) {
  const title = t("today.reliable");
  if (!f.n) return empty(title);
  const p = plot(title, t("today.reliable.note", { n: f.n }), [0, 1], [0, 1]);
  p.axes([0, 0.25, 0.5, 0.75, 1].map((v) => [v, percent(v)]), t("today.promised"), percent);
  p.path("ideal", [[0, 0], [1, 1]]);
  const points = f.below.map((share, i) => [(i + 1) / 20, share]);
  p.path("curve", [[0, 0], ...points]);
  for (const [x, y] of points.filter((_, i) => i % 2 === 0)) p.dot("mid", x, y);
  return p.done({ mid: t("today.true"), ideal: t("today.ideal") },
    [t("today.promised"), t("today.true")], points.map(([x, y]) => [percent(x), percent(y)]));
}
