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

/** put sets an element's text, and touches nothing if it has that already. */
export const put = (e, text) => e.textContent === text || (e.textContent = text);

/** banner is a line about the whole shop: bad, warn or info. */
export const banner = (kind, shape, title, ...text) =>
  el("p", "banner " + kind, icon(shape), el("b", "", title), el("span", "", text.filter(Boolean).join(" · ")));
