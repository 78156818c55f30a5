// One agent across the domains of a run, the worst first: where it falls behind before a customer finds out.
const acrossTable = (to) => {
  if (!data.across) return null;
  const rate = (one) => [
    h("td", { class: one.lags ? "number strong" : "number" }, percent(one.rate)),
    h("td", { class: "number quiet" }, `${percent(one.low, 0)} to ${percent(one.high, 0)}`),
  ];
  const some = data.across.lagging.length > 0;
  const lags = { failure: "failures", tool_error: "tool errors" };
  const against = (one, name) =>
    `${lags[name]} ${percent(one[name].rate)} against ${percent(one[name].rest)} in the rest, p ${one[name].p_adjusted.toPrecision(2)}`;
  return panel(
    "Across domains",
    "failures and tool-use errors, the worst first",
    table(
      [
        ["Domain"],
        ["Fails", "number"],
        ["95% interval", "number"],
        ["Tool errors", "number"],
        ["95% interval", "number"],
        ["Scenarios", "number"],
        some && ["Lags behind the rest"],
      ].filter(Boolean),
      data.across.domains.map((one) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, link({ view: "sessions", ...to, domain: one.domain }, {}, one.domain)),
          rate(one.failure),
          rate(one.tool_error),
          h("td", { class: "number" }, one.scenarios),
          some && h("td", {}, one.lags.map((name) => against(one, name)).join("; ")),
        ),
      ),
    ),
    h(
      "p",
      { class: "quiet" },
      some
        ? "A domain lags where its rate is above that of the rest by more than chance makes it, corrected for all domains."
        : "No domain lags behind the rest by more than chance makes it.",
    ),
  );
};
