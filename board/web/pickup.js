// The page for couriers and guests: numbers that are being prepared, and those that are
// ready, with the slot where they stand.
import { t, channel } from "./words.js";
import { $, el, arrange } from "./dom.js";
import { follow, isGone } from "./live.js";
import { offerSounds, play } from "./sounds.js";

const sizes = [9, 7.5, 6, 5, 4, 3.2, 2.6]; // rem of a number, the last of them on pages
const turns = 8000; // ms of a page
const news = 8000; // ms for which a number is new

const lists = { preparing: new Map(), ready: new Map() }; // key → element
const pages = { preparing: 0, ready: 0 };
let known; // the keys that were ready before

const key = (o) => [o.number, o.channel, o.slot].join("\n");

function entry(o) {
  const e = el("li", "", el("span", "", o.number));
  if (o.channel) e.append(el("small", "", channel(o.channel)));
  if (o.slot) e.append(el("span", "slot", o.slot));
  return e;
}

function show(state) {
  if (isGone()) return;
  const fresh = state.ready.filter((o) => known && !known.has(o.number + "\n" + (o.channel ?? "")));
  known = new Set(state.ready.map((o) => o.number + "\n" + (o.channel ?? "")));
  for (const [name, entries] of Object.entries(lists)) {
    const seen = new Map(state[name].map((o) => [key(o), o]));
    for (const k of entries.keys()) if (!seen.has(k)) entries.delete(k);
    const sorted = [...seen].map(([k, o]) => {
      const e = entries.get(k) ?? entry(o);
      entries.delete(k); // it is put back in its order
      entries.set(k, e);
      if (name === "ready" && fresh.includes(o)) call(e);
      return e;
    });
    fit(name, sorted);
  }
  if (fresh.length) play("ready");
}

/** call lets a number be seen that has just become ready. */
function call(e) {
  e.classList.add("new");
  setTimeout(() => e.classList.remove("new"), news);
}

/** fit draws a list as large as all of it fits, or one page of it. */
function fit(name, all = [...lists[name].values()]) {
  const place = $("#" + name), list = place.querySelector("ul"), page = place.querySelector(".page");
  const wide = Math.max(2, ...all.map((e) => e.firstChild.textContent.length * 0.68 + (e.querySelector(".slot")?.textContent.length ?? -1.5) * 0.42 + 1.1));
  list.style.setProperty("--wide", wide);
  page.textContent = "";
  arrange(list, all);
  const width = list.clientWidth, root = parseFloat(getComputedStyle(document.documentElement).fontSize);
  for (const size of sizes) {
    if (size * root * wide > width && size !== sizes[sizes.length - 1]) continue;
    list.style.setProperty("--n", size + "rem");
    if (list.scrollHeight <= list.clientHeight + 1) return;
  }
  const end = list.getBoundingClientRect().bottom + 1;
  const beyond = all.findIndex((e) => e.getBoundingClientRect().bottom > end);
  const fits = beyond < 0 ? all.length : Math.max(1, beyond);
  const count = Math.ceil(all.length / fits), n = pages[name] % count;
  arrange(list, all.slice(n * fits, (n + 1) * fits));
  page.textContent = t("pickup.page", { n: n + 1, count });
}

setInterval(() => {
  for (const name of Object.keys(pages)) {
    if (!$("#" + name + " .page").textContent) continue;
    pages[name]++;
    fit(name);
  }
}, turns);
addEventListener("resize", () => Object.keys(lists).forEach((name) => fit(name)));
addEventListener("chosen", () => Object.keys(lists).forEach((name) => fit(name)));

offerSounds(["ready"]);
follow({ from: "/pickup/events", show });
