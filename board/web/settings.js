// The page of the settings: what may be set, what a change would do, and how to go back.
import { t, at, dated } from "./words.js";
import { $, el, icon, button, put } from "./dom.js";
import { follow, now } from "./live.js";
import { send } from "./send.js";
import { dialog } from "./dialog.js";
import { sentences } from "./sentences.js";

const places = { board: "shop", language: "shop", slots: "shop", alert: "alert", texts: "texts" };
const calm = 400; // ms without a key before a change is looked at

let shown; // as the box told last
// What is not saved, key → value. It outlives that the page loads itself anew, as it does
// when somebody saves another language.
const wanted = new Map(JSON.parse(sessionStorage.getItem("wanted") ?? "[]"));
const keep = () => sessionStorage.setItem("wanted", JSON.stringify([...wanted]));
const fields = new Map(); // key → {box, input, problem}
const slow = 12000; // ms that a save may take longer: as packaged, another service writes

// ---- what is set ----

async function load() {
  const response = await fetch("/settings.json").catch(() => undefined);
  if (!response?.ok) return;
  shown = await response.json();
  draw();
}

function draw() {
  const { fields: all, problem, restart } = shown;
  for (const place of new Set(Object.values(places))) {
    const mine = all.filter((f) => places[f.key.split(".")[0]] === place);
    $("#" + place + " .fields").replaceChildren(...mine.map(field));
  }
  say("#trouble", "fault", problem && t("settings.trouble", { file: shown.file }) + "\n" + problem);
  say("#restart", "late", restart.length > 0 && t("settings.restart", { keys: restart.map(name).join(t("mods")) }));
  drawSentences();
  drawLayouts();
  drawVersions();
  check();
}

function say(place, shape, text) {
  const p = $(place);
  p.hidden = !text;
  if (text) p.replaceChildren(icon(shape), text);
}

const known = (f) => t("settings.key." + f.key);

/** name is what people call a key; one that is set elsewhere has no other name. */
function name(key) {
  const f = shown.fields.find((f) => f.key === key);
  return f ? known(f) : key;
}

/** word is a value of a choice as people say it. */
const word = (f, value) => t("settings.choice." + (f.key === "texts.language" && value === "" ? "same" : value));

function field(f) {
  const id = "f-" + f.key;
  const input = el(f.kind === "choice" ? "select" : "input");
  input.id = id;
  if (f.kind === "choice") {
    for (const c of f.choices) {
      const option = el("option", "", word(f, c));
      option.value = c;
      input.append(option);
    }
  } else {
    Object.assign(input, { type: "text", placeholder: f.default, autocomplete: "off", spellcheck: false, maxLength: 200 });
    if (f.kind !== "text") input.inputMode = "text";
  }
  const value = wanted.get(f.key) ?? f.value;
  input.value = f.kind === "choice" ? value || f.default : value;
  input.disabled = !!shown.problem;
  const problem = el("p", "problem");
  problem.hidden = true;
  problem.id = id + "-problem";
  input.setAttribute("aria-describedby", problem.id);
  const box = el("div", "field", label(id, known(f)), input, el("small", "", t("settings.hint." + f.key)),
    f.kind === "choice" ? undefined : el("small", "", t("settings.default", { value: f.default })),
    f.restart ? el("small", "", t("settings.why." + f.restart)) : undefined, problem);
  input.addEventListener("input", () => want(f, input.value.trim()));
  fields.set(f.key, { box, problem });
  return box;
}

function label(id, text) {
  const l = el("label", "", text);
  l.htmlFor = id;
  return l;
}

function want(f, value) {
  const same = value === f.value || (f.kind === "choice" && f.value === "" && value === f.default);
  if (same) wanted.delete(f.key);
  else wanted.set(f.key, value);
  keep();
  clearTimeout(want.timer);
  want.timer = setTimeout(check, calm);
}

// ---- what a change would do ----

const change = () => ({ base: shown.base, values: Object.fromEntries(wanted) });

/** check marks what is not saved and what is wrong with it. */
async function check() {
  for (const [key, one] of fields) {
    one.box.classList.toggle("changed", wanted.has(key));
    mark(one, "");
  }
  if (wanted.size === 0) return news();
  let plan;
  try {
    plan = await send("/settings/plan", change());
  } catch (e) {
    return failed(e);
  }
  const wrong = plan.problems ?? [];
  for (const p of wrong) if (fields.has(p.key)) mark(fields.get(p.key), p.text);
  const elsewhere = wrong.filter((p) => !fields.has(p.key)).map((p) => p.text).join("; ");
  if (wrong.length) return bar("failed", "late", elsewhere || t("settings.wrong", { n: wrong.length, list: wrong.map((p) => name(p.key)).join(t("mods")) }), undo());
  bar("", "list", t("settings.unsaved", { n: wanted.size }), undo(), deed("main", "next", t("settings.look"), () => confirm(plan, change(), forget)));
}

/** news says once that something was saved. */
function news() {
  const saved = sessionStorage.getItem("saved");
  sessionStorage.removeItem("saved");
  if (saved) bar("done", "ready", saved);
  else if (!$("#bar").classList.contains("done")) bar("idle");
}

function mark(one, text) {
  one.problem.hidden = !text;
  one.box.classList.toggle("wrong", !!text);
  one.problem.replaceChildren(...(text ? [icon("late"), text] : []));
}

const deed = (kind, shape, text, act) => button(kind, shape, text, act);
const forget = () => {
  wanted.clear();
  keep();
};
const undo = () => deed("", "undo", t("settings.drop"), () => {
  forget();
  draw();
});

function bar(kind, shape, text, ...deeds) {
  const b = $("#bar");
  b.className = kind;
  if (kind === "idle") return;
  b.querySelector("p").replaceChildren(icon(shape), text);
  b.querySelector(".deeds").replaceChildren(...deeds);
}

function failed(e) {
  const text = e.code === "changed" ? t("settings.changed") : e.message;
  bar("failed", "late", text, e.code === "changed" ? deed("", "recall", t("settings.again"), load) : undo());
}

let asks; // the dialog before a save

/** confirm shows what a change does, line by line, and saves it. */
function confirm(plan, change, saved) {
  if (!asks) {
    const diff = el("div", "diff"), note = el("p", "note"), deeds = el("div", "deeds");
    asks = { diff, note, deeds, panel: dialog(t("settings.confirm"), note, diff, deeds) };
    asks.panel.classList.add("wide");
  }
  asks.diff.replaceChildren(...plan.diff.map((line) => el("div", line[0] === "-" ? "gone" : "come", line)));
  if (!plan.diff.length) asks.diff.replaceChildren(t("settings.same"));
  const later = plan.restart.map(name).join(t("mods"));
  asks.note.hidden = !later;
  asks.note.replaceChildren(icon("late"), t("settings.later", { keys: later }));
  const save = deed("main", "stored", t("settings.save"), async () => {
    save.disabled = true;
    try {
      await send("/settings/save", change, slow);
      saved();
      sessionStorage.setItem("saved", later ? t("settings.saved.later", { keys: later }) : t("settings.saved"));
      await load();
    } catch (e) {
      failed(e);
    }
    asks.panel.close();
  });
  asks.deeds.replaceChildren(save);
  asks.panel.showModal();
}

// ---- the rest ----

function drawSentences() {
  const place = $("#texts .deeds");
  if (!shown.sentences) return place.replaceChildren(t("settings.texts.off"));
  place.replaceChildren(deed("", "list", t("settings.texts.edit"), () => sentences(shown.sentences, load)));
}

function drawLayouts() {
  const { layouts, samples } = shown;
  $("#layouts .about").textContent = t("settings.layouts.about") + " " +
    (samples === undefined ? t("settings.samples.off") : t("settings.samples", { n: samples }));
  $("#layouts ul").replaceChildren(...layouts.map((l) => el("li", l.refused ? "refused" : "",
    l.refused ? el("b", "", icon("fault"), l.name + ": " + t("settings.refused")) : el("b", "", l.name),
    l.refused ? undefined : el("span", "", t("settings.proofs", { n: l.samples })),
    el("small", "", l.refused ?? l.about ?? ""))));
}

function drawVersions() {
  const list = shown.versions.map((v) => el("li", "",
    el("span", "", t("settings.version", { at: dated(at(v.at), now()), by: v.by === "local" ? t("settings.here") : v.by })),
    deed("", "recall", t("settings.back"), () => goBack(v))));
  $("#versions").hidden = list.length === 0;
  $("#versions ul").replaceChildren(...list);
}

async function goBack(v) {
  const change = { base: shown.base, version: v.id };
  try {
    confirm(await send("/settings/plan", change), change, forget);
  } catch (e) {
    failed(e);
  }
}

// What others save is seen when this page is looked at again, unless something is unsaved.
const look = () => !document.hidden && wanted.size === 0 && !document.querySelector("dialog[open]") && load();
document.addEventListener("visibilitychange", look);
let begun = false;
follow({
  show() {
    if (!begun) load();
    begun = true;
  },
});
