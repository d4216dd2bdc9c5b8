// Plots as SVG: a caption, a drawing, and the same as a table for who does not see it.
// Drawn here and not by a library: five small plots that never move weigh 2 kB this way,
// scale with the text, and every figure in them can be read by a screen reader.
import { t } from "./words.js";
import { el } from "./dom.js";

const ns = "http://www.w3.org/2000/svg";
const [width, height, left, right, top, foot] = [480, 230, 46, 10, 12, 34];

/** stepOf is the distance of round numbers from low to high, five or so. */
function stepOf(low, high) {
  const rough = (high - low) / 4 || 1;
  const ten = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((f) => f * ten).find((s) => s >= rough);
}

/** around is [low, high] made wider, to where the round numbers next to them are. */
export function around(low, high) {
  const step = stepOf(low, high);
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step];
}

/** ticks are these round numbers. */
function ticks(low, high) {
  const step = stepOf(low, high);
  const all = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step / 1e6; v += step) all.push(+v.toFixed(6));
  return all;
}

/** plot makes an empty one: x and y are [low, high]. Its methods draw in those units, and
 * done adds the table and the key, and returns the figure. */
export function plot(title, note, x, y) {
  const svg = draw("svg", { class: "drawing", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}. ${note}` });
  const across = (v) => left + ((v - x[0]) / (x[1] - x[0])) * (width - left - right);
  const up = (v) => height - foot - ((v - y[0]) / (y[1] - y[0])) * (height - top - foot);
  const add = (tag, attributes, text) => svg.append(draw(tag, attributes, text));
  const path = (name, points) => add("polyline", { class: name, points: points.map((p) => across(p[0]) + "," + up(p[1])).join(" ") });
  const word = (px, py, anchor, text) => add("text", { x: px, y: py, "text-anchor": anchor }, text);
  return {
    path,
    bar: (name, from, to, low, high) =>
      add("rect", { class: name, x: across(from), width: across(to) - across(from), y: up(high), height: Math.max(0, up(low) - up(high)) }),
    dot: (name, px, py) => add("circle", { class: name, cx: across(px), cy: up(py), r: 5 }),
    /** axes draws lines at ticks of y, and words below those of x: [[at, text]]. */
    axes(below, unit, format = String) {
      for (const v of ticks(...y)) {
        path("grid", [[x[0], v], [x[1], v]]);
        word(left - 6, up(v) + 4, "end", format(v));
      }
      for (const [v, text] of below) word(across(v), height - foot + 18, "middle", text);
      word(width - right, height - 2, "end", unit);
    },
    done(key, head, rows) {
      const keys = el("p", "key", ...Object.entries(key).map(([name, text]) => el("span", name, text)));
      const row = (tag, cells) => el("tr", "", ...cells.map((c) => el(tag, "", String(c))));
      const table = el("table", "", el("thead", "", row("th", head)), el("tbody", "", ...rows.map((r) => row("td", r))));
      return el("figure", "plot", el("figcaption", "", title), el("p", "", note), svg, keys,
        el("details", "", el("summary", "", t("today.table")), el("div", "table", table)));
    },
  };
}

/** empty stands where a plot would, if there were anything to plot. */
export const empty = (title) => el("figure", "plot", el("figcaption", "", title), el("p", "none", t("today.none")));

function draw(tag, attributes, text) {
  const e = document.createElementNS(ns, tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  if (text !== undefined) e.textContent = text;
  return e;
}
