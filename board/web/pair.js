// A screen is paired: the code is typed on the pad or on a keyboard, or pasted, and sent
// when it is whole.
import { t } from "./words.js";
import { $, icon } from "./dom.js";
import { send, whoami } from "./send.js";

const long = 8; // digits
const lookAgain = 5000; // ms
const field = $("#code"), told = $("#told");
// Who came to a page that this screen may not open is told so in its place.
const refused = location.pathname !== "/pair";
const asked = refused ? location.pathname : new URLSearchParams(location.search).get("to");
const to = asked ?? "/";
let sending = false;

const digits = () => field.value.replace(/\D/g, "").slice(0, long);

/** write shows digits as people read them aloud: in two groups. */
const write = (text) => (field.value = text.replace(/^(\d{4})(?=\d)/, "$1 "));

function tell(kind, shape, text) {
  told.className = kind;
  told.replaceChildren(icon(shape), text);
}

async function pair() {
  if (sending || digits().length < long) return;
  sending = true;
  try {
    const answer = await send("/pair", { code: digits(), to });
    tell("good", "ready", t("pair.done", answer));
    location.replace(answer.to);
  } catch (e) {
    tell("", "late", e.code === "code" ? t("pair.wrong") : e.code === "slow" ? t("pair.slow") : e.message);
    write("");
    field.focus();
  } finally {
    sending = false;
  }
}

function take(text) {
  write(text);
  if (text) told.replaceChildren();
  pair();
}

field.addEventListener("input", () => take(digits()));
$("form").addEventListener("submit", (e) => {
  e.preventDefault();
  pair();
});
$("#pad").addEventListener("click", ({ target }) => {
  if (target.id === "do") return pair();
  if (target.id === "delete") return take(digits().slice(0, -1));
  if (target.tagName === "BUTTON") take((digits() + target.textContent).slice(0, long));
});
// Keys count wherever the focus is.
document.addEventListener("keydown", (e) => {
  if (document.activeElement === field || e.ctrlKey || e.metaKey || e.altKey || !/^\d$/.test(e.key)) return;
  e.preventDefault();
  field.focus();
  take((digits() + e.key).slice(0, long));
});

let stranger = false;

/** comeBack goes where the screen came from, if that is a page of ours. */
function comeBack() {
  const page = new URL(to, location.origin);
  location.replace(page.origin === location.origin ? page.href : "/");
}

/** greet says who this screen is already. One that was sent here and is let in goes on by
 * itself: another site's link led to the page, with which a browser sends no cookie; the box
 * had a wrong clock for a while; or a code was typed in another window. */
async function greet() {
  const me = await whoami();
  if (!me || sending) return;
  if (me.role === "nobody") return void (stranger = true);
  if (stranger || asked !== null && !refused) return comeBack();
  $("#back").hidden = false;
  if (!me.paired) tell("good", "ready", t("pair.local"));
  else if (refused) tell("", "late", t("pair.role", { screen: me.screen + " · " + t("role." + me.role) }));
}
greet();
setInterval(() => stranger && greet(), lookAgain);
