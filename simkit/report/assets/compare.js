// Two runs: the verdict as `simkit compare` says it, what differs, and which scenarios changed.
const DIRECTIONS = { improved: "▲", regressed: "▼", inconclusive: "≈" };
const verdict = (word) =>
  h("span", { class: `verdict ${word}` }, h("span", { "aria-hidden": "true" }, DIRECTIONS[word]), ` ${word}`);

// An effect with its interval on a scale that is the same for all: 0 in the middle.
const effectMeter = ({ effect, low, high, better }, most) => {
  if (effect === null) return null;
  const x = (value) => (100 + 96 * Math.max(-1, Math.min(1, value / most))).toFixed(1);
  const good = effect === 0 ? "" : effect > 0 === (better === "higher") ? "good" : "bad";
  return s(
    "svg",
    { viewBox: "0 0 200 22", preserveAspectRatio: "xMinYMid", class: `effect ${good}`, "aria-hidden": "true" },
    s("path", { d: "M100 2V20", class: "zero-line" }),
    low !== null && s("path", { d: `M${x(low)} 11H${x(high)}M${x(low)} 7V15M${x(high)} 7V15`, class: "whisker" }),
    s("circle", { cx: x(effect), cy: 11, r: 4, class: "point" }),
  );
};
const isShare = (one) => one.told[2].endsWith("%");
// Decided figures first, then those of which most is known; what is beyond a few waits behind one line.
const FEW_FIGURES = 8;
const figureTables = (figures) => {
  const rank = ({ verdict, p }) => (verdict === "inconclusive" ? 1 : 0) + (Number.parseFloat(p.replace("<", "")) || 0);
  const sorted = [...figures].sort((a, b) => rank(a) - rank(b));
  const rest = sorted.length - FEW_FIGURES;
  return [
    figureTable(sorted.slice(0, FEW_FIGURES)),
    rest > 0 && h("details", { class: "more" }, h("summary", {}, `${rest} more`), figureTable(sorted.slice(FEW_FIGURES))),
  ];
};
const figureTable = (figures) => {
  const most = (some) => Math.max(0.001, ...some.flatMap(({ effect, low, high }) => [effect, low, high].map(Math.abs)));
  const [shares, amounts] = [figures.filter(isShare), figures.filter((one) => !isShare(one))];
  const scale = new Map([...shares.map((one) => [one, most(shares)]), ...amounts.map((one) => [one, most([one])])]);
  const row = (one) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, spaced(one.title), one.better === "higher" && h("small", {}, " more is better")),
      one.told.slice(0, 2).map((value) => h("td", { class: "number" }, value)),
      h("td", { class: "number strong" }, one.told[2]),
      h("td", { class: "effect-cell" }, effectMeter(one, scale.get(one))),
      h("td", { class: "number" }, one.span),
      h("td", { class: "number", title: "What a suite of this size would find with a chance of 80%" }, one.mde),
      h("td", { class: "number" }, one.p),
      h("td", {}, verdict(one.verdict)),
    );
  const heads = [["Figure"], ["A", "number"], ["B", "number"], ["B less A", "number"], ["", "effect"], ["95% interval", "number"], ["Found with 80%", "number"], ["p (Holm)", "number"], ["Verdict"]];
  return table(heads, figures.map(row), { class: "figures" });
};

const SHOWN = { changed: "changed", decided: "decided", flaky: "flaky", all: "all" };
const CHANGES = 25;
const chosenChanges = (filter) => {
  const fits = {
    changed: (one) => one.effect !== 0,
    decided: (one) => one.verdict !== "inconclusive",
    flaky: (one) => one.flaky,
    all: () => true,
  };
  const words = (filter.find || "").toLowerCase();
  return COMPARED.scenarios
    .filter(fits[filter.show] || fits.changed)
    .filter((one) => !words || `${one.name} ${one.reason}`.toLowerCase().includes(words));
};
const passes = (passed, n, label) =>
  h(
    "td",
    { class: "passes" },
    h("span", { class: "number" }, `${passed} of ${n}`),
    bar([[passed / Math.max(1, n), "pass"], [(n - passed) / Math.max(1, n), "fail"]], `${label}: ${passed} of ${n} passed`),
  );
const changeRow = (one) => {
  const pair = pairFor(one);
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, one.name, one.flaky && h("small", {}, " flaky")),
    passes(one.passed_a, one.n_a, "A"),
    passes(one.passed_b, one.n_b, "B"),
    h("td", { class: "number strong" }, points(one.effect)),
    h("td", { class: "number" }, one.p_adjusted < 0.0001 ? "<0.0001" : one.p_adjusted.toFixed(4)),
    h("td", {}, verdict(one.verdict)),
    h("td", { class: "why" }, h("div", { class: "clamp", title: one.reason.slice(0, 1000) }, one.reason)),
    h("td", {}, pair && link({ view: "pair", ...pair, run: null }, { class: "button" }, "Side by side")),
  );
};
const changeTable = (filter) => {
  const found = chosenChanges(filter);
  const pages = Math.max(1, Math.ceil(found.length / CHANGES));
  const page = Math.min(Math.max(1, Number(filter.page) || 1), pages);
  const part = found.slice((page - 1) * CHANGES, page * CHANGES);
  const turn = (to, text, off) =>
    h("button", { type: "button", disabled: off, onclick: () => (location.hash = address({ ...here(), page: to })) }, text);
  const heads = [["Scenario"], ["A passed"], ["B passed"], ["Points", "number"], ["p (Holm)", "number"], ["Verdict"], ["Why it fails in B"], ["", "open"]];
  return [
    part.length
      ? h("div", { class: "panel flush" }, table(heads, part.map(changeRow), { class: "changes" }))
      : h("p", { class: "quiet panel" }, "No such scenario."),
    found.length > CHANGES &&
      h(
        "nav",
        { class: "pages", "aria-label": "Pages" },
        turn(page - 1, "‹ Previous", page === 1),
        h("span", {}, `${(page - 1) * CHANGES + 1} to ${(page - 1) * CHANGES + part.length} of ${found.length}`),
        turn(page + 1, "Next ›", page === pages),
      ),
  ];
};
const counts = (find) => COMPARED.scenarios.filter(find).length;
const compareView = (filter) => {
  const { figures, runs, agents, because, subject, otherwise, warnings } = COMPARED;
  const rate = figures[0];
  const side = (i) =>
    card(
      `${"AB"[i]}: ${runs[i]}`,
      rate ? rate.told[i] : "n/a",
      [agents[i] && `agent ${agents[i]}`, rate && count(rate.sessions[i], "session")].filter(Boolean).join(" · "),
    );
  const fell = counts((one) => one.effect < 0);
  const rose = counts((one) => one.effect > 0);
  const facts = [
    `${count(rate?.scenarios || 0, "shared scenario")}`,
    `${fell} passed less often, ${rose} more often, ${COMPARED.scenarios.length - fell - rose} alike`,
    `about ${subject}`,
  ];
  return h(
    "div",
    { class: "page wide" },
    h("h1", { class: "hidden-text" }, "Comparison"),
    h(
      "div",
      { class: `panel headline ${COMPARED.verdict}` },
      h("div", { class: "big" }, verdict(COMPARED.verdict)),
      h("p", {}, because),
      otherwise && h("p", { class: "quiet" }, `The pass rate ${otherwise}.`),
    ),
    h(
      "div",
      { class: "cards pair-cards" },
      side(0),
      side(1),
      rate &&
        card(
          "B less A",
          rate.told[2],
          `95% interval ${rate.span} · p ${rate.p} · finds ${rate.mde} with a chance of 80%`,
          effectMeter(rate, Math.max(0.02, ...[rate.low, rate.high, rate.effect].map(Math.abs))),
        ),
    ),
    h("p", { class: "facts" }, facts.join(" · ")),
    warnings.map((one) => h("p", { class: "banner invalid" }, one)),
    figures.length > 1 && panel("What differs", "tool-use errors and effort: less is better", figureTables(figures.slice(1))),
    h("h2", { class: "scenarios-head" }, "Scenarios"),
    h(
      "div",
      { class: "toolbar", role: "search" },
      h("input", {
        type: "search",
        id: "find-change",
        placeholder: "Search name, reason …",
        "aria-label": "Search scenarios",
        value: filter.find || "",
        onchange: (event) => (location.hash = address({ ...here(), find: event.target.value, page: "" })),
      }),
      pick("Shown", filter.show || "changed", Object.entries(SHOWN), "show"),
    ),
    changeTable(filter),
  );
};
