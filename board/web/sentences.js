// The sentences for courier and customer: shown, changed, tried with an example, and taken
// back to the shipped ones.
import { t } from "./words.js";
import { el, icon, button, put } from "./dom.js";
import { send } from "./send.js";
import { dialog } from "./dialog.js";

const calm = 400; // ms without a key before an example is made
// In the order of an order's life.
const kinds = ["accepted", "soon", "eta", "ready", "ready.undone", "late", "waiting", "picked_up", "cancelled", "closed"].map((k) => "order." + k);
const people = ["courier", "customer"];

let one; // {panel, list, told, deeds}

const transaction = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

/** sentences lets an owner change those of the store; saved is called when that is done. */
export function sentences(shown, saved) {
  if (!one) {
    const list = el("div"), told = el("p", "note"), deeds = el("div", "deeds");
    told.setAttribute("role", "status");
    one = { list, told, deeds, panel: dialog(t("settings.texts"), el("p", "about", t("settings.texts.how", { fact: "{{.Order}}", if: "{{if .Slot}}", end: "{{end}}" })), list, told, deeds) };
    one.panel.classList.add("wide");
  }
  const own = JSON.parse(JSON.stringify(shown.own));
  const boxes = new Map(); // "order.ready/courier" → {says, problem}
  let timer, turn = 0; // of the last preview: an older answer is none

  const set = (alert, who, text) => {
    const value = text === shown.shipped[alert][who] ? "" : text;
    own[alert] = { ...own[alert], [who]: value };
    if (people.every((p) => !own[alert][p])) delete own[alert];
    clearTimeout(timer);
    timer = setTimeout(preview, calm);
  };

  const preview = async () => {
    const mine = ++turn;
    let said;
    try {
      said = await send("/settings/say", { base: shown.version, templates: own });
    } catch (e) {
      if (mine === turn) tell("late", e.message);
      return;
    }
    if (mine !== turn) return;
    const wrong = new Map((said.problems ?? []).map((p) => [p.key, p.text]));
    for (const [key, box] of boxes) {
      const [alert, who] = key.split("/");
      const problem = wrong.get(key) ?? wrong.get(alert + "/") ?? "";
      box.problem.hidden = !problem;
      put(box.problem, problem);
      if (said.says) put(box.says, said.says[alert]?.[who] ?? "");
    }
    if (wrong.size) tell("late", t("settings.wrong", { n: wrong.size, list: [...wrong.keys()].map((k) => t("settings.alert." + k.split("/")[0])).join(t("mods")) }));
    else one.told.hidden = true;
    one.save.disabled = wrong.size > 0;
  };

  const tell = (shape, text) => {
    one.told.hidden = false;
    one.told.replaceChildren(icon(shape), text);
  };

  const box = (alert, who) => {
    const area = el("textarea");
    const says = el("p", "says"), problem = el("p", "problem");
    area.id = "s-" + alert + "-" + who;
    area.maxLength = 1000;
    area.spellcheck = false;
    area.value = own[alert]?.[who] || shown.shipped[alert][who];
    problem.hidden = true;
    const label = el("label", "", t("settings.who." + who));
    label.htmlFor = area.id;
    area.addEventListener("input", () => set(alert, who, area.value));
    const back = button("", "undo", t("settings.shipped"), () => {
      area.value = shown.shipped[alert][who];
      set(alert, who, area.value);
    });
    boxes.set(alert + "/" + who, { says, problem });
    return [label, area, problem, says, el("div", "deeds", back)];
  };

  one.list.replaceChildren(...kinds.filter((k) => shown.shipped[k]).map((alert) =>
    el("section", "sentence", el("h3", "", t("settings.alert." + alert)), ...people.flatMap((who) => box(alert, who)))));
  one.save = button("main", "stored", t("settings.save"), async () => {
    one.save.disabled = true;
    try {
      const said = await send("/settings/sentences", { base: shown.version, transaction: transaction(), templates: own });
      if (!said.problems) {
        one.panel.close();
        return void saved();
      }
      return void (await preview());
    } catch (e) {
      tell("late", e.code === "changed" ? t("settings.changed") : e.message);
    }
    one.save.disabled = false;
  });
  one.deeds.replaceChildren(one.save);
  one.told.hidden = true;
  preview();
  one.panel.showModal();
}
