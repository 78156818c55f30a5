// Which ways sessions went, step by step: what came next after the steps chosen so far, and whole ways.
const stepsOf = (filter) => {
  try {
    const found = JSON.parse(filter.path || '["START"]');
    return Array.isArray(found) && found.length && found.every((one) => typeof one === "string") ? found : ["START"];
  } catch {
    return ["START"];
  }
};
const begins = (path, states, steps) => steps.every((step, i) => states[path[i]] === step);
// [sessions, passed, failed, invalid] by what `key` says of a walk.
const tallied = (view, some, key) => {
  const found = new Map();
  for (const session of some) {
    const name = key(view.walks[view.walk[session]]);
    const one = found.get(name) || { name, n: 0, passed: 0, failed: 0, errored: 0 };
    one.n += 1;
    one[OUTCOME_FIELDS[outcomeOf(session)]] += 1;
    found.set(name, one);
  }
  return [...found.values()].sort((a, b) => b.n - a.n);
};
const toPath = (steps) => ({ ...here(), view: "paths", path: JSON.stringify(steps), page: "" });
const sessionsOn = (at, steps, whole) => ({
  view: "sessions",
  by: at.by,
  ...at.facets,
  path: JSON.stringify(steps),
  whole: whole ? "1" : "",
});
const stateChip = (state, properties = {}) => h("span", { class: `step-chip ${stateKind(state)}`, title: state, ...properties }, short(state, 28));
const passShare = ({ passed, failed }) => (passed + failed ? percent(passed / (passed + failed), 0) : "n/a");
const nextRow = (at, steps, one, all) => {
  const state = at.view.states[one.name];
  const further = [...steps, state];
  const to = state.startsWith("END:") ? sessionsOn(at, further, true) : toPath(further);
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, link(to, {}, stateChip(state))),
    h("td", { class: "number" }, one.n),
    h("td", { class: "share" }, bar([[one.n / all, "other"]], `${one.n} of ${all}`)),
    h("td", { class: "number" }, percent(one.n / all, 0)),
    h("td", { class: "number quiet" }, wilson(one.n, all).map((rate) => percent(rate, 0)).join(" to ")),
    h("td", { class: "meter" }, rateBar(one)),
    h("td", { class: "number strong" }, passShare(one)),
    h("td", { class: "number quiet" }, wilson(one.passed, one.passed + one.failed).map((rate) => percent(rate, 0)).join(" to ")),
  );
};
const WAYS = 12;
const NEXT = 20;
// Long ways show their beginning and their end.
const wayChips = (states) => {
  const shownStates = states.length > 12 ? [...states.slice(0, 8), null, ...states.slice(-3)] : states;
  return shownStates.map((state) => (state === null ? h("span", { class: "quiet" }, ` … ${states.length - 11} more … `) : stateChip(state)));
};
const wayRow = (at, steps, one) => {
  const states = at.view.walks[one.name].map((state) => at.view.states[state]);
  return h(
    "li",
    {},
    link(sessionsOn(at, states, true), { class: "strong" }, count(one.n, "session")),
    h("span", { class: "quiet" }, `${passShare(one)} passed`),
    rateBar(one),
    h("div", { class: "way" }, steps.length > 1 && h("span", { class: "quiet" }, "… "), wayChips(states.slice(steps.length > 1 ? steps.length : 0))),
  );
};
const pathView = (filter) => {
  if (!crowd) {
    const told = "This run is too large for its page to follow its ways: simkit paths tells them.";
    return h("div", { class: "page" }, h("h1", {}, "Paths"), h("p", { class: "quiet panel" }, told));
  }
  const by = filter.by && Object.hasOwn(views, filter.by) ? filter.by : "tool";
  const at = { by, view: views[by], facets: facets(filter) };
  const steps = stepsOf(filter);
  const fits = at.view.walks.map((path) => begins(path, at.view.states, steps));
  const some = members(filter).filter((session) => fits[at.view.walk[session]]);
  const next = tallied(at.view, some, (path) => path[steps.length]).filter(({ name }) => name !== undefined);
  const numbers = new Map(at.view.walks.map((path, i) => [path, i]));
  const ways = tallied(at.view, some, (path) => numbers.get(path));
  const heads = [["Next"], ["Sessions", "number"], ["", "share"], ["Share", "number"], ["95% interval", "number"], ["", "meter"], ["Passed", "number"], ["95% interval", "number"]];
  return h(
    "div",
    { class: "page" },
    h("h1", {}, "Paths"),
    h("div", { class: "toolbar" }, viewPick(by), facetPicks(filter, FACETS)),
    filterNote(filter),
    h(
      "nav",
      { class: "trail", "aria-label": "Steps so far" },
      steps.map((state, i) => [
        i > 0 && h("span", { "aria-hidden": "true" }, " → "),
        link(toPath(steps.slice(0, i + 1)), { "aria-current": i === steps.length - 1 ? "step" : null }, stateChip(state)),
      ]),
    ),
    h(
      "p",
      { class: "facts" },
      some.length > 0 && [
        link(sessionsOn(at, steps), { class: "strong" }, count(some.length, "session")),
        ` began so: ${rateLine(passRateOf(some))}. Choose what came next to follow them.`,
      ],
    ),
    some.length
      ? [
          panel("What came next", next.length > NEXT ? `the ${NEXT} most frequent of ${next.length} ways on` : count(next.length, "way") + " on", table(heads, next.slice(0, NEXT).map((one) => nextRow(at, steps, one, some.length)), { class: "next" })),
          panel("Whole ways from here", `${Math.min(WAYS, ways.length)} of ${ways.length}`, h("ol", { class: "ways" }, ways.slice(0, WAYS).map((one) => wayRow(at, steps, one)))),
        ]
      : nothing(),
  );
};
