// The transition matrix. Rows: from; columns: to. Shading by the share of the row, on one scale for all rows.
const cell = (shownFlow, from, to) => {
  const { states, counts, leaving } = shownFlow;
  const found = counts.get(from)?.get(to);
  if (!found) return h("td", {});
  const share = found[0] / leaving(from);
  const title = words(states[from], states[to], ...found, leaving(from));
  const text = share < 0.005 ? "<.01" : share.toFixed(2).replace(/^0/, "");
  const node = h("td", { class: share > 0.84 && "deep" }, link(toSessions(shownFlow, from, to), { title }, text));
  node.style.setProperty("--share", share.toFixed(3));
  return node;
};

const matrixView = (filter) => {
  const shownFlow = flowOf(filter);
  const { states, flow, all, leaving } = shownFlow;
  const columns = flow.states.filter((state) => states[state] !== "START");
  const rows = flow.states.filter((state) => !states[state].startsWith("END:"));
  const name = (state, scope, most) =>
    h(
      "th",
      { scope, class: stateKind(states[state]), title: states[state] },
      h("span", {}, short(states[state], most)),
    );
  const head = h(
    "tr",
    {},
    h("th", { scope: "col", class: "corner" }, "from ↓  to →"),
    columns.map((to) => name(to, "col", 27)),
    h("th", { scope: "col", class: "total" }, h("span", {}, "all")),
  );
  const body = rows.map((from) =>
    h(
      "tr",
      {},
      name(from, "row", 34),
      columns.map((to) => cell(shownFlow, from, to)),
      h("td", { class: "total" }, leaving(from)),
    ),
  );
  return h(
    "div",
    { class: "page wide" },
    h("h1", {}, "Transition matrix"),
    flowBar(shownFlow),
    h(
      "p",
      { class: "facts" },
      `${count(flow.sessions, "session")}, ${count(all, "transition")}. `,
      "A cell is the share of the row's transitions; point at it for the counts, click it for the sessions. ",
      h("span", { class: "legend" }, "0 ", h("span", { class: "ramp blue", "aria-hidden": "true" }), " 1"),
    ),
    h(
      "div",
      { class: "panel flush scroll matrix-box", tabindex: 0, role: "region", "aria-label": "Matrix, scrollable" },
      h("table", { class: "matrix" }, h("thead", {}, head), h("tbody", {}, body)),
    ),
  );
};
