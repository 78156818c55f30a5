// The state graph: laid out when the page was written, drawn here.
const nameAndOutcome = (state) => {
  const at = stateKind(state).startsWith("end") ? -1 : state.lastIndexOf(":");
  return at < 0 ? [state, ""] : [state.slice(0, at), state.slice(at + 1)];
};
const arrow = (x, y, points) =>
  ({
    right: `M${x - 8} ${y - 4.5}L${x - 8} ${y + 4.5}L${x} ${y}Z`,
    left: `M${x + 8} ${y - 4.5}L${x + 8} ${y + 4.5}L${x} ${y}Z`,
    down: `M${x - 4} ${y - 7}L${x + 4} ${y - 7}L${x} ${y}Z`,
  })[points];

// A line's width says how often, its colour in what share of failed sessions. Its label is shown when it is looked at.
const edge = (shownFlow, [from, to, path, x, y, points], most) => {
  const { states, counts, leaving } = shownFlow;
  const [n, failed] = counts.get(from).get(to);
  const node = s(
    "g",
    { class: "edge", "data-from": from, "data-to": to, "data-told": `${n} · ${percent(n / leaving(from), 0)}` },
    s("title", {}, words(states[from], states[to], n, failed, leaving(from))),
    s("path", { d: path, class: "hit" }),
    s("path", { d: path, class: "line", "stroke-width": (1 + 6 * Math.sqrt(n / most)).toFixed(1) }),
    s("path", { d: arrow(x, y, points), class: "tip" }),
  );
  node.style.setProperty("--share", (failed / n).toFixed(3));
  node.addEventListener("click", () => {
    location.hash = address({ ...here(), from: states[from], to: states[to], at: "" });
  });
  return node;
};

// How sessions end after a state, as marks on it: signs and counts, so that colour alone tells nothing.
const ENDS = [["pass", "✓"], ["fail", "✕"], ["invalid", "!"]];
const endMarks = (shownFlow, state, x, y, room) => {
  const found = ENDS.map(([outcome, sign]) => {
    const end = shownFlow.states.indexOf(`END:${outcome}`);
    return [outcome, sign, shownFlow.counts.get(state)?.get(end)?.[0] || 0];
  }).filter(([, , n]) => n);
  const gap = found.length > 2 ? 10 : 12;
  return found.map(([outcome, sign, n], i) =>
    s("text", { x: x - room / 2 + 3, y: y + 4 + gap * (i - (found.length - 1) / 2), class: `end-mark ${outcome}` }, `${sign} ${n}`),
  );
};
const box = (shownFlow, [state, x, y, width, height, room]) => {
  const label = shownFlow.states[state];
  const n = label === "START" ? shownFlow.flow.sessions : shownFlow.entering(state);
  const [name, outcome] = nameAndOutcome(label);
  const rounded = label === "START" || label.startsWith("END:");
  const middle = x - room / 2;
  const node = s(
    "a",
    { class: `state ${stateKind(label)}`, "aria-label": `${label}, ${count(n, "time")}`, "data-state": state, tabindex: -1 },
    s("title", {}, `${shown(label)}: ${count(n, "time")}`),
    s("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: rounded ? height / 2 : 7 }),
    s("text", { x: middle, y: y - 1 }, short(name, 26)),
    s("text", { x: middle, y: y + 12, class: "n" }, outcome && outcome !== "ok" ? `${short(spaced(outcome), 20)} · ` : "", n),
    endMarks(shownFlow, state, x + width / 2, y, room),
  );
  node.setAttribute("href", address({ ...here(), at: label, from: "", to: "" }));
  node.middle = [x, y];
  return node;
};

// Pointing at a state, or reaching it by keyboard, leaves only its own lines in full colour, with their labels.
// A label stands where its line is apart from the others: away from the state that is looked at, and from other labels.
const [LABEL_WIDE, LABEL_HIGH] = [7, 14];
const ALONG = [0, 0.1, -0.1, 0.2, -0.2, 0.3, -0.3, 0.38, -0.38];
const labelled = (svg, edges, state) => {
  const taken = [];
  const clashes = ({ x, y, wide }) =>
    taken.some((one) => Math.abs(one.x - x) < (one.wide + wide) / 2 && Math.abs(one.y - y) < LABEL_HIGH);
  const labels = edges.map((one) => {
    const line = one.querySelector(".line");
    const loop = one.dataset.from === one.dataset.to;
    const share = loop || state === null ? 0.5 : Number(one.dataset.from) === state ? 0.6 : 0.4;
    const wide = LABEL_WIDE * one.dataset.told.length;
    const places = ALONG.map((by) => line.getPointAtLength(line.getTotalLength() * (share + by)));
    const spots = places.map(({ x, y }) => ({ x, y, wide }));
    const spot = spots.find((place) => !clashes(place)) || spots[0];
    taken.push(spot);
    return s("text", { x: spot.x, y: spot.y + 4 }, one.dataset.told);
  });
  svg.querySelector(".labels").replaceChildren(...labels);
};
const look = (svg, edges, chosen, state = null) => {
  svg.classList.toggle("focused", chosen !== null);
  const near = chosen ? edges.filter(chosen) : [];
  for (const one of edges) one.classList.toggle("near", near.includes(one));
  labelled(svg, near, state);
};
const touching = (state) => (one) => Number(one.dataset.from) === state || Number(one.dataset.to) === state;
// One stop for the Tab key; arrows go to the nearest state in their direction.
const TOWARDS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const nearestState = (nodes, from, [right, down]) => {
  const cost = ({ middle: [x, y] }) => {
    const [ahead, aside] = right ? [(x - from.middle[0]) * right, y - from.middle[1]] : [(y - from.middle[1]) * down, x - from.middle[0]];
    return ahead > 4 ? ahead + 2 * Math.abs(aside) : Infinity;
  };
  return nodes.reduce((best, one) => (one !== from && cost(one) < (best ? cost(best) : Infinity) ? one : best), null);
};

const drawing = (shownFlow, plan, lines, resting, at) => {
  const most = Math.max(1, ...lines.map(([from, to]) => shownFlow.counts.get(from).get(to)[0]));
  const touched = new Set(lines.flatMap(([from, to]) => [from, to]));
  const boxes = plan.boxes.filter(([state]) => touched.has(state));
  const { left, top, width, height } = takenUp(boxes, lines);
  const edges = lines.map((line) => edge(shownFlow, line, most));
  const svg = s(
    "svg",
    { class: "graph", viewBox: `${left} ${top} ${width} ${height}`, role: "group", "aria-label": "State graph: arrow keys go from state to state, Enter shows what leads there" },
    edges,
  );
  const nodes = boxes.map((one) => box(shownFlow, one));
  const rest = () => look(svg, edges, resting, at);
  for (const node of nodes) {
    const state = Number(node.dataset.state);
    const own = () => look(svg, edges, touching(state), state);
    for (const name of ["mouseenter", "focus"]) node.addEventListener(name, own);
    for (const name of ["mouseleave", "blur"]) node.addEventListener(name, rest);
    node.addEventListener("keydown", (event) => {
      const to = Object.hasOwn(TOWARDS, event.key) && nearestState(nodes, node, TOWARDS[event.key]);
      if (!Object.hasOwn(TOWARDS, event.key)) return;
      event.preventDefault();
      if (!to) return;
      node.setAttribute("tabindex", -1);
      to.setAttribute("tabindex", 0);
      to.focus();
    });
  }
  for (const one of edges) {
    one.addEventListener("mouseenter", () => look(svg, edges, (other) => other === one));
    one.addEventListener("mouseleave", rest);
  }
  (nodes.find((node) => shownFlow.states[node.dataset.state] === here().at) || nodes[0])?.setAttribute("tabindex", 0);
  fill(svg, {}, [nodes, s("g", { class: "labels", "aria-hidden": "true" })]);
  // As wide as there is room, but never too small to read: then it scrolls.
  svg.style.width = `clamp(${Math.round(width * 0.7)}px, 100%, ${Math.round(width)}px)`;
  requestAnimationFrame(rest);
  return h("div", { class: "panel canvas", tabindex: 0, role: "region", "aria-label": "Drawing, scrollable" }, svg);
};

const strongest = (shownFlow) => {
  const { states, flow, leaving } = shownFlow;
  const rows = flow.counts
    .slice()
    .sort((a, b) => b[2] - a[2])
    .slice(0, 15);
  const row = ([from, to, n, failed]) =>
    h(
      "tr",
      {},
      h("td", { class: "named" }, states[from]),
      h("td", { class: "named" }, link({ ...here(), from: states[from], to: states[to], at: "" }, {}, states[to])),
      h("td", { class: "number" }, n),
      h("td", { class: "number" }, percent(n / leaving(from))),
      h("td", { class: failed ? "number" : "number zero" }, failed),
    );
  const heads = [["From"], ["To"], ["Times", "number"], ["Share of row", "number"], ["In failed sessions", "number"]];
  return panel("Strongest transitions", `${rows.length} of ${flow.counts.length}`, table(heads, rows.map(row)));
};

// The smallest layout that has all these lines, and the lines as they run in it.
const planOf = (plans, lines) => {
  const key = ([from, to]) => `${from} ${to}`;
  for (const plan of plans) {
    const own = new Map(plan.lines.map((line) => [key(line), line]));
    if (lines.every((line) => own.has(key(line)))) return [plan, lines.map((line) => own.get(key(line)))];
  }
  return [plans.at(-1), lines];
};
// What boxes and lines take up of their canvas: a filter leaves parts of it empty.
const takenUp = (boxes, lines) => {
  const [xs, ys] = boxes.length ? [[], []] : [[0], [0]];
  for (const [, x, y, width, height] of boxes) {
    xs.push(x - width / 2, x + width / 2);
    ys.push(y - height / 2, y + height / 2);
  }
  for (const [, , path] of lines)
    for (const [, letter, told] of path.matchAll(/([MCH])([^MCH]*)/g))
      told.trim().split(" ").forEach((n, i) => (letter !== "H" && i % 2 ? ys : xs).push(Number(n)));
  const [left, top] = [Math.min(...xs) - 4, Math.min(...ys) - 8];
  return { left, top, width: Math.max(...xs) + 4 - left, height: Math.max(...ys) + 8 - top };
};

const graphView = (filter) => {
  const shownFlow = flowOf(filter);
  const { flow, counts, all, states } = shownFlow;
  const times = ([from, to]) => counts.get(from).get(to)[0];
  // Where no session entered any state, all that can be drawn is how they ended.
  const inside = flow.counts.some(([, to]) => !states[to].startsWith("END:"));
  const kind = filter.ends === "states" || !inside ? "states" : "marks";
  const laidOut = flow.drawings[kind].at(-1).lines.filter(([from, to]) => counts.get(from)?.has(to));
  const top = Math.min(Number(filter.top) || 40, laidOut.length);
  const strong = laidOut
    .slice()
    .sort((a, b) => times(b) - times(a))
    .slice(0, top);
  const [plan, lines] = planOf(flow.drawings[kind], strong);
  const sizes = [...[20, 40].filter((size) => size < laidOut.length), laidOut.length];
  const inner = flow.counts.filter(([, to]) => kind === "states" || !states[to].startsWith("END:"));
  const of = inner.reduce((sum, [, , n]) => sum + n, 0);
  const share = lines.reduce((sum, line) => sum + times(line), 0) / Math.max(1, of);
  const sizeNames = sizes.map((n) => [String(n), n < inner.length ? `the ${n} strongest` : "all"]);
  const drawn = `Drawn: the ${lines.length} strongest of ${inner.length} kinds, ${percent(share)} of them all. `;
  const chosen = explored(shownFlow, filter);
  const at = states.indexOf(filter.at);
  const to = states.indexOf(filter.to);
  const between = (one) => Number(one.dataset.from) === states.indexOf(filter.from) && Number(one.dataset.to) === to;
  return h(
    "div",
    { class: "page wide" },
    h("h1", {}, "State graph"),
    flowBar(
      shownFlow,
      facetPicks(filter, IN_DOMAIN),
      pick("Transitions", String(top), sizeNames, "top"),
      inside && pick("Ends", filter.ends || "", [["", "as marks"], ["states", "as states"]], "ends"),
    ),
    filterNote({ ...filter, domain: shownFlow.domain }, IN_DOMAIN),
    h(
      "p",
      { class: "facts" },
      `${count(flow.sessions, "session")}, ${count(all, "transition")}. `,
      lines.length < inner.length && drawn,
      "Width: how often. ",
      h("span", { class: "legend" }, [
        "Colour: share in failed sessions ",
        h("span", { class: "ramp", "aria-hidden": "true" }),
        ". ",
      ]),
      kind === "marks" && [
        "After a state ended: ",
        ENDS.filter(([outcome]) => shownFlow.entering(states.indexOf(`END:${outcome}`)) > 0).map(([outcome, sign], i) => [
          i ? ", " : "",
          h("span", { class: `mark-key ${outcome}` }, `${sign} ${OUTCOMES[outcome][1]}`),
        ]),
        ". ",
      ],
      "Choose a state or a line to see the sessions behind it.",
    ),
    h(
      "div",
      { class: chosen ? "explorer" : "" },
      h(
        "div",
        {},
        all
          ? [drawing(shownFlow, plan, lines, at >= 0 ? touching(at) : to >= 0 ? between : null, at >= 0 ? at : null), strongest(shownFlow)]
          : nothing(),
      ),
      chosen,
    ),
  );
};
