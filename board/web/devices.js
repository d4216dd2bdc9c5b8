// The page of the devices: how each does, what it says, and trials. It asks every second
// while somebody can see it.
import { t, at, dated } from "./words.js";
import { $, el, icon, button, put, arrange } from "./dom.js";
import { follow, now } from "./live.js";
import { send } from "./send.js";
import { listen, attempt } from "./listen.js";

const every = 1000; // ms
const long = 3; // s: how old "just now" may be

const cards = new Map(); // name → {text, card, signs}

/** ago is how long something has been, as people say it. */
function ago(s) {
  if (s < long) return t("devices.now");
  if (s < 100) return t("devices.ago.s", { n: Math.round(s) });
  if (s < 6000) return t("devices.ago.min", { n: Math.round(s / 60) });
  return t("devices.ago.h", { n: Math.round(s / 3600) });
}

const mark = (d) => (d.state === "faulty" || d.state === "unopened" ? "faulty" : d.findings || d.state === "connecting" ? "odd" : "ok");
const shapes = { ok: "ready", odd: "late", faulty: "fault" };

/** signs are what it was heard of last. They change every second. */
function signs(d) {
  const out = [];
  if (d.closed !== undefined) out.push(d.closed ? t("devices.closed") : t("devices.open"));
  if (d.shows) out.push(t("devices.shows", { light: t("light." + d.shows) }));
  if (d.kind === "broker") {
    if (d.since) out.push(t("devices.since", { at: dated(at(d.since), now()) }));
    if (d.waiting) out.push(t("devices.waiting", { n: d.waiting }));
  } else if (d.kind !== "light" && d.kind !== "other" && d.state !== "unopened") {
    out.push(d.last_byte_s === undefined ? t("devices.never") : t("devices.byte", { ago: ago(d.last_byte_s) }));
    if (d.last_event_s !== undefined) out.push(t("devices.event", { ago: ago(d.last_event_s) }));
  }
  return out.join(" · ");
}

function finding(f) {
  return el("p", "finding", el("span", "", f.text), " ",
    f.since ? el("small", "", t("devices.since", { at: dated(at(f.since), now()) })) : undefined,
    f.remedy ? el("span", "remedy", t("devices.remedy", { text: f.remedy })) : undefined);
}

function deeds(d) {
  const row = el("div", "deeds");
  if (["printer", "scale", "button"].includes(d.kind)) {
    row.append(button("", "list", t("devices.listen"), () => listen(d)));
    row.append(button("owner", "help", t("devices.try." + d.kind), () => attempt(d)));
  }
  if (d.kind === "light") row.append(button("owner", "urged", t("devices.blink"), (e) => blink(d, e.currentTarget)));
  return row.children.length ? row : undefined;
}

/** card draws a device anew only if what it says changed; its ages are told each time. */
function card(d) {
  const text = JSON.stringify([d.state, d.path, d.findings]);
  let one = cards.get(d.name);
  if (one?.text !== text) {
    const m = mark(d);
    const line = el("p", "signs");
    const tile = el("li", "device " + m,
      el("div", "top", el("b", "name", d.name), el("span", "state", icon(shapes[m]), t("devices.state." + d.state))),
      d.path ? el("p", "path", d.path) : undefined, line, ...(d.findings ?? []).map(finding), deeds(d));
    cards.set(d.name, (one = { text, tile, line }));
  }
  put(one.line, signs(d));
  return one.tile;
}

function draw(devices) {
  for (const name of cards.keys()) if (!devices.some((d) => d.name === name)) cards.delete(name);
  for (const place of document.querySelectorAll("section[data-kind]")) {
    const mine = devices.filter((d) => d.kind === place.dataset.kind).map(card);
    place.hidden = mine.length === 0;
    arrange(place.querySelector("ul"), mine);
  }
  const bad = devices.filter((d) => mark(d) === "faulty").length;
  const odd = devices.filter((d) => mark(d) === "odd").length;
  const sum = $("#sum");
  sum.className = bad ? "faulty" : "ok";
  const text = bad ? t("devices.sum.bad", { n: bad }) : odd ? t("devices.sum.odd", { n: odd }) : t("devices.sum.ok");
  if (sum.textContent !== text) sum.replaceChildren(icon(bad ? "fault" : "ready"), text);
}

async function blink(d, b) {
  b.disabled = true;
  const word = b.querySelector(".word");
  put(word, t("devices.blinking"));
  try {
    await send("/devices/light", { device: d.name });
    put(word, t("devices.blink"));
  } catch (e) {
    put(word, e.message);
  }
  b.disabled = false;
}

async function look() {
  if (document.hidden) return;
  const response = await fetch("/devices.json").catch(() => undefined);
  if (response?.ok) draw((await response.json()).devices);
}

let asking = false;
async function ask() {
  if (asking) return;
  asking = true;
  await look().catch(() => {}); // the stream says that the box is away
  asking = false;
}

follow({ show: ask });
setInterval(ask, every);
document.addEventListener("visibilitychange", ask);
