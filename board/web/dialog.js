// Dialogs: a title, what is inside, and a button that closes.
import { t } from "./words.js";
import { el } from "./dom.js";

/** dialog makes one; open it with showModal. A touch beside it closes it too. */
export function dialog(title, ...inside) {
  const close = el("button", "", t("close"));
  close.type = "button";
  const d = el("dialog", "panel", el("h2", "", title), ...inside, close);
  d.setAttribute("aria-label", title);
  close.addEventListener("click", () => d.close());
  d.addEventListener("click", (e) => e.target === d && d.close());
  document.body.append(d);
  return d;
}
