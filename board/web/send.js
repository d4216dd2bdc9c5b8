// What a person does: a POST that says what became of it.
import { t } from "./words.js";

const patience = 10000; // ms

/** Refused is why something was not done; its message is for people. */
export class Refused extends Error {
  constructor(code, text) {
    super(text);
    this.code = code;
  }
}

/** toPairing goes where a screen is paired, and comes back from there. */
export const toPairing = () => location.replace("/pair?to=" + encodeURIComponent(location.pathname + location.search));

/** whoami is who this screen is to the box: {role, screen, paired}; undefined while the box
 * is away. */
export async function whoami() {
  const response = await fetch("/whoami").catch(() => undefined);
  return response?.ok ? response.json().catch(() => undefined) : undefined;
}

/** send posts a value and returns the answer, or throws Refused. What waits for a person
 * takes longer than others; stop is a signal that gives it up. */
export async function send(path, value, longer = 0, stop = undefined) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), patience + longer);
  stop?.addEventListener("abort", () => limit.abort());
  let response;
  try {
    response = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify(value), signal: limit.signal,
    });
  } catch {
    throw new Refused("unreachable", t("unreachable"));
  } finally {
    clearTimeout(timer);
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401) toPairing();
  if (answer.error?.code === "role") throw new Refused("role", t("role.refused"));
  throw new Refused(answer.error?.code ?? "failed", answer.error?.text ?? t("failed"));
}
