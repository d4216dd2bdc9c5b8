// The panel for what is chosen per screen: a button in the header opens it. Every page has
// theme and text size there; a page's own modules add theirs with offer.
import { t } from "./words.js";
import { $, el, icon } from "./dom.js";
import { choice, choose } from "./choices.js";

const body = el("div", "choices");
const panel = el("dialog", "panel", body);
const close = el("button", "", t("screen.close"));
close.type = "button";
close.addEventListener("click", () => panel.close());
panel.append(close);
panel.setAttribute("aria-label", t("screen"));
panel.addEventListener("click", (e) => e.target === panel && panel.close()); // beside it
document.body.append(panel);

const opener = el("button", "opener", icon("screen"));
opener.type = "button";
opener.setAttribute("aria-label", t("screen"));
opener.addEventListener("click", () => panel.showModal());
$("header").append(opener);

/** offer adds a question to the panel, with one of several answers: [value, text] each.
 * The answer is kept as the choice of that key. */
export function offer(key, question, fallback, answers) {
  const set = el("fieldset", "", el("legend", "", question));
  for (const [value, text] of answers) {
    const input = el("input");
    Object.assign(input, { type: "radio", name: key, checked: choice(key, fallback) === value });
    input.addEventListener("change", () => choose(key, value));
    set.append(el("label", "", input, el("span", "", text)));
  }
  body.append(set);
}

/** offerSwitch adds a question with yes or no for an answer. */
export function offerSwitch(key, question, fallback) {
  const input = el("input");
  Object.assign(input, { type: "checkbox", checked: choice(key, fallback) });
  input.addEventListener("change", () => choose(key, input.checked));
  body.append(el("label", "switch", input, el("span", "", question)));
}

offer("theme", t("screen.theme"), "dark", [
  ["dark", t("screen.dark")], ["light", t("screen.light")], ["auto", t("screen.auto")],
]);
offer("size", t("screen.size"), "normal", [
  ["normal", t("screen.normal")], ["large", t("screen.large")], ["huge", t("screen.huge")],
]);
