// How sure it is which first failure is the most frequent, as paths/failures/ranks.py works it out.
const LARGEST = 10;
const CALL_OUTCOMES = ["ok", "unknown_tool", "malformed", "invalid_arguments", "refused", "error"];
// What was tried in a state: `book` for `book:refused`, and one step for every end.
const stepOf = (state) => {
  if (state.startsWith("END:")) return "END:";
  const at = state.lastIndexOf(":");
  return at > 0 && CALL_OUTCOMES.includes(state.slice(at + 1)) ? state.slice(0, at) : state;
};
// How often each step was tried from each state, by anybody up to their first failure, that one included.
const triedOf = (by, some, failures) => {
  const { walks, walk, states } = views[by];
  const first = new Map(failures.map((one) => [one[0], one]));
  const tried = new Map();
  const add = (from, to) => {
    const key = `${from} ${stepOf(states[to])}`;
    tried.set(key, (tried.get(key) || 0) + 1);
  };
  for (const session of some) {
    const path = walks[walk[session]];
    const [, good, bad, steps, event] = first.get(session) || [];
    const known = event !== undefined && event !== null;
    for (let i = 1; i < Math.min(known ? steps : path.length, path.length); i += 1) add(path[i - 1], path[i]);
    if (known) add(good, bad);
  }
  return tried;
};
// Failed sessions are drawn anew, as many as there were, and the cells ranked each time: where 95% of draws have each
// cell (that tie share the better rank), and in which share of them it is strictly first.
const DRAWS = 4_000_000;
const ranksOf = (counts) => {
  const all = counts.reduce((a, b) => a + b, 0);
  const owners = counts.flatMap((n, cell) => Array(n).fill(cell));
  const draw = drawing32(0);
  const times = Math.max(200, Math.min(2000, Math.floor(DRAWS / all)));
  const ranks = counts.map(() => []);
  const first = counts.map(() => 0);
  for (let i = 0; i < times; i += 1) {
    const drawn = counts.map(() => 0);
    for (let k = 0; k < all; k += 1) drawn[owners[Math.floor(draw() * all)]] += 1;
    const order = [...drawn].sort((a, b) => b - a);
    const better = new Map();
    order.forEach((n, place) => better.has(n) || better.set(n, place + 1));
    drawn.forEach((n, cell) => ranks[cell].push(better.get(n)));
    if (order.length < 2 || order[0] > order[1]) first[drawn.indexOf(order[0])] += 1;
  }
  const at = (some, share) => some.sort((a, b) => a - b)[Math.max(0, Math.ceil(share * times) - 1)];
  return counts.map((_, cell) => ({ low: at(ranks[cell], 0.025), high: at(ranks[cell], 0.975), first: first[cell] / times }));
};
const rankedCells = ({ by, states, cells, all, facets: within }, everybody, failures) => {
  const tried = triedOf(by, everybody, failures);
  const named = new Set(failures.filter((one) => one[4] === null).map(([, good, bad]) => `${good} ${bad}`));
  const found = [...cells].flatMap(([good, row]) =>
    [...row].map(([bad, n]) => ({ good, bad, n, tries: named.has(`${good} ${bad}`) ? null : tried.get(`${good} ${stepOf(states[bad])}`) })),
  );
  const ranks = ranksOf(found.map(({ n }) => n));
  found.forEach((one, i) => Object.assign(one, ranks[i]));
  found.sort((a, b) => b.n - a.n || (b.tries ? b.n / b.tries : 0) - (a.tries ? a.n / a.tries : 0));
  const row = ({ good, bad, n, tries, low, high, first }) => {
    const to = { view: "sessions", by, ...within, good: states[good], bad: states[bad] };
    const share = jeffreys(n, all);
    return h(
      "tr",
      {},
      h("td", { class: "named" }, states[good]),
      h("td", { class: "named" }, link(to, {}, states[bad])),
      h("td", { class: "number strong" }, n),
      h("td", { class: "number" }, tries === null ? "" : tries),
      h("td", { class: "number" }, tries === null ? "" : percent(n / tries, 0)),
      h("td", { class: "number" }, percent(n / all, 0)),
      h("td", { class: "number quiet" }, share.map((one) => percent(one, 0)).join(" to ")),
      h("td", { class: "number" }, low === high ? low : `${low} to ${high}`),
      h("td", { class: "number" }, percent(first, 0)),
    );
  };
  const heads = ["Failed", "Attempts", "Hazard", "Share", "95% interval", "Rank", "First in"].map((name) => [name, "number"]);
  const told = `${Math.min(LARGEST, found.length)} of ${found.length}; rank: in 95% of draws of failed sessions; first in: so many of these`;
  return panel("Largest cells", told, table([["Last good state"], ["first failing"], ...heads], found.slice(0, LARGEST).map(row), { class: "ranked" }));
};
