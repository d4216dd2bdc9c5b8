// What one device says, live; and a trial of it: press the button now, print a ticket now.
import { t, channel } from "./words.js";
import { el, icon, put } from "./dom.js";
import { dialog } from "./dialog.js";
import { send } from "./send.js";

const most = 300; // lines on the screen
const patience = 30; // s, as the box has it

let live; // {panel, log, title, source}
let trial; // {panel, said, title, stop}

/** listen shows what a device says until the dialog is closed. */
export function listen(d) {
  if (!live) {
    const log = el("div", "log");
    log.setAttribute("role", "log");
    log.tabIndex = 0;
    const hint = el("p", "hint");
    const panel = dialog(t("devices.listen"), hint, log);
    panel.classList.add("wide");
    panel.addEventListener("close", () => panel.open || live.source?.close()); // it is told late: by then it may be open again
    live = { panel, log, hint, title: panel.querySelector("h2") };
  }
  live.source?.close();
  put(live.title, t("devices.listen.to", { device: d.name }));
  put(live.hint, d.kind === "printer" ? t("devices.listen.printer") : t("devices.listen.other"));
  live.log.replaceChildren();
  const source = new EventSource("/devices/listen?device=" + encodeURIComponent(d.name));
  live.source = source;
  source.onmessage = (e) => show(JSON.parse(e.data));
  source.onerror = () => {
    source.close(); // it would begin anew, as if nothing had been missed
    show([{ t: 0, means: t("devices.listen.ended") }]);
  };
  live.panel.showModal();
}

function show(lines) {
  const { log } = live;
  const stays = log.scrollHeight - log.scrollTop - log.clientHeight < 30;
  for (const l of lines) log.append(line(l));
  while (log.children.length > most) log.firstChild.remove();
  if (stays) log.scrollTop = log.scrollHeight;
}

function line(l) {
  const time = l.t.toFixed(3).padStart(9);
  if (l.lost) return el("p", "lost", time + "   " + t("devices.lost", { n: l.lost }));
  if (l.means) return el("p", "means", time + " = " + l.means);
  const level = l.level === undefined ? "" : l.level ? t("devices.high") : t("devices.low");
  const rest = l.more ? t("devices.more", { n: l.more }) : "";
  const parts = [l.hex, l.text && "│ " + l.text, level, rest].filter(Boolean).join("  ");
  return el("p", l.dir, time + (l.dir === "out" ? " > " : " < ") + parts);
}

/** attempt asks the person at the screen to use a device, and says what came. */
export function attempt(d) {
  if (!trial) {
    const said = el("p", "trial");
    said.setAttribute("role", "status");
    const hint = el("p", "hint");
    const panel = dialog(t("devices.trial"), said, hint);
    trial = { panel, said, hint, title: panel.querySelector("h2") };
    panel.addEventListener("close", () => panel.open || trial.stop?.());
  }
  put(trial.title, d.name);
  put(trial.hint, t("devices.real." + d.kind));
  trial.stop?.();
  run(d);
  trial.panel.showModal();
}

function tell(kind, shape, text, more) {
  trial.said.className = "trial " + kind;
  const rest = el("small", "", more);
  if (shape === "waiting") rest.setAttribute("aria-hidden", "true"); // it would be read out each second
  trial.said.replaceChildren(icon(shape), text, rest);
}

async function run(d) {
  const stop = new AbortController();
  let left = patience;
  const count = () => tell("", "waiting", t("devices.do." + d.kind), t("devices.left", { n: Math.max(left--, 0) }));
  count();
  const clock = setInterval(count, 1000);
  const end = () => {
    clearInterval(clock);
    stop.abort();
  };
  trial.stop = end;
  try {
    const came = await send("/devices/try", { device: d.name }, patience * 1000, stop.signal);
    clearInterval(clock);
    told(came);
  } catch (e) {
    clearInterval(clock);
    if (!stop.signal.aborted) tell("silence", "late", e.message);
  }
}

const good = ["press", "ticket", "weight"];

function told(c) {
  const held = (c.held_s ?? 0).toFixed(2);
  const slip = [c.channel && channel(c.channel), c.number].filter(Boolean).join(" ");
  const text = t("devices.came." + c.result, { slot: c.slot ?? "", t: held, grams: c.grams, delta: (c.delta > 0 ? "+" : "") + c.delta, n: c.bytes });
  const more = c.result === "ticket"
    ? [t("devices.slip." + c.kind), slip, c.picture ? t("devices.picture") : t("devices.read", { dishes: c.dishes, unparsed: c.unparsed })].filter(Boolean).join(" · ")
    : c.hold ? t("devices.held") : c.remedy;
  tell(good.includes(c.result) ? "came" : "silence", good.includes(c.result) ? "ready" : "late", text, more);
}
