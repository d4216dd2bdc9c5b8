// The kitchen's dialogs: recall, what is shown, and the keys.
import { t, channel, hm, dated, at } from "./words.js";
import { el, icon } from "./dom.js";
import { now } from "./live.js";
import { choice, choose } from "./choices.js";
import { dialog } from "./dialog.js";
import { label } from "./draw.js";
import { offerSwitches } from "./panel.js";

// ---- recall ----

const list = el("ol", "recall");
const recall = dialog(t("recall"), el("p", "", t("recall.text")), list);
let bring = () => {};

/** openRecall offers the orders that left the cook's view; take(order) brings one back. */
export function openRecall(orders, take) {
  bring = take;
  fill(orders);
  recall.showModal();
}

/** drawRecall draws them anew while they are offered. */
export function drawRecall(orders) {
  if (recall.open) fill(orders);
}

function fill(orders) {
  const text = JSON.stringify(orders);
  if (list.dataset.text === text) return;
  list.dataset.text = text;
  list.replaceChildren(...orders.map((o) => el("li", "", row(o))));
  if (!orders.length) list.append(el("li", "", t("recall.none")));
}

function row(o) {
  const when = o.picked_up_at ? t("recall.picked", { at: dated(at(o.picked_up_at), now()) }) : t("recall.ready", { at: hm(at(o.ready_at)) });
  const b = el("button", "", icon(o.picked_up_at ? "picked" : "ready"), el("b", "", label(o)),
    el("span", "", o.channel ? channel(o.channel) : ""), el("span", "dim", when));
  b.type = "button";
  b.addEventListener("click", () => {
    recall.close();
    bring(o);
  });
  return b;
}

recall.addEventListener("keydown", (e) => {
  const rows = [...list.querySelectorAll("button")], at = rows.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[e.key];
  if (/^[1-9]$/.test(e.key)) rows[e.key - 1]?.click();
  else if (next !== undefined) rows[(next + rows.length) % rows.length]?.focus();
  else return;
  e.preventDefault();
});

// ---- what is shown ----

const choices = el("div", "choices");
const view = dialog(t("view"), choices);

/** option is a button that is pressed or not. */
function option(text, pressed, act) {
  const b = el("button", "option", icon(pressed ? "ready" : "off"), text);
  b.type = "button";
  b.setAttribute("aria-pressed", pressed);
  b.addEventListener("click", act);
  return b;
}

/** openView offers what is sorted by, and the stations and channels that are shown. */
export function openView(channels, stations) {
  const draw = () => {
    const by = choice("sort", "arrival"), hidden = choice("hidden", []);
    const words = { arrival: t("view.arrival"), promise: t("view.promise"), forecast: t("view.forecast") };
    choices.replaceChildren(
      el("fieldset", "", el("legend", "", t("view.sort")), ...Object.entries(words).map(([key, text]) =>
        option(text, by === key, () => (choose("sort", key), draw())))),
      stations.length ? el("fieldset", "", el("legend", "", t("view.station")), ...["", ...stations].map((name) =>
        option(name || t("view.station.all"), choice("station", "") === name, () => (choose("station", name), draw())))) : "",
      el("fieldset", "", el("legend", "", t("view.channels")), ...channels.map((name) =>
        option(name ? channel(name) : t("view.other"), !hidden.includes(name), () => {
          choose("hidden", hidden.includes(name) ? hidden.filter((x) => x !== name) : [...hidden, name]);
          draw();
        }))));
  };
  draw();
  view.showModal();
}

// ---- the keys ----

const rows = () => [
  ["← ↑ → ↓", t("keys.arrows")], ["Enter", t("keys.enter")], ["1 – 9", t("keys.digits")], ["U", t("keys.undo")],
  ["R", t("recall")], ["F", t("view")], ["/", t("allday")], ["PgUp PgDn", t("keys.pages")], ["?", t("keys")],
];
const help = dialog(t("keys"), el("dl", "keys", ...rows().flatMap(([key, text]) => [el("dt", "", el("kbd", "", key)), el("dd", "", text)])));

/** openHelp shows what the keys do. */
export const openHelp = () => help.showModal();

offerSwitches(t("keys"), [["bump", t("keys.bump"), true]]);
