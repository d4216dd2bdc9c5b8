// This screen as the box knows it: what it is called, what it may do, and how it leaves.
import { t } from "./words.js";
import { $, put } from "./dom.js";
import { send, toPairing } from "./send.js";

const roles = ["nobody", "view", "staff", "owner"];
let asking = false;

/** stillIn asks whether this screen is still let in, and goes where it can be paired if
 * not. A stream that breaks does not say why. */
export async function stillIn() {
  if (asking) return undefined;
  asking = true;
  try {
    const response = await fetch("/whoami");
    if (response.status === 401) toPairing();
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined; // the box is away: the stream says so
  } finally {
    asking = false;
  }
}

/** show draws who this screen is. Places that it may not see are not named to it. */
function show({ role, screen, paired }) {
  document.body.dataset.role = role;
  for (const a of document.querySelectorAll("nav a")) a.hidden = roles.indexOf(a.dataset.role) > roles.indexOf(role);
  const place = $("#screen");
  place.hidden = !paired;
  put(place.querySelector("summary"), screen + " · " + t("role." + role));
  place.querySelector("button").addEventListener("click", async () => {
    await send("/leave", {}).catch(() => {});
    toPairing();
  });
}

stillIn().then((me) => me && show(me));
