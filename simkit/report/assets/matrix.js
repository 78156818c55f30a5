// The transition matrix. Rows: from; columns: to. Shading by the share of the row, on one scale for all rows.
// Only what always happened is 1.
const shareText = (share) =>
  share < 0.005 ? "<.01" : share >= 0.995 && share < 1 ? ">.99" : share.toFixed(2).replace(/^0/, "");
const cell = (shownFlow, from, to, { least, counts, sums }) => {
  const { states, leaving } = shownFlow;
  const found = shownFlow.counts.get(from)?.get(to);
  if (!found) return h("td", {});
  const [n, all] = [found[0], leaving(from)];
  const masked = all < least;
  const told = [
    `${words(states[from], states[to], ...found, all)}; ${between(sums ? clustered(sums, from, to) : wilson(n, all))}, n = ${all}`,
    masked && `masked: fewer than ${least}`,
  ];
  return heatCell({
    share: n / all,
    text: counts || masked ? n : shareText(n / all),
    told: told.filter(Boolean).join("; "),
    to: toSessions(shownFlow, from, to),
    masked,
  });
};
const ORDERS = { flow: "by flow", often: "most often first", first: "as first seen" };
const ordered = (order, shownFlow, some) => {
  const { states } = shownFlow.flow;
  if (order === "first" || !some) return states;
  const place = order === "flow" && places(shownFlow.by, some);
  const named = (state) => shownFlow.states[state];
  const rank = (state) => (named(state) === "START" ? -1 : named(state).startsWith("END:") ? 1 : 0);
  const value = (state) => (place ? place.get(state) : -shownFlow.entering(state));
  return [...states].sort((a, b) => rank(a) - rank(b) || (rank(a) ? 0 : value(a) - value(b)));
};
// Of very many states the most visited are shown, with START and the ends; the others on demand.
const MOST_STATES = 40;
const visited = (order, visits, named, filter) => {
  if (order.length <= MOST_STATES + 5 || filter.most === "all") return order;
  const outer = (state) => named(state) === "START" || named(state).startsWith("END:");
  const inner = order.filter((state) => !outer(state)).sort((a, b) => visits(b) - visits(a));
  const kept = new Set(inner.slice(0, MOST_STATES));
  return order.filter((state) => outer(state) || kept.has(state));
};
const mostPick = (n, filter) =>
  n > MOST_STATES + 5 &&
  pick("Rows and columns", filter.most || "", [["", `the ${MOST_STATES} most visited`], ["all", `all ${n} states`]], "most");
const matrixTable = (shownFlow, order, how) => {
  const { states, leaving } = shownFlow;
  const columns = order.filter((state) => states[state] !== "START");
  const rows = order.filter((state) => !states[state].startsWith("END:"));
  const head = h(
    "tr",
    {},
    h("th", { scope: "col", class: "corner" }, "from ↓  to →"),
    columns.map((to) => heatHead(states[to], "col", 27)),
    h("th", { scope: "col", class: "total" }, h("span", {}, "n")),
  );
  const body = rows.map((from) =>
    h(
      "tr",
      {},
      heatHead(states[from], "row", 34, leaving(from) < how.least && "few"),
      columns.map((to) => cell(shownFlow, from, to, how)),
      h("td", { class: "total" }, leaving(from)),
    ),
  );
  return heatTable("Transition matrix", head, body);
};
const legend = (kind) =>
  h("span", { class: "legend" }, "0 ", h("span", { class: `ramp ${kind}`, "aria-hidden": "true" }), " 1 ");
const masks = (least, instead = ", the count is shown") =>
  least > 1 && [
    h("span", { class: "swatch", "aria-hidden": "true" }),
    ` masked: n below ${least}${instead}.`,
  ];

const versusPick = (filter) => {
  if (!crowd) return null;
  const names = ["outcome", ...(filtered({ ...filter, domain: "" }) ? ["rest"] : []), ...(RUNS.b ? ["run"] : [])];
  const options = [["", "nothing"], ...names.map((name) => [name, VERSUS[name]])];
  return pick("Compared with", filter.versus || "", options, "versus");
};
const matrixView = (filter) => {
  const shownFlow = flowOf(filter);
  const how = { least: leastOf(filter), counts: filter.cells === "counts" };
  const order = Object.hasOwn(ORDERS, filter.order || "flow") ? filter.order || "flow" : "flow";
  const some = crowd && members({ ...filter, domain: shownFlow.domain });
  const versus = crowd && Object.hasOwn(VERSUS, filter.versus || "") && (filter.versus !== "run" || RUNS.b);
  // Passed against failed: a filter by outcome has nothing to say.
  const outcomes = versus && filter.versus === "outcome";
  const fields = outcomes ? IN_DOMAIN.filter((name) => name !== "outcome") : IN_DOMAIN;
  const told = { ...filter, domain: shownFlow.domain, ...(outcomes && { outcome: "" }) };
  return h(
    "div",
    { class: "page wide" },
    h("h1", {}, versus ? "Difference of transition matrices" : "Transition matrix"),
    flowBar(
      shownFlow,
      facetPicks(filter, fields),
      !versus && pick("Cells", how.counts ? "counts" : "", [["", "share of the row"], ["counts", "counts"]], "cells"),
      leastPick(how.least),
      !versus && crowd && pick("Order", order, Object.entries(ORDERS), "order"),
      versusPick(filter),
      mostPick(shownFlow.flow.states.length, filter),
    ),
    filterNote(told, fields),
    versus ? differencePanel(filter, shownFlow, how.least) : wholeMatrix(shownFlow, how, order, some, filter),
  );
};
const wholeMatrix = (shownFlow, how, order, some, filter) => {
  const { flow, all, states } = shownFlow;
  const inOrder = visited(ordered(order, shownFlow, some), shownFlow.entering, (state) => states[state], filter);
  how.sums = some && sumsOf(views[shownFlow.by], some);
  return [
    h(
      "p",
      { class: "facts" },
      `${count(flow.sessions, "session")}, ${count(all, "transition")}. `,
      how.counts ? "A cell counts transitions, shaded by their share of the row: " : "A cell is a share of its row: ",
      legend("blue"),
      masks(how.least),
    ),
    all ? matrixTable(shownFlow, inOrder, how) : nothing(),
    h(
      "p",
      { class: "facts" },
      some
        ? "Intervals respect sessions: those of one session hang together, and are counted so."
        : "Intervals (Wilson) take transitions as independent; those of one session are not: the truth is less certain.",
    ),
  ];
};
const nothing = () => h("p", { class: "quiet panel" }, "No session fits these filters.");
