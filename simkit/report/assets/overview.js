// The first page: how good, where it fails, how it fails.
const card = (label, value, note, extra) =>
  h(
    "div",
    { class: "card" },
    h("div", { class: "label" }, label),
    h("div", { class: "value" }, value),
    extra,
    note && h("div", { class: "note" }, note),
  );

// The pass rate with its interval drawn on a scale from 0 to 1.
const intervalMeter = ([low, high], rate) => {
  const x = (share) => (share * 300).toFixed(1);
  return s(
    "svg",
    {
      viewBox: "-4 0 308 30",
      class: "interval",
      preserveAspectRatio: "xMinYMid",
      role: "img",
      "aria-label": `95% interval ${percent(low)} to ${percent(high)}`,
    },
    s("rect", { x: 0, y: 12, width: 300, height: 6, rx: 3, class: "track" }),
    s("rect", { x: x(low), y: 12, width: Math.max(2, (high - low) * 300).toFixed(1), height: 6, class: "range" }),
    s("path", { d: `M${x(low)} 8V22M${x(high)} 8V22`, class: "whisker" }),
    s("circle", { cx: x(rate), cy: 15, r: 5.5, class: "point" }),
  );
};

const cards = (sum) => {
  const evaluable = sum.passed + sum.failed;
  const rate = h(
    "div",
    { class: "card hero" },
    h("div", { class: "label" }, "Pass rate"),
    h("div", { class: "value" }, percent(sum.pass_rate)),
    sum.interval && intervalMeter(sum.interval, sum.pass_rate),
    h(
      "div",
      {
        class: "note",
        title:
          "Wilson score interval, as if sessions were independent: about new scenarios less is known than it says.",
      },
      evaluable
        ? [
            `${sum.passed} of ${count(evaluable, "session")} · 95% interval `,
            sum.interval.map((rate) => percent(rate)).join(" to "),
          ]
        : "No session says anything about the agent.",
    ),
    sum.null_agent &&
      h(
        "div",
        { class: "note" },
        `An agent that does nothing passes ${percent(sum.null_agent.pass_rate)}: `,
        `${sum.null_agent.passed} of ${count(sum.null_agent.scenarios, "scenario")}`,
      ),
  );
  const invalid = sum.errored
    ? `${sum.errored} ${evaluable ? "more " : ""}invalid: a fault of user, tool, model or simkit`
    : evaluable > 0 && "all count towards the pass rate";
  const calls = sum.tool_calls / Math.max(1, sum.sessions);
  return h(
    "div",
    { class: "cards" },
    rate,
    card("Sessions", sum.sessions.toLocaleString("en"), invalid, rateBar(sum)),
    card(
      "With tool-use errors",
      sum.sessions_with_tool_errors.toLocaleString("en"),
      `${percent(sum.sessions_with_tool_errors / Math.max(1, sum.sessions))} of sessions`,
    ),
    card(
      "Tool calls",
      sum.tool_calls.toLocaleString("en"),
      `${calls.toFixed(1)} a session, over ${count(sum.turns, "user turn")}`,
    ),
  );
};

const kindBars = (sum, to) => {
  const found = Object.entries(sum.tool_errors).sort((a, b) => b[1] - a[1]);
  if (!found.length) return panel("Tool-use errors", "", h("p", { class: "quiet" }, "None found in any session."));
  return panel(
    "Tool-use errors",
    `by kind, in ${count(sum.sessions_with_tool_errors, "session")}`,
    h(
      "ul",
      { class: "bars" },
      found.map(([kind, n]) =>
        h(
          "li",
          {},
          link(
            { view: "sessions", ...to, kind },
            { title: `Show sessions with ${spaced(kind)}` },
            h("span", { class: "name" }, spaced(kind), h("small", {}, kinds[kind])),
            bar([[n / found[0][1], "fail"]], `${n} found`),
            h("span", { class: "number" }, n),
          ),
        ),
      ),
    ),
  );
};

// Some rows by name; of many, those that failed most often.
const MANY = 16;
const tallies = (title, field, sum, to) => {
  const by = sum[`by_${field}`];
  const all = Object.entries(by);
  if (all.length < 2) return null;
  const few = all.length > MANY ? [...all].sort((a, b) => b[1].failed - a[1].failed).slice(0, 10) : all;
  const nulls = few.some(([, tally]) => tally.null_agent?.passed);
  const heads = [
    [field[0].toUpperCase() + field.slice(1)],
    ["Pass rate", "number"],
    ["95% interval", "number"],
    ["", "meter"],
    nulls && ["Null agent", "number"],
    ["Passed", "number"],
    sum.errored && ["Invalid", "number"],
    ["Tool errors", "number"],
  ];
  const counts = (tally) => [
    `${tally.passed} of ${tally.passed + tally.failed}`,
    ...(sum.errored ? [tally.errored] : []),
    Object.values(tally.tool_errors).reduce((a, b) => a + b, 0),
  ];
  const rest = few.length < all.length ? all.filter((one) => !few.includes(one)) : [];
  const rows = (some) =>
    table(
      heads.filter(Boolean),
      some.map(([name, tally]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, link({ view: "sessions", ...to, [field]: name }, {}, name)),
          h("td", { class: "number strong" }, percent(tally.pass_rate, 0)),
          h("td", { class: "number quiet" }, wilson(tally.passed, tally.passed + tally.failed).map((rate) => percent(rate, 0)).join(" to ")),
          h("td", { class: "meter" }, rateBar(tally)),
          nulls && h("td", { class: "number" }, tally.null_agent ? percent(tally.null_agent.pass_rate, 0) : "n/a"),
          counts(tally).map((n) => h("td", { class: n ? "number" : "number zero" }, n)),
        ),
      ),
    );
  return panel(
    title,
    rest.length > 0 && `the ${few.length} of ${all.length} that failed most often`,
    rows(few),
    rest.length > 0 && h("details", { class: "more" }, h("summary", {}, `${rest.length} more`), rows(rest)),
  );
};

// Personas against domains: a dark cell is where it fails.
const grid = (sum, to) => {
  const domains = [...new Set(sum.cells.map((cell) => cell[1]))].sort();
  const personas = [...new Set(sum.cells.map((cell) => cell[0]))].sort();
  if (domains.length < 2 || personas.length < 2) return null;
  const at = new Map(sum.cells.map(([p, d, pass, fail]) => [JSON.stringify([p, d]), [pass, fail]]));
  const cell = (persona, domain) => {
    const [pass, fail] = at.get(JSON.stringify([persona, domain])) || [0, 0];
    if (!(pass + fail)) return h("td", { class: "heat empty" }, "·");
    const share = fail / (pass + fail);
    const node = h(
      "td",
      { class: "heat" },
      link(
        { view: "sessions", ...to, persona, domain },
        { title: `${persona} in ${domain}: ${pass} of ${pass + fail} passed` },
        percent(pass / (pass + fail), 0),
      ),
    );
    node.style.setProperty("--share", share.toFixed(3));
    return node;
  };
  return panel(
    "Who fails where",
    "pass rate of each persona in each domain",
    table(
      [["Persona"], ...domains.map((d) => [d, "number"])],
      personas.map((p) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, p),
          domains.map((d) => cell(p, d)),
        ),
      ),
      { class: "grid" },
    ),
  );
};

const worstScenarios = (sum, to) => {
  const bad = sum.worst.map((name) => [name, sum.by_scenario[name]]);
  const judged = sum.passed + sum.failed > 0;
  const none = judged ? "Every scenario passed every time." : "No session passed or failed.";
  if (!bad.length) return panel("Worst scenarios", "", h("p", { class: "quiet" }, none));
  return panel(
    "Worst scenarios",
    `${Math.min(10, bad.length)} of ${bad.length} that did not always pass`,
    h(
      "ol",
      { class: "worst" },
      bad
        .slice(0, 10)
        .map(([name, one]) =>
          h(
            "li",
            {},
            h(
              "div",
              { class: "line" },
              link({ view: "sessions", ...to, scenario: name }, { class: "strong" }, name),
              h("span", { class: "tag" }, one.domain),
              h("span", { class: "number" }, `${one.passed} of ${one.passed + one.failed} passed`),
              rateBar(one),
            ),
            one.session &&
              link({ session: one.session }, { class: "reason clamp" }, one.reason || "no reason recorded"),
          ),
        ),
    ),
  );
};

const overview = (filter) => {
  const [sum, to] = [figures(filter), facets(filter)];
  const curve = curvePanel(sum.curve, ", with its 95% interval; below, of how many");
  const domains = tallies("By domain", "domain", sum, to);
  const beside = sum.curve.length <= 5 && !sum.errored && curve && domains;
  return h(
    "div",
    { class: "page" },
    h("h1", { class: "hidden-text" }, "Overview"),
    h(
      "p",
      { class: "facts" },
      summary.agent && ["Agent ", h("strong", {}, summary.agent), " · "],
      summary.user && ["user ", h("strong", {}, summary.user), " · "],
      `${count(Object.keys(summary.by_scenario).length, "scenario")} · `,
      `${count(Object.keys(summary.by_persona).length, "persona")} · digest `,
      h("code", { title: summary.digest }, summary.digest.slice(0, 12)),
    ),
    crowd && crowd.of.length > 1 && h("div", { class: "toolbar" }, facetPicks(filter, FACETS)),
    filterNote(filter),
    cards(sum),
    // A short curve leaves room beside it.
    beside ? h("div", { class: "columns even" }, curve, domains) : curve,
    h(
      "div",
      { class: "columns" },
      h("div", {}, kindBars(sum, to), !filtered(filter) && besideRate(), !beside && domains),
      h("div", {}, worstScenarios(sum, to)),
    ),
    // A grid of many domains has the whole width.
    h(
      "div",
      { class: Object.keys(sum.by_domain).length > 6 ? "" : "columns" },
      tallies("By persona", "persona", sum, to),
      grid(sum, to),
    ),
    !filtered(filter) && acrossTable(to),
    tallies("By tag", "tag", sum, to),
  );
};
