// The state graph: laid out when the page was written, drawn here.
const nameAndOutcome = (state) => {
  const at = stateKind(state).startsWith("end") ? -1 : state.lastIndexOf(":");
  return at < 0 ? [state, ""] : [state.slice(0, at), state.slice(at + 1)];
};
const arrow = (x, y, points) =>
  ({
    down: `M${x - 4.5} ${y - 8}L${x + 4.5} ${y - 8}L${x} ${y}Z`,
    up: `M${x - 4.5} ${y + 8}L${x + 4.5} ${y + 8}L${x} ${y}Z`,
    left: `M${x + 8} ${y - 5}L${x + 8} ${y + 4}L${x} ${y}Z`,
  })[points];

// A line's width says how often, its colour in what share of failed sessions.
const edge = (shownFlow, [from, to, path, x, y, points], most) => {
  const { states, counts, leaving } = shownFlow;
  const [n, failed] = counts.get(from).get(to);
  const node = s(
    "g",
    { class: "edge", "data-from": from, "data-to": to },
    s("title", {}, words(states[from], states[to], n, failed, leaving(from))),
    s("path", { d: path, class: "hit" }),
    s("path", { d: path, class: "line", "stroke-width": (1 + 6 * Math.sqrt(n / most)).toFixed(1) }),
    s("path", { d: arrow(x, y, points), class: "tip" }),
  );
  node.style.setProperty("--share", (failed / n).toFixed(3));
  node.addEventListener("click", () => {
    location.hash = address(toSessions(shownFlow, from, to));
  });
  return node;
};

const box = (shownFlow, [state, x, y, width, height]) => {
  const label = shownFlow.states[state];
  const n = label === "START" ? shownFlow.flow.sessions : shownFlow.entering(state);
  const [name, outcome] = nameAndOutcome(label);
  const rounded = label === "START" || label.startsWith("END:");
  const node = s(
    "a",
    { class: `state ${stateKind(label)}`, "aria-label": `${label}, ${n} times` },
    s("title", {}, `${shown(label)}: ${n} times`),
    s("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: rounded ? height / 2 : 7 }),
    s("text", { x, y: y - 1 }, short(name, 26)),
    s("text", { x, y: y + 12, class: "n" }, outcome && outcome !== "ok" ? `${short(spaced(outcome), 20)} · ` : "", n),
  );
  const to = label === "START" ? toSessions(shownFlow, state) : toSessions(shownFlow, undefined, state);
  node.setAttribute("href", address(to));
  return node;
};

// Pointing at a state, or reaching it by keyboard, leaves only its own lines in full colour.
const focusOn = (svg, edges, node, state) => {
  const mark = (on) => {
    svg.classList.toggle("focused", on);
    for (const one of edges) {
      const near = Number(one.dataset.from) === state || Number(one.dataset.to) === state;
      one.classList.toggle("near", on && near);
    }
  };
  for (const name of ["mouseenter", "focus"]) node.addEventListener(name, () => mark(true));
  for (const name of ["mouseleave", "blur"]) node.addEventListener(name, () => mark(false));
};

const drawing = (shownFlow, lines) => {
  const { width, height, boxes } = shownFlow.flow.drawing;
  const most = Math.max(1, ...lines.map(([from, to]) => shownFlow.counts.get(from).get(to)[0]));
  const touched = new Set(lines.flatMap(([from, to]) => [from, to]));
  const edges = lines.map((line) => edge(shownFlow, line, most));
  const svg = s(
    "svg",
    { class: "graph", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "State graph" },
    edges,
  );
  for (const one of boxes.filter(([state]) => touched.has(state))) {
    const node = box(shownFlow, one);
    focusOn(svg, edges, node, one[0]);
    svg.append(node);
  }
  // As wide as there is room, but never too small to read: then it scrolls.
  svg.style.width = `clamp(${Math.round(width * 0.7)}px, 100%, ${Math.round(width)}px)`;
  return h("div", { class: "panel canvas", tabindex: 0, role: "region", "aria-label": "Drawing, scrollable" }, svg);
};

const strongest = (shownFlow) => {
  const { states, flow, leaving } = shownFlow;
  const rows = flow.counts
    .slice()
    .sort((a, b) => b[2] - a[2])
    .slice(0, 25);
  const row = ([from, to, n, failed]) =>
    h(
      "tr",
      {},
      h("td", {}, states[from]),
      h("td", {}, link(toSessions(shownFlow, from, to), {}, states[to])),
      h("td", { class: "number" }, n),
      h("td", { class: "number" }, percent(n / leaving(from))),
      h("td", { class: failed ? "number" : "number zero" }, failed),
    );
  const heads = [["From"], ["To"], ["Times", "number"], ["Share of row", "number"], ["In failed sessions", "number"]];
  return panel("Strongest transitions", `${rows.length} of ${flow.counts.length}`, table(heads, rows.map(row)));
};

const graphView = (filter) => {
  const shownFlow = flowOf(filter);
  const { flow, counts, all } = shownFlow;
  const times = ([from, to]) => counts.get(from).get(to)[0];
  const laidOut = flow.drawing.lines.filter(([from, to]) => counts.get(from)?.has(to));
  const top = Math.min(Number(filter.top) || 40, laidOut.length);
  const lines = laidOut
    .slice()
    .sort((a, b) => times(b) - times(a))
    .slice(0, top);
  const sizes = [...[20, 40].filter((size) => size < laidOut.length), laidOut.length];
  const share = lines.reduce((sum, line) => sum + times(line), 0) / Math.max(1, all);
  const sizeNames = sizes.map((n) => [String(n), n < flow.counts.length ? `the ${n} strongest` : "all"]);
  const drawn = `Drawn: the ${lines.length} strongest of ${flow.counts.length} kinds, ${percent(share)} of them all. `;
  return h(
    "div",
    { class: "page wide" },
    h("h1", {}, "State graph"),
    flowBar(shownFlow, facetPicks(filter, IN_DOMAIN), pick("Transitions", String(top), sizeNames, "top")),
    filterNote({ ...filter, domain: shownFlow.domain }, IN_DOMAIN),
    h(
      "p",
      { class: "facts" },
      `${count(flow.sessions, "session")}, ${count(all, "transition")}. `,
      lines.length < flow.counts.length && drawn,
      "Width: how often. ",
      h("span", { class: "legend" }, [
        "Colour: share in failed sessions ",
        h("span", { class: "ramp", "aria-hidden": "true" }),
        ".",
      ]),
      " Click one for its sessions.",
    ),
    drawing(shownFlow, lines),
    strongest(shownFlow),
  );
};
