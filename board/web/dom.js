// Elements. Text from tickets goes in as text nodes and never as markup.
const svg = "http://www.w3.org/2000/svg";

export const $ = (selector) => document.querySelector(selector);

/** el makes an element; what is undefined or empty is left out of it. */
export function el(tag, name, ...inside) {
  const e = document.createElement(tag);
  if (name) e.className = name;
  e.append(...inside.filter((x) => x !== undefined && x !== ""));
  return e;
}

/** icon is one of the shapes in base.html. */
export function icon(name) {
  const s = document.createElementNS(svg, "svg");
  s.setAttribute("aria-hidden", "true");
  s.append(document.createElementNS(svg, "use"));
  s.firstChild.setAttribute("href", "#i-" + name);
  return s;
}

/** button is one that shows a shape and says a word, or shows it too where there is room. */
export function button(name, shape, word, act) {
  const b = el("button", name, icon(shape), el("span", "word", word));
  b.type = "button";
  b.setAttribute("aria-label", word);
  b.title = word;
  b.addEventListener("click", act);
  return b;
}

/** put sets an element's text, and touches nothing if it has that already. */
export const put = (e, text) => e.textContent === text || (e.textContent = text);

/** arrange makes a list an element's children and moves only what must move, so that
 * what has the focus keeps it. */
export function arrange(parent, list) {
  const focus = document.activeElement;
  const kept = new Set(list);
  for (const e of [...parent.children]) if (!kept.has(e)) e.remove();
  list.forEach((e, i) => parent.children[i] !== e && parent.insertBefore(e, parent.children[i] ?? null));
  if (focus !== document.activeElement && parent.contains(focus)) focus.focus({ preventScroll: true });
}

/** banner is a line about the whole shop: bad, warn or info. */
export const banner = (kind, shape, title, ...text) =>
  el("p", "banner " + kind, icon(shape), el("b", "", title), el("span", "", text.filter(Boolean).join(" · ")));
