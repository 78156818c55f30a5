// All sessions: filtered by the address, sorted by any column, a page at a time.
const PAGE = 100;
const FIRST = "outcome.up";
const COLUMNS = [
  ["outcome", "Outcome", (one) => ["fail", "invalid", "pass"].indexOf(one.outcome)],
  ["scenario", "Scenario", (one) => one.scenario],
  ["persona", "Persona", (one) => one.persona],
  ["domain", "Domain", (one) => one.domain],
  ["turns", "Turns", (one) => one.turns, "number"],
  ["calls", "Calls", (one) => one.calls, "number"],
  ["errors", "Tool errors", (one) => errorsOf(one), ""],
  ["reason", "Why it did not pass", (one) => one.reason],
];
const FILTERS = [
  ["outcome", "Outcome"],
  ["domain", "Domain"],
  ["persona", "Persona"],
  ["scenario", "Scenario"],
  ["kind", "Tool-use error"],
  ["tag", "Tag"],
];
const errorsOf = (one) => Object.values(one.kinds).reduce((a, b) => a + b, 0);
const textOf = (one) =>
  [one.key, one.scenario, one.persona, one.domain, one.reason, ...one.tags, ...Object.keys(one.kinds)]
    .join(" ")
    .toLowerCase();

const stepAt = (path, states, from, to) =>
  path.findIndex((state, i) => (!from || states[state] === from) && (!to || states[path[i + 1]] === to));
// The first failure of a session that the page shows, under one view; or the slip of one that passed all the same.
const failureOf = (i, by, slipped) => {
  if (!crowd) return null;
  const kind = slipped ? "recovered" : "failures";
  const key = `${kind} ${by}`;
  if (!failureMaps.has(key)) failureMaps.set(key, new Map(views[by][kind].map((one) => [one[0], one])));
  return failureMaps.get(key).get(crowd.shown[i]);
};
const failedThere = (i, by, { good, bad, slipped }) => {
  const found = failureOf(i, by, slipped);
  const { states } = views[by];
  return found && (!good || states[found[1]] === good) && (!bad || states[found[2]] === bad);
};
// The event that a filter by transition or by first failure speaks of.
const eventOf = (i, filter) => {
  const by = filter.by || "tool";
  if (!Object.hasOwn(views, by)) return null;
  if (filter.good || filter.bad) return failureOf(i, by, filter.slipped)?.[4];
  if (filter.path) return views[by].events[i][Math.min(stepsOf(filter).length, views[by].events[i].length - 1) - 1];
  if (!filter.from && !filter.to) return null;
  const { paths, events, states } = views[by];
  const at = stepAt(paths[i], states, filter.from, filter.to);
  return at < 0 ? null : events[i][filter.to ? at + 1 : at] || events[i][at + 1];
};
const chosen = (filter) => {
  texts ||= sessions.map(textOf);
  const words = (filter.find || "").toLowerCase().split(/\s+/).filter(Boolean);
  const view = Object.hasOwn(views, filter.by || "tool") ? views[filter.by || "tool"] : null;
  const step =
    (filter.from || filter.to) &&
    view &&
    ((i) => stepAt(view.paths[i], view.states, filter.from, filter.to) >= 0);
  const steps = filter.path && view && stepsOf(filter);
  const way =
    steps &&
    ((i) => begins(view.paths[i], view.states, steps) && (!filter.whole || view.paths[i].length === steps.length));
  return sessions
    .map((_, i) => i)
    .filter((i) => {
      const one = sessions[i];
      return (
        (!filter.outcome || one.outcome === filter.outcome) &&
        (!filter.domain || one.domain === filter.domain) &&
        (!filter.persona || one.persona === filter.persona) &&
        (!filter.scenario || one.scenario === filter.scenario) &&
        (!filter.kind || one.kinds[filter.kind]) &&
        (!filter.tag || one.tags.includes(filter.tag)) &&
        words.every((word) => texts[i].includes(word)) &&
        (!step || step(i)) &&
        (!way || way(i)) &&
        (!(filter.good || filter.bad) || (view && failedThere(i, filter.by || "tool", filter)))
      );
    });
};
const sorted = (numbers, filter) => {
  const [name, order] = (filter.sort || FIRST).split(".");
  const column = COLUMNS.find(([id]) => id === name);
  if (!column) return numbers;
  const sign = order === "down" ? -1 : 1;
  const value = column[2];
  return [...numbers].sort((a, b) => {
    const [x, y] = [value(sessions[a]), value(sessions[b])];
    return (x < y ? -sign : x > y ? sign : 0) || a - b;
  });
};
const go = (filter, change) => location.replace(address({ ...filter, page: "", ...change }));
const inView = (filter) => sorted(chosen(filter), filter);
const filterOnly = (filter) =>
  Object.fromEntries(Object.entries(filter).filter(([name]) => !["view", "session", "event", "page"].includes(name)));

const choices = (field) => {
  if (field === "outcome")
    return Object.keys(OUTCOMES).filter((outcome) => sessions.some((one) => one.outcome === outcome));
  if (field === "kind") return Object.keys(summary.tool_errors);
  return Object.keys(summary[`by_${field}`]);
};
const toolbar = (filter) => {
  const find = h("input", {
    type: "search",
    id: "find",
    placeholder: "Search name, reason, kind …",
    "aria-label": "Search sessions",
    value: filter.find || "",
  });
  let timer = 0;
  find.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => go(here(), { find: find.value }), 150);
  });
  const select = ([field, label]) => {
    const all = choices(field);
    if (all.length < 2 && !filter[field]) return null;
    return h(
      "label",
      {},
      h("span", {}, label),
      h(
        "select",
        { id: `by-${field}`, onchange: (event) => go(here(), { [field]: event.target.value }) },
        h("option", { value: "" }, "all"),
        all.map((name) => {
          const option = h(
            "option",
            {},
            field === "outcome" ? OUTCOMES[name][1] : field === "kind" ? spaced(name) : name,
          );
          option.value = name;
          option.selected = name === filter[field];
          return option;
        }),
      ),
    );
  };
  return h("div", { class: "toolbar", role: "search" }, find, FILTERS.map(select));
};
const chips = (filter) => {
  const step =
    filter.from || filter.to
      ? [["transition", [filter.from, filter.to].filter(Boolean).join(" → "), { from: "", to: "", by: "" }]]
      : [];
  const first =
    filter.good || filter.bad
      ? [[filter.slipped ? "first slip" : "first failure", [filter.good, filter.bad].filter(Boolean).join(" → "), { good: "", bad: "", by: "", slipped: "" }]]
      : [];
  const trail = filter.path
    ? [["path", stepsOf(filter).map((state) => short(state, 30)).join(" → "), { path: "", whole: "", by: "" }]]
    : [];
  const active = [
    ...[...FILTERS.map(([field]) => field), "find"]
      .filter((field) => filter[field])
      .map((field) => [field, filter[field], { [field]: "" }]),
    ...step,
    ...first,
    ...trail,
  ];
  return active.map(([field, value, change]) =>
    h(
      "button",
      { class: "chip", type: "button", title: "Remove this filter", onclick: () => go(here(), change) },
      `${field === "kind" ? "tool-use error" : field}: `,
      h("strong", {}, value),
      h("span", { "aria-hidden": "true" }, " ×"),
    ),
  );
};
const heads = (filter) =>
  COLUMNS.map(([id, label, , kind]) => {
    const [name, order] = (filter.sort || FIRST).split(".");
    const sort = name === id ? (order === "down" ? "descending" : "ascending") : "none";
    const next =
      name !== id ? `${id}.${kind === undefined ? "up" : "down"}` : order === "up" ? `${id}.down` : `${id}.up`;
    return h(
      "th",
      { scope: "col", class: kind, "aria-sort": sort },
      h(
        "button",
        { type: "button", onclick: () => go(here(), { sort: next }) },
        label,
        h(
          "span",
          { class: "arrow", "aria-hidden": "true" },
          sort === "ascending" ? "▲" : sort === "descending" ? "▼" : "",
        ),
      ),
    );
  });
const sessionRow = (i, filter) => {
  const one = sessions[i];
  const to = { ...filterOnly(filter), session: one.key, event: eventOf(i, filter) };
  const open = (event) => {
    if (!event.target.closest("a")) location.hash = address(to);
  };
  return h(
    "tr",
    { onclick: open },
    h("td", {}, badge(one.outcome)),
    h("th", { scope: "row" }, link(to, {}, one.scenario), one.trial ? h("small", {}, ` trial ${one.trial}`) : null),
    h("td", {}, one.persona),
    h("td", {}, one.domain),
    h("td", { class: "number" }, one.turns),
    h("td", { class: "number" }, one.calls),
    h(
      "td",
      { class: "kinds" },
      Object.entries(one.kinds).map(([kind, n]) => h("span", { class: "kind" }, spaced(kind), n > 1 ? ` ×${n}` : "")),
    ),
    h("td", { class: "why" }, h("div", { class: "clamp", title: one.reason.slice(0, 1000) }, one.reason)),
  );
};
const sessionList = (filter) => {
  const numbers = inView(filter);
  const page = Math.min(Math.max(1, Number(filter.page) || 1), Math.max(1, Math.ceil(numbers.length / PAGE)));
  const part = numbers.slice((page - 1) * PAGE, page * PAGE);
  const turn = (to, text, off) =>
    h(
      "button",
      {
        type: "button",
        disabled: off,
        onclick: () => {
          location.hash = address({ ...here(), page: to });
        },
      },
      text,
    );
  const pages =
    numbers.length > PAGE &&
    h(
      "nav",
      { class: "pages", "aria-label": "Pages" },
      turn(page - 1, "‹ Previous", page === 1),
      h(
        "span",
        {},
        `${(page - 1) * PAGE + 1} to ${(page - 1) * PAGE + part.length} of ${numbers.length.toLocaleString("en")}`,
      ),
      turn(page + 1, "Next ›", page * PAGE >= numbers.length),
    );
  announce(count(numbers.length, "session"));
  return [
    h(
      "p",
      { class: "facts found" },
      h("strong", {}, numbers.length.toLocaleString("en")),
      numbers.length === sessions.length ? ` session${sessions.length === 1 ? "" : "s"}` : ` of ${count(sessions.length, "session")}`,
      " ",
      chips(filter),
    ),
    numbers.length
      ? h(
          "div",
          { class: "scroll panel flush" },
          h(
            "table",
            { class: "sessions" },
            h("thead", {}, h("tr", {}, heads(filter))),
            h(
              "tbody",
              {},
              part.map((i) => sessionRow(i, filter)),
            ),
          ),
        )
      : h("p", { class: "quiet panel" }, "No session fits these filters."),
    pages,
  ];
};
// A large run's page holds some of its sessions, and says which.
const leftOut = () =>
  sessions.length < summary.sessions &&
  h(
    "p",
    { class: "banner invalid" },
    `This page shows ${sessions.length.toLocaleString("en")} of ${count(summary.sessions, "session")}: of each scenario `,
    "the first that did not pass and some that did. Figures, graph and matrix are of all; the log has every session.",
  );
// The toolbar stays in place between two filters, so that typing is not interrupted.
const sessionTable = (filter, main) => {
  const list = main.querySelector(".list");
  if (list && document.activeElement?.id === "find") {
    list.replaceChildren(...sessionList(filter).filter(Boolean));
    return null;
  }
  return h(
    "div",
    { class: "page" },
    h("h1", {}, "Sessions"),
    leftOut(),
    toolbar(filter),
    h("div", { class: "list" }, sessionList(filter)),
  );
};
