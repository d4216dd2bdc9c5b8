// The panel for what is chosen per screen: a button in the header opens it. Every page has
// theme and text size there; a page's own modules add theirs with offer. Beside it is one
// for the other pages, where the header has no room to name them.
import { t } from "./words.js";
import { $, el, button } from "./dom.js";
import { choice, choose } from "./choices.js";
import { dialog } from "./dialog.js";

const body = el("div", "choices");
const panel = dialog(t("screen"), body);

const links = el("nav", "");
links.setAttribute("aria-label", t("pages"));
const menu = dialog(t("pages"), links);

$("header")?.append(
  button("menu", "menu", t("pages"), () => {
    links.replaceChildren(...[...document.querySelectorAll("header nav a")].map((a) => a.cloneNode(true)));
    menu.showModal();
  }),
  button("opener", "screen", t("screen"), () => panel.showModal()),
);

/** answer is one of several, as an input with its text. */
function answer(type, key, text, checked, take) {
  const input = el("input");
  Object.assign(input, { type, name: key, checked });
  input.addEventListener("change", () => take(input.checked));
  return el("label", "switch", input, el("span", "", text));
}

/** offer adds a question to the panel, with one of several answers: [value, text] each.
 * The answer is kept as the choice of that key. */
export function offer(key, question, fallback, answers) {
  body.append(el("fieldset", "", el("legend", "", question),
    ...answers.map(([value, text]) => answer("radio", key, text, choice(key, fallback) === value, () => choose(key, value)))));
}

/** offerSwitches adds a question whose answers are each yes or no: [key, text, fallback]
 * each; taken is called with the key and the answer. */
export function offerSwitches(question, switches, taken = () => {}) {
  body.append(el("fieldset", "", el("legend", "", question),
    ...switches.map(([key, text, fallback]) => answer("checkbox", key, text, choice(key, fallback), (yes) => {
      choose(key, yes);
      taken(key, yes);
    }))));
}

/** offerDeed adds a line with a button that does something at once. */
export function offerDeed(text, name, act) {
  const button = el("button", "", name);
  button.type = "button";
  button.addEventListener("click", act);
  body.append(el("div", "deed", el("span", "", text), button));
}

offer("theme", t("screen.theme"), "dark", [
  ["dark", t("screen.dark")], ["light", t("screen.light")], ["auto", t("screen.auto")],
]);
offer("size", t("screen.size"), "normal", [
  ["normal", t("screen.normal")], ["large", t("screen.large")], ["huge", t("screen.huge")],
]);
