// All sessions as numbers: what a filter leaves of them, counted anew. A run beyond the page's room has no crowd.
const FACETS = ["persona", "domain", "scenario", "outcome", "tag"];
const FACET_NAMES = { persona: "Persona", domain: "Domain", scenario: "Scenario", outcome: "Outcome", tag: "Tag" };
const facets = (filter) =>
  Object.fromEntries(FACETS.filter((name) => filter[name]).map((name) => [name, filter[name]]));
const filtered = (filter) => crowd !== null && FACETS.some((name) => filter[name]);

// The numbers of the sessions that fit.
const members = (filter) => {
  const tests = FACETS.map((name, place) => [name, place])
    .filter(([name]) => filter[name])
    .map(([name, place]) => [place, crowd.names[name].indexOf(filter[name])]);
  const fits = crowd.kinds.map((kind) => tests.every(([place, code]) => [kind[place]].flat().includes(code)));
  const found = [];
  for (let i = 0; i < crowd.of.length; i += 1) if (fits[crowd.of[i]]) found.push(i);
  return found;
};
const outcomeOf = (session) => crowd.names.outcome[crowd.kinds[crowd.of[session]][3]];

// [from, to, times, times in failed sessions] of some sessions under one view.
const recount = (by, some) => {
  const { walks, walk, states } = views[by];
  const taken = new Map();
  for (const session of some) {
    const one = taken.get(walk[session]) || [0, 0];
    taken.set(walk[session], [one[0] + 1, one[1] + (outcomeOf(session) === "fail")]);
  }
  const cells = new Map();
  for (const [number, [n, failed]] of taken) {
    const path = walks[number];
    for (let i = 1; i < path.length; i += 1) {
      const key = path[i - 1] * states.length + path[i];
      const one = cells.get(key) || [0, 0];
      cells.set(key, [one[0] + n, one[1] + failed]);
    }
  }
  return [...cells].map(([key, tally]) => [Math.floor(key / states.length), key % states.length, ...tally]);
};

// Each state's mean place in the walks of some sessions, from 0 (START) to 1 (the end).
const places = (by, some) => {
  const sums = new Map();
  for (const session of some) {
    const path = views[by].walks[views[by].walk[session]];
    path.forEach((state, i) => {
      const [sum, n] = sums.get(state) || [0, 0];
      sums.set(state, [sum + i / (path.length - 1), n + 1]);
    });
  }
  return new Map([...sums].map(([state, [sum, n]]) => [state, sum / n]));
};

// Figures of some sessions, of the form that the summary has.
const newTally = () => ({
  sessions: 0,
  passed: 0,
  failed: 0,
  errored: 0,
  turns: 0,
  tool_calls: 0,
  tool_errors: {},
  sessions_with_tool_errors: 0,
});
const OUTCOME_FIELDS = { pass: "passed", fail: "failed", invalid: "errored" };
const addTo = (tally, session) => {
  const errors = crowd.kinds[crowd.of[session]][5];
  tally.sessions += 1;
  tally[OUTCOME_FIELDS[outcomeOf(session)]] += 1;
  tally.turns += crowd.turns[session];
  tally.tool_calls += crowd.calls[session];
  tally.sessions_with_tool_errors += errors.length > 0;
  for (const [code, n] of errors) {
    const name = crowd.names.error[code];
    tally.tool_errors[name] = (tally.tool_errors[name] || 0) + n;
  }
  tally.pass_rate = tally.passed + tally.failed ? tally.passed / (tally.passed + tally.failed) : null;
};
const tallyBy = (some, field) => {
  const place = FACETS.indexOf(field);
  const tallies = new Map();
  for (const session of some)
    for (const code of [crowd.kinds[crowd.of[session]][place]].flat()) {
      if (!tallies.has(code)) tallies.set(code, newTally());
      addTo(tallies.get(code), session);
    }
  const names = crowd.names[field];
  return Object.fromEntries(
    [...tallies].map(([code, tally]) => [names[code], tally]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  );
};
const cellsOf = (some) => {
  const cells = new Map();
  for (const session of some) {
    const [persona, domain] = crowd.kinds[crowd.of[session]];
    const key = `${persona} ${domain}`;
    if (!cells.has(key)) cells.set(key, [crowd.names.persona[persona], crowd.names.domain[domain], 0, 0]);
    const at = { pass: 2, fail: 3 }[outcomeOf(session)];
    if (at) cells.get(key)[at] += 1;
  }
  return [...cells.values()];
};
// pass^k: the mean over scenarios of C(c, k) / C(n, k), of those with at least k valid sessions, with its interval.
const hatCurve = (tallies, ks) => {
  const kinds = new Map();
  for (const { passed, failed } of Object.values(tallies)) {
    const n = passed + failed;
    const kind = kinds.get(`${passed} ${n}`) || { passed, n, scenarios: 0 };
    kind.scenarios += 1;
    if (n) kinds.set(`${passed} ${n}`, kind);
  }
  const all = (c, n, k) => {
    let share = 1;
    for (let i = 0; i < k; i += 1) share *= Math.max(0, c - i) / (n - i);
    return share;
  };
  let [before, weights] = [0, null];
  return ks.flatMap((k) => {
    const some = [...kinds.values()].filter(({ n }) => n >= k);
    const scenarios = some.reduce((sum, one) => sum + one.scenarios, 0);
    if (!scenarios) return [];
    if (scenarios !== before) weights = dirichlet(some.map((one) => one.scenarios));
    before = scenarios;
    const values = some.map(({ passed, n }) => all(passed, n, k));
    const value = values.reduce((sum, one, i) => sum + one * some[i].scenarios, 0) / scenarios;
    const sessions = some.reduce((sum, one) => sum + one.n * one.scenarios, 0);
    return [{ k, value, ...bootstrapped(values, value, weights), scenarios, sessions }];
  });
};
// What the overview tells: the run's own summary, or that of what a filter leaves.
const figures = (filter) => {
  const { interval, worst, cells, curves } = data;
  if (!filtered(filter)) return { ...summary, interval, worst, cells, curve: curves.pass_hat_k };
  const some = members(filter);
  const total = newTally();
  for (const session of some) addTo(total, session);
  const by = Object.fromEntries(FACETS.map((field) => [`by_${field}`, tallyBy(some, field)]));
  const scenarios = by.by_scenario;
  for (const [name, one] of Object.entries(scenarios)) one.domain = summary.by_scenario[name]?.domain;
  return {
    ...total,
    ...by,
    pass_rate: total.pass_rate ?? null,
    interval: total.passed + total.failed ? wilson(total.passed, total.passed + total.failed) : null,
    cells: cellsOf(some),
    worst: worstOf(scenarios),
    curve: hatCurve(scenarios, curves.pass_hat_k.map(({ k }) => k)),
  };
};
const worstOf = (scenarios) =>
  Object.entries(scenarios)
    .filter(([, one]) => one.passed < one.sessions)
    .sort(([, a], [, b]) => (a.failed === 0) - (b.failed === 0) || (a.pass_rate ?? 0) - (b.pass_rate ?? 0))
    .map(([name]) => name);
