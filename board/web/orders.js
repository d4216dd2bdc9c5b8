// What a list of orders means: pure functions, without a page around them.

/** grace is for how long, in ms, a touch can be taken back by touching again. */
export const grace = 10000;

const ms = (text) => (text ? Date.parse(text) : undefined);

/** left is how many ms of its grace something has that happened at a time; 0 when it is
 * over, and where the clock was set back since, so that nobody knows. pace is how many
 * times faster than real time the kitchen's clock runs. */
export function left(at, now, pace = 1) {
  const past = (now - ms(at)) / pace;
  return past > -1000 && past < grace ? Math.min(grace - past, grace) : 0;
}

/** age is how an order does: "cooking" in time, "tardy" when it will be late, "late". */
export function age(o, now) {
  if (o.promised && now > ms(o.promised)) return "late";
  return o.late ? "tardy" : "cooking";
}

/** mark is how far the newest alert about an order has come: "stored" on this machine,
 * "handed" to a broker, "acked" by it; "" where nobody knows any more. */
export function mark(seq, health) {
  if (!seq) return "";
  if (health.alone) return "stored";
  return seq <= health.acked ? "acked" : seq <= health.sent ? "handed" : "stored";
}

const never = Infinity;
const keys = {
  arrival: (o) => ms(o.accepted) ?? ms(o.ready_at),
  promise: (o) => ms(o.promised) ?? never,
  forecast: (o) => ms(o.p50) ?? never,
};

/** sorted returns orders by "arrival", "promise" or "forecast"; those that have none come
 * last, and equals as they came. */
export function sorted(orders, by) {
  const key = keys[by] ?? keys.arrival;
  return orders.map((o, i) => [key(o), i, o]).sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1])).map((x) => x[2]);
}

/** shown are the orders of channels that are not hidden. */
export const shown = (orders, hidden) => (hidden.length ? orders.filter((o) => !hidden.includes(o.channel ?? "")) : orders);

/** part is an order as a station sees it: with the dishes that are made there, and in others
 * how many are not. What no station makes is everybody's, and so is an order whose dishes
 * are not known; undefined is one of which nothing is made there. */
export function part(o, name, stations) {
  const dishes = o.items ?? [];
  const own = dishes.filter((dish) => {
    const text = dish.name.toLowerCase();
    const at = stations.filter((s) => s.dishes.some((d) => text.includes(d.toLowerCase())));
    return at.length === 0 || at.some((s) => s.name === name);
  });
  if (own.length === dishes.length) return o;
  return own.length ? { ...o, items: own, others: dishes.length - own.length } : undefined;
}

/** allDay counts what is still to cook: [{name, qty, mods: [{text, qty}]}], the most first.
 * comma stands between the modifiers of one dish. */
export function allDay(orders, comma) {
  const dishes = new Map();
  for (const o of orders) {
    if (o.phase !== "cooking") continue;
    for (const item of o.items ?? []) {
      const dish = dishes.get(item.name) ?? { name: item.name, qty: 0, mods: new Map() };
      dishes.set(item.name, dish);
      dish.qty += item.qty;
      const text = (item.mods ?? []).join(comma);
      if (text) dish.mods.set(text, (dish.mods.get(text) ?? 0) + item.qty);
    }
  }
  return [...dishes.values()]
    .map((d) => ({ ...d, mods: [...d.mods].map(([text, qty]) => ({ text, qty })).sort((a, b) => b.qty - a.qty) }))
    .sort((a, b) => b.qty - a.qty || (a.name < b.name ? -1 : 1));
}

const said = (o) => JSON.stringify([o.items, o.notes, o.urged, o.table]);

/** changes are the orders that are new, were changed or became late from one list to the
 * next; those that were cancelled count as changed. */
export function changes(before, after) {
  const known = new Map(before.map((o) => [o.order_id, o]));
  const out = { fresh: [], changed: [], late: [] };
  for (const o of after) {
    const was = known.get(o.order_id);
    known.delete(o.order_id);
    if (!was && o.phase === "cooking") out.fresh.push(o);
    else if (was && said(was) !== said(o)) out.changed.push(o);
    if (o.phase === "cooking" && o.late && !was?.late) out.late.push(o);
  }
  for (const o of known.values()) if (o.phase === "cooking") out.changed.push(o);
  return out;
}
