// What stands behind a state or a transition: where sessions came from, where they went on to, and the sessions.
const goesThrough = ({ by }, some, from, to) => {
  const { walks, walk } = views[by];
  const fits = walks.map((path) => path.some((state, i) => (from < 0 || state === from) && (to < 0 || path[i + 1] === to)));
  return some.filter((session) => fits[walk[session]]);
};
const passRateOf = (some) => {
  const [passed, failed] = ["pass", "fail"].map((outcome) => some.filter((one) => outcomeOf(one) === outcome).length);
  return { passed, failed, errored: some.length - passed - failed };
};
const rateLine = (tally) => {
  const n = tally.passed + tally.failed;
  return n ? `${percent(tally.passed / n, 0)} passed, ${between(wilson(tally.passed, n))}` : "none says anything";
};
// Lines out of a state, or into it, as bars; each leads to that line.
const flowList = (shownFlow, sums, pairs, all, label) => {
  const { states } = shownFlow;
  const rows = pairs.sort((a, b) => b[2] - a[2]).slice(0, 8);
  return h(
    "ul",
    { class: "bars flows" },
    rows.map(([from, to, n, failed]) => {
      const interval = label === "to" && sums ? `, ${between(clustered(sums, from, to))}` : "";
      return h(
        "li",
        {},
        link(
          { ...here(), from: states[from], to: states[to], at: "" },
          { title: `${words(states[from], states[to], n, failed, shownFlow.leaving(from))}${interval}` },
          h("span", { class: "name" }, short(states[label === "to" ? to : from], 30)),
          bar([[(n - failed) / all, "other"], [failed / all, "fail"]], `${count(n, "time")}, ${failed} in failed sessions`),
          h("span", { class: "number" }, n),
        ),
      );
    }),
    pairs.length > 8 && h("li", { class: "quiet" }, `and ${pairs.length - 8} more`),
  );
};
const sessionLinks = (filter, most) => {
  const numbers = sorted(chosen(filter), { sort: FIRST });
  return [
    h(
      "ul",
      { class: "plain session-links" },
      numbers.slice(0, most).map((i) => {
        const one = sessions[i];
        const to = { ...filterOnly(filter), session: one.key, event: eventOf(i, filter) };
        return h(
          "li",
          {},
          link(to, {}, badge(one.outcome), " ", one.scenario, h("small", {}, ` ${one.persona}${one.trial ? `, trial ${one.trial}` : ""}`)),
        );
      }),
    ),
    link({ view: "sessions", ...filterOnly(filter) }, { class: "button" }, `All ${count(numbers.length, "session")}`),
  ];
};
const SESSION_LINKS = 10;
const explored = (shownFlow, filter) => {
  const { states, by, domain, flow, counts } = shownFlow;
  const [at, from, to] = [filter.at, filter.from, filter.to].map((name) => (name ? states.indexOf(name) : -1));
  const state = at >= 0 ? at : -1;
  if (state < 0 && (from < 0 || to < 0)) return null;
  const some = crowd && members({ ...filter, domain });
  const sums = some && sumsOf(views[by], some);
  const within = { by, ...facets({ ...filter, domain }) };
  const close = link({ ...here(), at: "", from: "", to: "" }, { class: "button close", "aria-label": "Close" }, "×");
  const panelOf = (title, ...children) =>
    h("aside", { class: "panel explored", "aria-label": "What stands behind it" }, close, h("h2", { id: "explored", tabindex: -1 }, title), children);
  if (state >= 0) {
    const start = states[state] === "START";
    const through = some && (start ? some : goesThrough(shownFlow, some, -1, state));
    const sought = start ? { ...within, from: "START" } : { ...within, to: states[state] };
    const n = start ? flow.sessions : shownFlow.entering(state);
    return panelOf(
      states[state],
      h("p", {}, `${count(n, "time")}${through ? `, in ${count(through.length, "session")}: ${rateLine(passRateOf(through))}` : ""}.`),
      !start && [h("h3", {}, "Came from"), flowList(shownFlow, sums, flow.counts.filter(([, b]) => b === state).slice(), Math.max(1, n), "from")],
      shownFlow.leaving(state) > 0 && [
        h("h3", {}, "Went on to"),
        flowList(shownFlow, sums, flow.counts.filter(([a]) => a === state).slice(), shownFlow.leaving(state), "to"),
      ],
      h("h3", {}, "Sessions"),
      sessionLinks(sought, SESSION_LINKS),
    );
  }
  const [n, failed] = counts.get(from)?.get(to) || [0, 0];
  const through = some && goesThrough(shownFlow, some, from, to);
  const stateLink = (number) => link({ ...here(), at: states[number], from: "", to: "" }, {}, short(states[number], 40));
  const all = shownFlow.leaving(from);
  return panelOf(
    [stateLink(from), " → ", stateLink(to)],
    n
      ? h(
          "p",
          {},
          `${count(n, "time")}, ${percent(n / all)} of what follows ${shown(states[from])}`,
          sums && ` (${between(clustered(sums, from, to))})`,
          `; ${failed} in failed sessions.`,
        )
      : h("p", {}, "Never, in these sessions."),
    through && h("p", {}, `${count(through.length, "session")} went this way: ${rateLine(passRateOf(through))}.`),
    h("h3", {}, "Sessions"),
    sessionLinks({ ...within, from: states[from], to: states[to] }, SESSION_LINKS),
  );
};
