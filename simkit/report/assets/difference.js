// Two matrices laid over each other: what follows a state more often in one than in the other, and how sure that is.
// A side: its name, the run's index, and the numbers of its sessions.
const VERSUS = { rest: "the other sessions", outcome: "passed → failed", run: "the other run" };
const sidesOf = (filter, domain) => {
  const within = { ...filter, domain };
  if (filter.versus === "run") return ["a", "b"].map((side) => inRun(side, within));
  const own = (name, some) => ({ name, index: data, some });
  if (filter.versus === "outcome")
    return ["pass", "fail"].map((outcome) =>
      own(`sessions that ${OUTCOMES[outcome][1]}`, members({ ...within, outcome })),
    );
  const some = members(within);
  const inside = new Set(some);
  const others = members({ domain }).filter((session) => !inside.has(session));
  return [own("the other sessions", others), own("these sessions", some)];
};
const inRun = (side, within) => {
  const before = data;
  use(RUNS[side]);
  const found = { name: data.summary.run, index: data, some: members(within) };
  use(before);
  return found;
};
const taskOf = ({ crowd: own }, session) => {
  const kind = own.kinds[own.of[session]];
  return `${own.names.scenario[kind[2]]}\n${own.names.persona[kind[0]]}`;
};
// Runs are compared task by task (scenario and persona), where both played some: the others are left out, and counted.
const paired = (sides) => {
  const tasks = sides.map(({ index, some }) => new Set(some.map((session) => taskOf(index, session))));
  const both = new Set([...tasks[0]].filter((task) => tasks[1].has(task)));
  if (!both.size) return { sides, left: [0, 0], tasks: null };
  const kept = sides.map((side) => ({ ...side, some: side.some.filter((one) => both.has(taskOf(side.index, one))) }));
  return { sides: kept, left: kept.map((side, i) => sides[i].some.length - side.some.length), tasks: both };
};
// Counts by the names of states: runs number their states each in its own way.
const named = ({ index, some }, by) => {
  const view = index.views[by];
  const sums = sumsOf(view, some);
  const number = new Map(view.states.map((state, i) => [state, i]));
  const share = (from, to) => {
    const row = sums.rows.get(number.get(from));
    const n = sums.cells.get(`${number.get(from)} ${number.get(to)}`)?.n || 0;
    return row ? { n: row.n, count: n, p: n / row.n } : { n: 0, count: 0, p: null };
  };
  const variance = (from, to) => {
    const row = sums.rows.get(number.get(from));
    return residuals(sums, number.get(from), number.get(to)) / (row.n * row.n);
  };
  const pairs = [...sums.cells.keys()].map((key) => key.split(" ").map((state) => view.states[state]));
  return { share, variance, pairs, sessions: some.length };
};
// For tasks that both runs played: what each task's sessions did, as sums by cell and row.
const byTask = ({ index, some }, by) => {
  const { walks, walk, states } = index.views[by];
  const tasks = new Map();
  for (const session of some) {
    const task = taskOf(index, session);
    if (!tasks.has(task)) tasks.set(task, { cells: new Map(), rows: new Map() });
    const own = tasks.get(task);
    const path = walks[walk[session]].map((state) => states[state]);
    for (let i = 1; i < path.length; i += 1) {
      const key = `${path[i - 1]}\n${path[i]}`;
      own.cells.set(key, (own.cells.get(key) || 0) + 1);
      own.rows.set(path[i - 1], (own.rows.get(path[i - 1]) || 0) + 1);
    }
  }
  return tasks;
};
const taskVariance = (tasks, both, shares, from, to) => {
  let sum = 0;
  for (const task of both) {
    let residual = 0;
    tasks.forEach((side, i) => {
      const own = side.get(task);
      const left = own.rows.get(from) || 0;
      if (left) residual += ((i ? 1 : -1) * ((own.cells.get(`${from}\n${to}`) || 0) - shares[i].p * left)) / shares[i].n;
    });
    sum += residual * residual;
  }
  return sum * (both.size / Math.max(1, both.size - 1));
};
// Every cell that either side has, with both shares, their difference, its interval and, where Python tested it, its q.
const differencesOf = (by, sides, how) => {
  const both = how === "run" ? paired(sides) : { sides, left: [0, 0], tasks: null };
  const [before, after] = both.sides.map((side) => named(side, by));
  const tasks = both.tasks && both.sides.map((side) => byTask(side, by));
  const keys = new Map([...before.pairs, ...after.pairs].map((pair) => [pair.join("\n"), pair]));
  const cells = [...keys.values()].map(([from, to]) => {
    const shares = [before.share(from, to), after.share(from, to)];
    if (shares.some(({ n }) => !n)) return { from, to, shares, middle: null };
    const spread = tasks
      ? taskVariance(tasks, both.tasks, shares, from, to)
      : [before, after].reduce(
          (sum, side) => sum + side.variance(from, to) * (side.sessions / Math.max(1, side.sessions - 1)),
          0,
        );
    const groups = tasks ? both.tasks.size : Math.min(before.sessions, after.sessions);
    return { from, to, shares, ...differs(...shares, spread, groups) };
  });
  return { cells, left: both.left, sessions: [before.sessions, after.sessions], tasks: both.tasks?.size };
};

const points = (share) => {
  const n = Math.round(100 * share);
  return n > 0 ? `+${n}` : n < 0 ? `−${-n}` : "0";
};
const differenceCell = (at, cell) => {
  if (!cell) return h("td", {});
  const { from, to, shares, middle, low, high } = cell;
  const masked = Math.min(shares[0].n, shares[1].n) < at.least;
  const q = at.chances?.get(`${from}\n${to}`);
  const sure = q !== undefined ? q <= 0.05 : at.chances === null && low !== null && (low > 0 || high < 0);
  const side = (i) => `${shares[i].count} of ${shares[i].n}${shares[i].n ? ` (${percent(shares[i].p)})` : ""} in ${shown(at.sides[i].name)}`;
  const told = [
    `${shown(from)} → ${shown(to)}: ${side(0)}, ${side(1)}`,
    middle !== null && `${points(middle)} points${low === null ? "" : `, 95% interval ${points(low)} to ${points(high)}`}`,
    q !== undefined && `q = ${q < 0.001 ? "<0.001" : q.toFixed(3)}`,
    middle === null ? "only one of them was ever in that state" : masked && `masked: fewer than ${at.least}`,
  ];
  const none = middle === null || masked;
  const node = heatCell({
    share: none ? 0 : Math.abs(middle) ** 0.7,
    text: middle === null ? "·" : points(middle),
    told: told.filter(Boolean).join("; "),
    to: at.to(from, to, shares),
    masked: none,
  });
  if (!none && middle) node.classList.add(middle > 0 ? "more" : "less");
  if (!none && sure) node.classList.add("sure");
  return node;
};
const differenceTable = (at, cells, filter) => {
  const visits = new Map();
  for (const { from, shares } of cells) visits.set(from, shares[0].n + shares[1].n);
  const order = visited(at.order, (state) => visits.get(state) || 0, (state) => state, filter);
  const { known } = at;
  const byPlace = new Map(cells.map((cell) => [`${cell.from}\n${cell.to}`, cell]));
  const columns = order.filter((state) => cells.some(({ to }) => to === state));
  const rows = order.filter((state) => cells.some(({ from, middle }) => from === state && middle !== null));
  const head = h(
    "tr",
    {},
    h("th", { scope: "col", class: "corner" }, "from ↓  to →"),
    columns.map((to) => heatHead(to, "col", 27)),
    ["n before", "n after"].map((name) => h("th", { scope: "col", class: "total" }, h("span", {}, name))),
  );
  const body = rows.map((from) => {
    const row = columns.map((to) => byPlace.get(`${from}\n${to}`));
    const ns = cells.find((cell) => cell.from === from).shares.map(({ n }) => n);
    return h(
      "tr",
      { class: known?.has(from) && "changed" },
      heatHead(from, "row", 34, Math.min(...ns) < at.least && "few"),
      row.map((cell) => differenceCell(at, cell)),
      ns.map((n) => h("td", { class: "total" }, n)),
    );
  });
  return heatTable("Difference of transition matrices", head, body, "difference");
};
// START first, ends last; between them as sessions come by, of both sides together.
const commonOrder = (by, sides) => {
  const place = new Map();
  for (const { index, some } of sides) {
    const before = data;
    use(index);
    for (const [state, at] of places(by, some)) {
      const [sum, n] = place.get(views[by].states[state]) || [0, 0];
      place.set(views[by].states[state], [sum + at, n + 1]);
    }
    use(before);
  }
  const rank = (state) => (state === "START" ? -1 : state.startsWith("END:") ? 1 : 0);
  const mean = (state) => place.get(state)[0] / place.get(state)[1];
  return [...place.keys()].sort((a, b) => rank(a) - rank(b) || (rank(a) ? (a < b ? 1 : -1) : mean(a) - mean(b)));
};
// States that only one side was ever in have no difference: they are named.
const onlyIn = (cells, at) =>
  [1, 0].map((i) => {
    const lone = new Map(cells.filter(({ shares }) => !shares[1 - i].n).map(({ from, shares }) => [from, shares[i].n]));
    const told = [...lone].sort((a, b) => b[1] - a[1]).map(([state, n]) => `${shown(state)} (${n})`);
    const most = told.slice(0, 8).join(", ");
    const more = told.length > 8 ? ` and ${told.length - 8} more` : "";
    return told.length > 0 && h("p", { class: "facts" }, `Seen only in ${shown(at.sides[i].name)}: ${most}${more}.`);
  });
const largest = (cells, at) => {
  const told = cells.filter(({ middle, shares }) => middle && Math.min(shares[0].n, shares[1].n) >= at.least);
  told.sort((a, b) => Math.abs(b.middle) - Math.abs(a.middle));
  const interval = ({ low, high }) => (low === null ? "" : `${points(low)} to ${points(high)}`);
  const row = (cell) =>
    h(
      "tr",
      {},
      h("td", { class: "named" }, cell.from),
      h("td", { class: "named" }, link(at.to(cell.from, cell.to, cell.shares), {}, cell.to)),
      cell.shares.map(({ count: n, n: of, p }) => h("td", { class: "number" }, `${percent(p, 0)}  (${n} of ${of})`)),
      h("td", { class: "number strong" }, points(cell.middle)),
      h("td", { class: "number" }, interval(cell)),
    );
  const heads = [["After"], ["goes on to"], [at.sides[0].name, "number"], [at.sides[1].name, "number"], ["Points", "number"], ["95% interval", "number"]];
  return (
    told.length > 0 &&
    panel("Largest differences", `${Math.min(12, told.length)} of ${told.length}`, table(heads, told.slice(0, 12).map(row)))
  );
};

const differencePanel = (filter, shownFlow, least) => {
  const { by, domain } = shownFlow;
  const versus = filter.versus;
  const sides = sidesOf(filter, domain);
  const found = differencesOf(by, sides, versus);
  const whole = versus === "run" && !filtered({ ...filter, domain: "" });
  const python = (whole && COMPARED.changes[by]?.[domain]) || null;
  const at = {
    sides,
    least,
    order: commonOrder(by, sides),
    chances: python ? new Map(python.cells.map(([from, to, q]) => [`${from}\n${to}`, q])) : null,
    known: python && new Set(python.rows.filter(([, q]) => q <= 0.05).map(([state]) => state)),
    to: (from, to, shares) => {
      const there = { view: "sessions", by, ...facets({ ...filter, domain }), from, to };
      if (versus === "run") return { ...there, run: shares[1].count ? "b" : "a" };
      if (versus === "outcome") return { ...there, outcome: shares[1].count ? "fail" : "pass" };
      return shares[1].count ? there : { view: "sessions", by, domain, from, to };
    },
  };
  const [one, two] = sides.map(({ name }) => shown(name));
  const facts = [
    `${two} (${count(found.sessions[1], "session")}) less ${one} (${count(found.sessions[0], "session")})`,
    found.tasks && `of ${count(found.tasks, "task")} that both played`,
    found.left.some(Boolean) && `left out: ${found.left[0]} and ${found.left[1]}`,
  ];
  const scale = [
    "In points of the row: less often ",
    h("span", { class: "ramp less-ramp", "aria-hidden": "true" }),
    " 0 ",
    h("span", { class: "ramp more-ramp", "aria-hidden": "true" }),
    " more often. ",
    h("span", { class: "frame", "aria-hidden": "true" }),
    python ? " q at most 5% (permutation test, false discovery rate). " : " its own interval leaves 0 out; of many cells, some do by chance. ",
    masks(least, " on one side, or only one side was ever there"),
  ];
  return [
    h("p", { class: "facts" }, h("strong", {}, facts.filter(Boolean).join(", ")), "."),
    python && h("div", { class: "panel" }, python.sentences.map((one) => h("p", {}, one))),
    h("p", { class: "facts" }, scale),
    found.cells.some(({ middle }) => middle !== null)
      ? differenceTable(at, found.cells, filter)
      : h("p", { class: "quiet panel" }, "No state is left by sessions of both sides: there is nothing to compare."),
    onlyIn(found.cells, at),
    largest(found.cells, at),
    h(
      "p",
      { class: "facts" },
      versus === "run" && found.tasks
        ? "Intervals respect tasks: what scenario and persona do to both runs cancels."
        : "Intervals respect sessions: those of one session are counted together.",
    ),
  ];
};
