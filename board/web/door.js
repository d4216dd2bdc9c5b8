// This screen as the box knows it: what it is called, what it may do, and how it leaves.
import { t } from "./words.js";
import { $, put } from "./dom.js";
import { send, whoami, toPairing } from "./send.js";
import { offerDeed } from "./panel.js";

const roles = ["nobody", "pickup", "view", "staff", "owner"];
let asking = false;

/** stillIn asks whether this screen is still let in, and goes where it can be paired if
 * not. A stream that breaks does not say why. */
export async function stillIn() {
  if (asking) return undefined;
  asking = true;
  try {
    const me = await whoami();
    if (me?.role === "nobody") toPairing();
    return me;
  } finally {
    asking = false;
  }
}

/** show draws who this screen is, and tells whoever listens to "known" at the window. Places that it may not see are not named to it. */
function show({ role, screen, paired }) {
  document.body.dataset.role = role;
  dispatchEvent(new Event("known"));
  for (const a of document.querySelectorAll("nav a")) a.hidden = roles.indexOf(a.dataset.role) > roles.indexOf(role);
  if (!paired) return;
  const name = screen + " · " + t("role." + role);
  $("#screen").hidden = false;
  put($("#screen"), name);
  offerDeed(name, t("leave"), async () => {
    await send("/leave", {}).catch(() => {}); // whether it got through is seen there
    toPairing();
  });
}

stillIn().then((me) => me && me.role !== "nobody" && show(me));
