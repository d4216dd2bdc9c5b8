// The pages' side of a stream: it keeps the kitchen's clock, hands on each state, and says
// so when nothing comes any more.
import { t, learnZone, hm, hms, dated, at } from "./words.js";
import { $, icon, banner } from "./dom.js";
import { stillIn } from "./door.js";

const silence = 1500; // ms without a word, looked at four times a second: noticed within two seconds
const patience = 4000; // ms that the way back may take on a slow network before it is tried anew
const fresh = 10 * 60000; // ms for which a start is announced

let state; // the newest; the kitchen's is {now, board, left, health}
let have = ""; // its id
let heard = 0; // when something came last, on this screen's own clock
let heardAt = 0; // the same by its wall clock, which goes on while a tablet sleeps
let begun = 0; // when the stream was asked for last
let outdated = false; // the page is of another edition than the box
let gone = false;
let source;
let path;
let draw = () => {};

// ---- the kitchen's clock ----

let clock = { at: 0, mine: 0 };
export const pace = +document.documentElement.dataset.pace; // of a demo, whose clock runs faster

/** now is the kitchen's time in ms, whatever this screen's clock says. */
export const now = () => clock.at + (performance.now() - clock.mine) * pace;

/** isGone says that what the page shows is out of date: its clocks stand still. */
export const isGone = () => gone;

function hear(time) {
  heard = performance.now();
  heardAt = Date.now();
  clock = { at: Date.parse(time), mine: heard };
  learnZone(time);
}

// ---- the stream ----

/** follow calls show(state) at each state, and again when the stream is lost. Every
 * second that the page is alive it calls tick(minute): whether the minute is another. A
 * page that is out of date does not load itself anew while busy() says so. */
export function follow({ show, tick = () => {}, busy = () => false, from = "/events" }) {
  path = from;
  [heard, heardAt] = [performance.now(), Date.now()]; // a page that has just been opened is not late
  draw = () => {
    showLink();
    showBanners();
    show(state);
  };
  connect();
  const look = () => {
    if (outdated && !busy()) location.reload();
    if (performance.now() - heard < silence && Date.now() - heardAt < silence) return;
    lose();
    // A browser gives up on some errors for good, and a machine that lost its power
    // closes nothing: begin anew.
    if (performance.now() - begun > (begun > heard ? patience : 0)) connect();
  };
  setInterval(look, 250);
  // A tablet that wakes up, and a page that comes back from another one, may be hours old.
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
  let minute;
  setInterval(() => {
    if (gone || !state) return;
    const other = minute !== hm(now());
    if (other) {
      $("#clock").textContent = minute = hm(now());
      showBanners(); // the news of a start grows old
    }
    tick(other);
  }, 1000);
}

function connect() {
  source?.close();
  begun = performance.now();
  source = new EventSource(have ? path + "?have=" + encodeURIComponent(have) : path);
  source.addEventListener("edition", (e) => {
    outdated = e.data !== document.documentElement.dataset.edition;
  });
  source.addEventListener("beat", (e) => hear(e.data));
  source.addEventListener("state", (e) => {
    if (outdated) return; // it may be of another kind
    state = JSON.parse(e.data);
    have = e.lastEventId;
    hear(state.now);
    turn(false);
    draw();
  });
  source.addEventListener("same", (e) => { // as the newest that came
    if (outdated) return;
    hear(e.data);
    turn(false);
    draw();
  });
  source.onerror = () => {
    lose();
    stillIn();
  };
}

function turn(isGone) {
  gone = isGone;
  document.body.classList.toggle("gone", gone);
}

/** lose says that the page is out of date, until the next state comes. */
function lose() {
  if (gone) return;
  turn(true);
  if (state) draw();
}

// ---- what stands on every page ----

function showLink() {
  const h = state.health;
  if (!h) return; // a page for guests: they need not know
  const text = gone ? t("gone") : h.alone ? t("alone") : !h.connected ? t("offline") : h.waiting ? t("online.waiting", { n: h.waiting }) : t("online");
  $("#link").replaceChildren(icon(gone || !h.connected && !h.alone ? "cut" : h.alone ? "ready" : "sent"), text);
}

function showBanners() {
  const { board, health: h } = state;
  const out = [];
  if (gone) out.push(banner("bad", "cut", t("gone"), t("gone.text", { at: hms(clock.at) })));
  if (!h) return $("#banners").replaceChildren(...out);
  if (h.refused) out.push(banner("bad", "fault", t("refused"), t("refused.text")));
  if (!h.connected && !h.alone) {
    out.push(banner("warn", "cut", t("offline"), h.since && t("offline.since", { at: dated(at(h.since), now()) }),
      h.waiting && t("offline.waiting", { n: h.waiting }), h.cause));
  }
  const since = at(board.since), away = at(board.away);
  if (away && now() - since < fresh) {
    out.push(banner("info", "clock", t("away", { since: dated(since, now()) }),
      t("away.text", { from: dated(away, now()), to: hm(since) })));
  }
  $("#banners").replaceChildren(...out);
}
