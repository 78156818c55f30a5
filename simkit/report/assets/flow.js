// What the graph and the matrix share: the transitions of one view and domain, and the names of states.
const VIEW_NAMES = {
  tool: "Tool calls",
  act: "Calls and dialogue acts",
  node: "Nodes of the agent's graph",
  world: "World states",
};
const flowOf = (filter) => {
  const by = filter.by && Object.hasOwn(views, filter.by) ? filter.by : "tool";
  const names = Object.keys(views[by].domains);
  const first = names.find((name) => name) ?? "";
  const domain = names.includes(filter.domain ?? first) ? (filter.domain ?? first) : first;
  const flow = views[by].domains[domain];
  const counts = new Map();
  const [out, into] = [new Map(), new Map()];
  for (const [from, to, n, failed] of flow.counts) {
    counts.set(from, (counts.get(from) || new Map()).set(to, [n, failed]));
    out.set(from, (out.get(from) || 0) + n);
    into.set(to, (into.get(to) || 0) + n);
  }
  const all = flow.counts.reduce((sum, [, , n]) => sum + n, 0);
  const leaving = (state) => out.get(state) || 0;
  const entering = (state) => into.get(state) || 0;
  return { by, domain, names, states: views[by].states, flow, counts, all, leaving, entering };
};
const words = (from, to, n, failed, total) => {
  const told = `${shown(from)} → ${shown(to)}: ${n} times (${percent(n / total)} of what follows ${shown(from)})`;
  return failed ? `${told}, ${failed} of them in failed sessions` : told;
};
const pick = (label, value, options, name) =>
  options.length < 2
    ? null
    : h(
        "label",
        {},
        h("span", {}, label),
        h(
          "select",
          {
            id: `pick-${name}`,
            onchange: (event) => {
              const next = { ...here(), [name]: event.target.value };
              // The empty domain means all of them, so it must stand in the address.
              location.hash = `#${new URLSearchParams(next)}`;
            },
          },
          options.map(([id, text]) => {
            const option = h("option", {}, text);
            option.value = id;
            option.selected = id === value;
            return option;
          }),
        ),
      );
const flowBar = ({ by, domain, names }, ...more) =>
  h(
    "div",
    { class: "toolbar" },
    pick(
      "States",
      by,
      Object.keys(views).map((name) => [name, VIEW_NAMES[name] || name]),
      "by",
    ),
    pick(
      "Domain",
      domain,
      names.map((name) => [name, name || "all domains"]),
      "domain",
    ),
    more,
  );
const toSessions = ({ by, domain, states }, from, to) => ({
  view: "sessions",
  by,
  domain,
  from: states[from],
  to: states[to],
});
const stateKind = (state) => {
  if (state === "START") return "start";
  if (state.startsWith("END:")) return `end ${state.slice(4)}`;
  const outcome = state.slice(state.lastIndexOf(":") + 1);
  if (outcome === "refused") return "refused";
  return ["error", "unknown_tool", "malformed", "invalid_arguments"].includes(outcome) ? "bad" : "plain";
};
const short = (state, most) => {
  const text = shown(state.replace(/:ok$/, ""));
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
};
