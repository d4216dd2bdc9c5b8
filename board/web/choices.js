// What was chosen at this screen. It stays in this browser and no other screen knows it.

/** choice is what was chosen last, or the fallback. */
export function choice(key, fallback) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
}

/** choose keeps a value and tells whoever listens to "chosen" at the window. A browser
 * that keeps nothing forgets it with the page. */
export function choose(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // as above
  }
  dispatchEvent(new Event("chosen"));
}
