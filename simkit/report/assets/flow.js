// What the graph and the matrix share: the transitions of one view and domain, and the names of states.
const VIEW_NAMES = {
  tool: "Tool calls",
  act: "Calls and dialogue acts",
  node: "Nodes of the agent's graph",
  world: "World states",
};
// As counted when the page was written, or anew where more than the domain is filtered by.
const flowIn = (by, domain, filter) => {
  const whole = views[by].domains[domain];
  if (!filtered({ ...filter, domain: "" })) return whole;
  const some = members({ ...filter, domain });
  const counts = recount(by, some);
  const seen = new Set(counts.flatMap(([from, to]) => [from, to]));
  return { ...whole, sessions: some.length, counts, states: whole.states.filter((state) => seen.has(state)) };
};
const flowOf = (filter) => {
  const by = filter.by && Object.hasOwn(views, filter.by) ? filter.by : "tool";
  const names = Object.keys(views[by].domains);
  const first = names.find((name) => name) ?? "";
  const domain = names.includes(filter.domain ?? first) ? (filter.domain ?? first) : first;
  const flow = flowIn(by, domain, filter);
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
  const chosenFacets = { ...facets(filter), domain };
  return { by, domain, names, states: views[by].states, flow, counts, all, leaving, entering, facets: chosenFacets };
};
const words = (from, to, n, failed, total) => {
  const told = `${shown(from)} → ${shown(to)}: ${count(n, "time")} (${percent(n / total)} of what follows ${shown(from)})`;
  return failed ? `${told}, ${failed} of them in failed sessions` : told;
};
const pick = (label, value, options, name, always = false) =>
  options.length < 2 && !always
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
              if (!event.target.value && name !== "domain") delete next[name];
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
const viewPick = (by) =>
  pick(
    "States",
    by,
    Object.keys(views).map((name) => [name, VIEW_NAMES[name] || name]),
    "by",
  );
// Views of one domain at a time have their own pick for it.
const IN_DOMAIN = FACETS.filter((name) => name !== "domain");
const facetPicks = (filter, fields) =>
  crowd === null
    ? null
    : fields.map((field) => {
        const names = [...crowd.names[field]].sort();
        if (names.length < 2 && !filter[field]) return null;
        const known = names.includes(filter[field]) || !filter[field] ? names : [filter[field], ...names];
        const label = (name) => (field === "outcome" && Object.hasOwn(OUTCOMES, name) ? OUTCOMES[name][1] : name);
        const options = [["", "all"], ...known.map((name) => [name, label(name)])];
        return pick(FACET_NAMES[field], filter[field] || "", options, field);
      });
const TOO_MANY =
  "This run has too many sessions for its page to count parts of it: all figures are of all sessions, or of one domain. simkit matrix RUN --given counts any part.";
const filterNote = (filter, fields = FACETS) => {
  if (crowd === null && summary.sessions > 0) return h("p", { class: "facts" }, TOO_MANY);
  if (crowd === null || !fields.some((name) => filter[name])) return null;
  const without = Object.entries(here()).filter(([name]) => !fields.includes(name));
  const clear = h("a", {}, "Clear filters");
  clear.setAttribute("href", `#${new URLSearchParams(without)}`);
  return h(
    "p",
    { class: "facts filter-note", role: "status" },
    h("strong", {}, members(filter).length.toLocaleString("en")),
    ` of ${count(summary.sessions, "session")} fit: `,
    Object.entries(facets(filter)).map(([name, value]) => h("span", { class: "tag" }, `${name} ${value}`)),
    " ",
    clear,
  );
};
const flowBar = ({ by, domain, names }, ...more) =>
  h(
    "div",
    { class: "toolbar" },
    viewPick(by),
    pick(
      "Domain",
      domain,
      names.map((name) => [name, name || "all domains"]),
      "domain",
    ),
    more,
  );
const toSessions = ({ by, facets: some, states }, from, to) => ({
  view: "sessions",
  by,
  ...some,
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
// A long name loses its middle: many begin alike, and what a call came to stands at the end.
const short = (state, most) => {
  const text = shown(state.replace(/:ok$/, ""));
  const tail = Math.floor((most - 1) / 2);
  return text.length > most ? `${text.slice(0, most - 1 - tail)}…${text.slice(text.length - tail)}` : text;
};
