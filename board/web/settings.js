// The page of the settings: what may be set, what a change would do, and how to go back.
import { t, at, dated } from "./words.js";
import { $, el, icon, button, put } from "./dom.js";
import { follow, now } from "./live.js";
import { send, Refused } from "./send.js";
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
  if (!response?.ok) {
    begun = false; // the next state of the stream asks again
    return say("#trouble", "fault", t(response ? "failed" : "unreachable"));
  }
  shown = await response.json();
  draw();
}

function draw() {
  const { fields: all, problem, restart } = shown;
  drop(all);
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

/** is says whether a field has a value already. */
const is = (f, value) => value === f.value || (f.kind === "choice" && f.value === "" && value === f.default);

/** drop forgets what is wanted and is so. Who saves a name has the page loaded anew by the
 * box, perhaps before the answer is here: then it was saved all the same. */
function drop(all) {
  const some = wanted.size > 0;
  for (const f of all) if (is(f, wanted.get(f.key))) wanted.delete(f.key);
  keep();
  if (some && wanted.size === 0) remember(t("settings.saved"));
}

function want(f, value) {
  if (is(f, value)) wanted.delete(f.key);
  else wanted.set(f.key, value);
  keep();
  turn++;
  const looks = $("#bar .main");
  if (looks) looks.disabled = true; // it shows what was wanted before
  clearTimeout(want.timer);
  want.timer = setTimeout(check, calm);
}

// ---- what a change would do ----

const change = () => ({ base: shown.base, values: Object.fromEntries(wanted) });

let turn = 0; // of the last change that was asked about: an older answer is none

/** check marks what is not saved and what is wrong with it. */
async function check() {
  const mine = ++turn, wants = change();
  for (const [key, one] of fields) {
    one.box.classList.toggle("changed", wanted.has(key));
    mark(one, "");
  }
  if (wanted.size === 0) return news();
  sessionStorage.removeItem("saved"); // there is more to say than that
  let plan;
  try {
    plan = await send("/settings/plan", wants);
  } catch (e) {
    if (mine === turn) failed(e);
    return;
  }
  if (mine !== turn) return;
  const wrong = plan.problems ?? [];
  for (const p of wrong) if (fields.has(p.key)) mark(fields.get(p.key), p.text);
  const elsewhere = wrong.filter((p) => !fields.has(p.key)).map((p) => p.text).join("; ");
  if (wrong.length) return bar("failed", "late", elsewhere || t("settings.wrong", { n: wrong.length, list: wrong.map((p) => name(p.key)).join(t("mods")) }), undo());
  bar("", "list", t("settings.unsaved", { n: wanted.size }), undo(), deed("main", "next", t("settings.look"), () => confirm(plan, wants, forget)));
}

/** remember keeps that something was saved, also for the page that is loaded anew for it. */
const remember = (text) => sessionStorage.setItem("saved", JSON.stringify({ text, at: Date.now() }));

/** news says that something was saved just now. */
function news() {
  const saved = JSON.parse(sessionStorage.getItem("saved"));
  if (saved && Date.now() - saved.at < 10000) bar("done", "ready", saved.text);
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
  bar("failed", "late", text, ...(e.code === "changed" ? [deed("", "recall", t("settings.again"), load)] : wanted.size ? [undo()] : []));
}

/** refuse throws what is wrong with a plan as a whole: no field is there to say it. */
function refuse(plan) {
  if (plan.problems?.length) throw new Refused("unset", plan.problems.map((p) => p.text).join("; "));
  return plan;
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
      refuse(await send("/settings/save", change, slow));
      saved();
      remember(later ? t("settings.saved.later", { keys: later }) : t("settings.saved"));
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
    confirm(refuse(await send("/settings/plan", change)), change, () => {}); // what is typed stays
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
