// Sounds, made by oscillators. A browser plays none before the page was touched.
import { t } from "./words.js";
import { choice } from "./choices.js";
import { offer, offerSwitches } from "./panel.js";

// Notes as [Hz, begin, length], in seconds. They differ in tune and in rhythm.
const tunes = {
  fresh: [[660, 0, 0.14], [880, 0.16, 0.22]],
  changed: [[740, 0, 0.1], [740, 0.16, 0.1], [740, 0.32, 0.1]],
  late: [[330, 0, 0.28], [247, 0.34, 0.42]],
  ready: [[523, 0, 0.16], [659, 0.16, 0.16], [784, 0.32, 0.3]],
};
const rest = 1; // s between two of a kind: twenty slips at once are one sound
const volumes = { low: 0.15, normal: 0.45, high: 1 };

let audio;
let names = [];
let listener = () => {};
const ends = {}; // name → when it has been heard, on the audio's clock

const wanted = (name) => choice("sound." + name, name !== "ready");

/** offerSounds puts the sounds of a page into the panel. */
export function offerSounds(all) {
  names = all;
  const words = { fresh: t("sound.fresh"), changed: t("sound.changed"), late: t("sound.late"), ready: t("sound.ready") };
  offerSwitches(t("sound"), all.map((name) => ["sound." + name, words[name], name !== "ready"]), (key, yes) => {
    if (yes) play(key.slice("sound.".length));
    listener();
  });
  offer("volume", t("sound.volume"), "normal", [
    ["low", t("sound.low")], ["normal", t("sound.normal")], ["high", t("sound.high")],
  ]);
}

/** isMute says that a sound is wanted and the browser waits for a touch. */
export const isMute = () => names.some(wanted) && audio?.state !== "running";

/** onUnlock is called when isMute may have changed. */
export const onUnlock = (f) => (listener = f);

function unlock() {
  const Audio = window.AudioContext ?? window.webkitAudioContext;
  if (!Audio || audio?.state === "running") return;
  if (!audio) {
    audio = new Audio();
    audio.addEventListener("statechange", () => listener());
  }
  audio.resume().catch(() => {}); // not a touch that counts: the next one may
}
for (const event of ["pointerup", "keydown"]) addEventListener(event, unlock, true);

/** play plays a sound, if it is wanted here and may be played. */
export function play(name) {
  if (!wanted(name) || audio?.state !== "running" || audio.currentTime < (ends[name] ?? 0)) return;
  const [, last, length] = tunes[name][tunes[name].length - 1];
  ends[name] = audio.currentTime + last + length + rest;
  const loud = volumes[choice("volume", "normal")] ?? volumes.normal;
  for (const [hertz, begin, length] of tunes[name]) {
    const tone = audio.createOscillator(), gain = audio.createGain();
    const from = audio.currentTime + begin;
    tone.type = "triangle";
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(loud, from + 0.015);
    gain.gain.setValueAtTime(loud, from + length - 0.04);
    gain.gain.linearRampToValueAtTime(0, from + length);
    tone.connect(gain).connect(audio.destination);
    tone.start(from);
    tone.stop(from + length);
  }
}
