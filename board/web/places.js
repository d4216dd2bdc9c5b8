// A place is a list of tiles that makes the best of its room: as large as all fit, and in
// pages where they do not fit at a size that can be read from two metres.
import { t } from "./words.js";
import { el, button, arrange } from "./dom.js";

const sizes = [1.6, 1.4, 1.2, 1.05, 0.95, 0.85, 0.78, 0.7, 0.62];
const legible = 13; // px of an em
const small = 0.9; // below this a long name may be cut rather than make all smaller
const paged = 0.72; // the size of tiles on pages, if that is legible
const tall = 0.6; // of the place: as high is a tile that spreads, since it was higher than all of it
const least = { width: 14, height: 5.6 }; // em of a tile: more of them than fit by this are not tried
const row = 4; // px of a row of the grid, as in the style sheet
const named = 6; // of the tiles on other pages, if there is room for their numbers
const narrow = 12; // em in which there is not
const scrolled = 40; // tiles on a page that scrolls
const spare = 4; // tiles that are tried beyond those of the last page
const home = 20000; // ms after which a page nobody touches is the first again

// Where the page scrolls, as on a phone, everything has room.
const scrolls = matchMedia("(max-width: 43rem), (max-height: 22rem)");

const spills = (e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1;
const torn = (place) => [...place.querySelectorAll(".face")].some((e) => e.scrollWidth > e.clientWidth + 1);
const cut = (place) => [...place.querySelectorAll(".who > *")].some((e) => e.scrollWidth > e.clientWidth);

/** rows gives a tile as many rows of the grid as it is high. */
const rows = (e, height) => (e.style.gridRowEnd = "span " + Math.ceil((height + 2 * row) / row));

/** shorten lets a tile that is higher than most say how many dishes it leaves out. */
function shorten(e, most) {
  const face = e.firstChild, dishes = [...face.querySelectorAll(".items > li")];
  if (face.offsetHeight <= most || !dishes.length) return;
  const rest = el("li", "left-out");
  dishes[0].parentNode.append(rest);
  const show = (n) => {
    dishes.forEach((d, i) => (d.hidden = i >= n));
    rest.textContent = t("more.dishes", { n: dishes.length - n });
  };
  let [fit, over] = [0, dishes.length];
  while (over - fit > 1) {
    const n = (fit + over) >> 1;
    show(n);
    [fit, over] = face.offsetHeight <= most ? [n, over] : [fit, n];
  }
  show(fit);
  rows(e, face.offsetHeight);
}

/** whole takes back what was done to a tile that is too large. */
function whole(e) {
  e.querySelector(".left-out")?.remove();
  for (const d of e.querySelectorAll(".items > [hidden]")) d.hidden = false;
  delete e.dataset.columns;
  e.style.removeProperty("--columns");
}

export class Place {
  #section;
  #list;
  #foot;
  #say;
  #all = [];
  #from = 0; // the first that is drawn
  #fits = Infinity; // how many are
  #before = Infinity; // how many were on the last page
  #touched = 0;

  /** A place fills a section; brief says that its tiles may leave their dishes out. */
  constructor(section, brief) {
    this.#section = section;
    this.#list = section.querySelector(".tiles");
    this.brief = brief;
    this.#say = el("span", "");
    this.#foot = el("div", "pager", button("", "back", t("page.before"), () => this.turn(-1)), this.#say,
      button("", "next", t("page.after"), () => this.turn(1)));
    this.#foot.hidden = true;
    section.append(this.#foot);
  }

  /** The tiles that are drawn at present. */
  get drawn() {
    return this.#all.slice(this.#from, this.#from + this.#fits);
  }

  /** set makes these the tiles of the place. */
  set(all) {
    this.#all = all;
    this.fit();
  }

  /** turn goes a page on or back, and says whether there was one. */
  turn(by) {
    const to = by > 0 ? this.#from + this.#fits : Math.max(0, this.#from - this.#fits);
    if (to >= this.#all.length || to === this.#from) return false;
    this.#from = to;
    this.#touched = performance.now();
    this.fit();
    if (scrolls.matches) this.#section.scrollIntoView();
    return true;
  }

  fit() {
    const n = this.#all.length;
    const em = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const tried = sizes.filter((size) => size * em >= legible);
    const idle = performance.now() - this.#touched > home && !this.#list.querySelector(":focus-visible");
    if (this.#from >= n || (idle && !scrolls.matches)) this.#from = 0;
    this.#section.classList.remove("brief", "paged");
    this.#foot.hidden = true;
    if (scrolls.matches) {
      this.#draw(1, scrolled, Infinity);
      return this.#tell();
    }
    if (this.#from === 0) {
      for (const brief of this.brief ? [false, true] : [false]) {
        this.#section.classList.toggle("brief", brief);
        for (const size of tried) {
          if (n > this.#room(size * em)) continue;
          this.#draw(size, n, this.brief ? Infinity : this.#section.clientHeight);
          if (!spills(this.#section) && !torn(this.#section) && (size < small || brief || !cut(this.#section))) return;
        }
      }
    }
    this.#section.classList.toggle("brief", this.brief);
    this.#section.classList.add("paged");
    this.#foot.hidden = false;
    this.#put(t("more", { n, list: "" }));
    const size = Math.max(paged, legible / em);
    const room = this.#room(size * em), likely = Math.min(room, this.#before + spare);
    const high = this.brief ? Infinity : this.#foot.getBoundingClientRect().top - this.#list.getBoundingClientRect().top - 2 * row;
    this.#draw(size, likely, high);
    if (this.#within() === likely && likely < room) this.#draw(size, room, high);
    for (const one of this.drawn.slice(0, 1)) shorten(one.li, high); // another one begins the next page
    this.#before = this.#fits = this.#within();
    arrange(this.#list, this.drawn.map((one) => one.li));
    this.#tell();
  }

  /** room is how many tiles there may be, at most, where an em has so many px. */
  #room(em) {
    const columns = Math.max(1, Math.floor(this.#section.clientWidth / (least.width * em)));
    return columns * Math.max(1, Math.ceil(this.#section.clientHeight / (least.height * em)));
  }

  /** draw draws so many tiles at a size, each with as many rows as it is high, so that
   * none leaves a hole. One that is higher than most spreads. */
  #draw(size, fits, most) {
    this.#fits = fits;
    this.#section.style.setProperty("--z", size);
    const tiles = this.drawn.map((one) => (one.draw(), one.li));
    arrange(this.#list, tiles);
    tiles.forEach(whole);
    const heights = tiles.map((e) => e.firstChild.offsetHeight);
    tiles.forEach((e, i) => rows(e, heights[i] > most ? this.#spread(e, Math.ceil(heights[i] / most / tall)) : heights[i]));
  }

  /** spread lets a tile take several columns for its dishes, if there are so many, and
   * returns how high it is then. */
  #spread(e, columns) {
    const most = getComputedStyle(this.#list).gridTemplateColumns.split(" ").length;
    e.dataset.columns = Math.min(columns, most);
    e.style.setProperty("--columns", e.dataset.columns);
    return e.firstChild.offsetHeight;
  }

  /** within is how many of the drawn tiles have room; one always has. */
  #within() {
    const end = this.#foot.getBoundingClientRect().top;
    const i = this.drawn.findIndex((one) => one.li.getBoundingClientRect().bottom > end + 1);
    return i < 0 ? this.drawn.length : Math.max(1, i);
  }

  #put(text) {
    if (this.#say.textContent !== text) this.#say.textContent = text;
  }

  /** tell says how many are not drawn, if any, and which come next. */
  #tell() {
    this.#foot.hidden = this.#fits >= this.#all.length;
    const rest = [...this.#all.slice(this.#from + this.#fits), ...this.#all.slice(0, this.#from)];
    const list = rest.slice(0, named).map((one) => one.name).join(t("mods")) + (rest.length > named ? " …" : "");
    const wide = this.#say.clientWidth > narrow * parseFloat(getComputedStyle(this.#say).fontSize);
    this.#put(wide ? t("more", { n: rest.length, list }) : t("page.rest", { n: rest.length }));
    const [before, after] = this.#foot.querySelectorAll("button");
    before.disabled = this.#from === 0;
    after.disabled = this.#from + this.#fits >= this.#all.length;
  }
}
