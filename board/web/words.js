// Words and times as people read them.

const words = JSON.parse(document.getElementById("words").textContent);

/** t is the text of a key; {name} in it stands for a value. */
export const t = (key, values = {}) =>
  (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** channel is the name of a sales channel, as it came where we have none. */
export const channel = (name) => words["channel." + name] ?? name;

// The store's time zone, as minutes east of UTC. It comes with the kitchen's clock,
// since the screen's own zone may be another.
let zone = 0;

/** learnZone takes the zone from a time like 2026-10-05T12:00:00+08:00. */
export function learnZone(text) {
  const m = /([+-])(\d\d):(\d\d)$/.exec(text);
  zone = m ? (m[1] + "1") * (m[2] * 60 + +m[3]) : 0;
}

const local = (ms) => new Date(ms + zone * 60000).toISOString();

/** hm is 12:05, hms 12:05:09; date is 10-05 12:05 where the day is not now's. */
export const hm = (ms) => local(ms).slice(11, 16);
export const hms = (ms) => local(ms).slice(11, 19);
export const dated = (ms, now) =>
  local(ms).slice(0, 10) === local(now).slice(0, 10) ? hm(ms) : local(ms).slice(5, 16).replace("T", " ");

/** span is 7:05, or 1:07:05 from an hour on. */
export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  return (h ? h + ":" + two(Math.floor(s / 60) % 60) : Math.floor(s / 60)) + ":" + two(s % 60);
}

/** at is a time of the board in milliseconds; undefined where there is none. */
export const at = (text) => (text ? Date.parse(text) : undefined);

/** alarming finds words about allergies, whatever language the page is in. It
 * marks what it knows; what it does not mark is not therefore harmless. */
export const alarming =
  /(过敏|過敏|忌口|不耐受|麸质|麩質|アレルギー|알레르기|알러지|\p{L}*al{1,2}[eé]rg\p{L}*|anaphyla\p{L}*|c(?:o)?eliac\p{L}*|intoleran\p{L}*|gluten|epi-?pen)/giu;
