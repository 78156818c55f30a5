// Where sessions first went wrong: after which good state, in which state, at which step.
const failed = (by, some) => {
  const inside = new Set(some);
  return views[by].failures.filter(([session]) => inside.has(session));
};
// How often each state was left while all was still well: the attempts of a row.
const attemptsOf = (by, some, failures) => {
  const good = new Map(failures.map(([session, , , steps]) => [session, steps]));
  const attempts = new Map();
  for (const session of some) {
    const path = views[by].walks[views[by].walk[session]];
    const steps = good.get(session) ?? path.length - 1;
    for (const state of path.slice(0, Math.min(steps, path.length - 1)))
      attempts.set(state, (attempts.get(state) || 0) + 1);
  }
  return attempts;
};
const failureCell = (at, good, bad, { least, counts }) => {
  const n = at.cells.get(good)?.get(bad);
  if (!n) return h("td", {});
  const { states } = at;
  const tries = Math.max(at.attempts.get(good) || 0, n);
  const masked = tries < least;
  const told = [
    `${shown(states[good])} → ${shown(states[bad])}: first failure of ${count(n, "session")}`,
    `${percent(n / at.all)} of the ${at.all} that failed`,
    `${percent(n / tries)} of ${count(tries, "step")} from there, ${between(wilson(n, tries))}`,
    masked && `masked: fewer than ${least}`,
  ];
  return heatCell({
    share: counts ? n / at.most : n / tries / at.mostShare,
    text: counts || masked ? n : shareText(n / tries),
    told: told.filter(Boolean).join("; "),
    to: { view: "sessions", by: at.by, ...at.facets, good: states[good], bad: states[bad] },
    masked,
  });
};
const failureTable = (at, how) => {
  const { states, cells, attempts } = at;
  const sum = (some) => some.reduce((a, b) => a + b, 0);
  const rowSum = (good) => sum([...cells.get(good).values()]);
  const byCount = (total) => (a, b) => total(b) - total(a) || a - b;
  const rows = [...cells.keys()].sort(byCount(rowSum));
  const columnSum = (bad) => sum(rows.map((good) => cells.get(good).get(bad) || 0));
  const columns = [...new Set(rows.flatMap((good) => [...cells.get(good).keys()]))].sort(byCount(columnSum));
  const head = h(
    "tr",
    {},
    h("th", { scope: "col", class: "corner" }, "last good ↓  first failing →"),
    ["failed", "of steps", "share"].map((name) => h("th", { scope: "col", class: "total" }, h("span", {}, name))),
    columns.map((bad) => heatHead(states[bad], "col", 27)),
  );
  const body = rows.map((good) => {
    const [n, tries] = [rowSum(good), Math.max(attempts.get(good) || 0, rowSum(good))];
    return h(
      "tr",
      {},
      heatHead(states[good], "row", 34, tries < how.least && "few"),
      h("td", { class: "total" }, n),
      h("td", { class: "total" }, tries),
      h("td", { class: "total", title: between(wilson(n, tries)) }, tries < how.least ? "·" : percent(n / tries)),
      columns.map((bad) => failureCell(at, good, bad, how)),
    );
  });
  return heatTable("Transition failure matrix", head, body, "failing");
};

// Step by step, as `simkit matrix --failures --funnel`: a step is what was tried, whatever came of it, and comes in the
// order in which sessions first try it.
const FUNNEL = 15;
const END_STEP = "END:";
// What a session tried, each step at the place where it first did, up to its first failure, that one included.
const triedBy = ({ walks, walk, steps }, session, found) => {
  const path = walks[walk[session]].slice(1, -1);
  const whole = !found || found[4] === null;
  const tried = (whole ? path : [...path.slice(0, found[3] - 1), found[2]]).map((state) => steps[state]);
  const first = new Map();
  for (const [place, step] of tried.entries()) if (step !== END_STEP && !first.has(step)) first.set(step, place);
  return first;
};
const funnelOf = (by, some, failures) => {
  const at = new Map(failures.map((one) => [one[0], one]));
  const steps = new Map();
  const stepOf = (name) => {
    if (!steps.has(name)) steps.set(name, { name, there: 0, failed: 0, places: 0, place: Infinity });
    return steps.get(name);
  };
  for (const session of some)
    for (const [name, place] of triedBy(views[by], session, at.get(session))) {
      const step = stepOf(name);
      step.there += 1;
      step.places += place;
      step.place = step.places / step.there;
    }
  for (const [, , bad] of failures) stepOf(views[by].steps[bad]).failed += 1;
  for (const step of steps.values())
    step.there = step.name === END_STEP ? some.length - failures.length + step.failed : Math.max(step.there, step.failed);
  const byName = (a, b) => (a.name < b.name ? -1 : 1);
  const ordered = [...steps.values()].sort((a, b) => (a.place === b.place ? byName(a, b) : a.place - b.place));
  let lost = 0;
  return ordered.map((step) => {
    lost += step.failed;
    return { ...step, left: 1 - lost / some.length };
  });
};
const funnel = (by, some, failures) => {
  const all = funnelOf(by, some, failures);
  const steps = all.filter((step, i) => i < FUNNEL || step.failed);
  const shares = (there, n) => [
    [(there - n) / some.length, "pass"],
    [n / some.length, "fail"],
  ];
  const row = ({ name, there, failed: n, left }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name === END_STEP ? "the end" : shown(name)),
      h("td", { class: "number" }, there),
      h("td", { class: "meter" }, bar(shares(there, n), `${there} came to it, ${n} failed first there`)),
      h("td", { class: n ? "number" : "number zero" }, n),
      h("td", { class: "number strong" }, percent(1 - n / there)),
      h("td", { class: "number" }, jeffreys(there - n, there).map((rate) => percent(rate)).join(" to ")),
      h("td", { class: "number" }, percent(left)),
    );
  const heads = [
    ["Step"],
    ["Came to it", "number"],
    ["", "meter"],
    ["First failed there", "number"],
    ["Step passed", "number"],
    ["95% interval", "number"],
    ["Left", "number"],
  ];
  const told = [
    `${count(some.length, "session")} that passed or failed`,
    "a step is what was tried, whatever came of it, in the order in which sessions come to it",
    steps.length < all.length && `${steps.length} of ${all.length} steps: the first ${FUNNEL}, and where sessions failed`,
  ];
  return panel(
    "Failure funnel",
    told.filter(Boolean).join("; "),
    table(heads, steps.map(row), { class: "funnel" }),
  );
};

const greatest = (cells, value) =>
  Math.max(...[...cells].flatMap(([good, row]) => [...row.values()].map((n) => value(n, good))));

// Those that went wrong and passed all the same are in no count above.
const recoveries = ({ by, states, facets: within }, some) => {
  const inside = new Set(some);
  const found = views[by].recovered.filter(([session]) => inside.has(session));
  if (!found.length) return null;
  const places = new Map();
  for (const [, good, bad] of found) places.set(`${good} ${bad}`, (places.get(`${good} ${bad}`) || 0) + 1);
  const most = [...places].sort((a, b) => b[1] - a[1]).slice(0, LARGEST);
  const row = ([key, n]) => {
    const [good, bad] = key.split(" ").map((state) => states[state]);
    const to = { view: "sessions", by, ...within, good, bad, slipped: "1" };
    return h("tr", {}, h("td", { class: "named" }, good), h("td", { class: "named" }, link(to, {}, bad)), h("td", { class: "number" }, n));
  };
  return panel(
    "Slipped and passed all the same",
    `${count(found.length, "session")}, in no count above${places.size > LARGEST ? `; ${LARGEST} of ${places.size} places` : ""}`,
    table([["Last good state"], ["first slip"], ["Sessions", "number"]], most.map(row), { class: "funnel" }),
  );
};

const failureView = (filter) => {
  if (!crowd) {
    const told = "This run is too large for its page to count failures: simkit matrix tells them.";
    return h("div", { class: "page" }, h("h1", {}, "First failures"), h("p", { class: "quiet panel" }, told));
  }
  const by = filter.by && Object.hasOwn(views, filter.by) ? filter.by : "tool";
  const some = members(filter).filter((session) => outcomeOf(session) !== "invalid");
  const failures = failed(by, some);
  const cells = new Map();
  for (const [, good, bad] of failures) {
    if (!cells.has(good)) cells.set(good, new Map());
    cells.get(good).set(bad, (cells.get(good).get(bad) || 0) + 1);
  }
  const attempts = attemptsOf(by, some, failures);
  const how = { least: leastOf(filter), counts: filter.cells !== "shares" };
  const at = { by, states: views[by].states, cells, attempts, all: failures.length, facets: facets(filter) };
  at.most = greatest(cells, (n) => n);
  at.mostShare = greatest(cells, (n, good) => (attempts.get(good) < how.least ? 0 : n / (attempts.get(good) || n)));
  const marked = new Set(failures.map(([session]) => session));
  const silent = some.filter((session) => outcomeOf(session) === "fail" && !marked.has(session)).length;
  return h(
    "div",
    { class: "page wide" },
    h("h1", {}, "First failures"),
    h(
      "div",
      { class: "toolbar" },
      viewPick(by),
      facetPicks(filter, FACETS),
      pick("Cells", how.counts ? "" : "shares", [["", "counts"], ["shares", "share of steps"]], "cells"),
      leastPick(how.least),
    ),
    filterNote(filter),
    h(
      "p",
      { class: "facts" },
      `${failures.length} of ${count(some.length, "session")} failed at a known place`,
      silent > 0 && ` (${silent} more failed without one)`,
      ". A row is the last good state, a column the first failing one; the strongest colour has the most. ",
      masks(how.least),
    ),
    failures.length ? failureTable(at, how) : some.length ? h("p", { class: "quiet panel" }, "No session failed here.") : nothing(),
    failures.length > 0 && rankedCells(at, members(filter), failures),
    recoveries(at, some),
    some.length > 0 && funnel(by, some, failures),
  );
};
