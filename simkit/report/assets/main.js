// The address decides what is shown.
const TABS = [
  ["overview", "Overview"],
  ["sessions", "Sessions"],
  ["graph", "Graph"],
  ["matrix", "Matrix"],
  ["failures", "Failures"],
];
const PAGES = { overview, sessions: sessionTable, graph: graphView, matrix: matrixView, failures: failureView };
const viewOf = (filter) =>
  filter.session !== undefined
    ? "session"
    : filter.view && Object.hasOwn(PAGES, filter.view)
      ? filter.view
      : "overview";
const main = document.getElementById("main");
const tabs = document.getElementById("tabs");

const hrefOf = (node) => `a[href="${CSS.escape(node.getAttribute("href"))}"]`;
// `still`: the figures have changed, not the place: nothing scrolls, and what has the focus keeps it.
const render = (still = false) => {
  const filter = here();
  use(RUNS[sideOf(filter)]);
  const view = viewOf(filter);
  const node = view === "session" ? sessionView(filter) : PAGES[view](filter, main);
  tabs.replaceChildren(
    ...TABS.map(([name, label]) =>
      link(
        { view: name, ...facets(filter) },
        { "aria-current": name === view || (view === "session" && name === "sessions") ? "page" : null },
        label,
      ),
    ),
  );
  if (!node) return;
  const focused = document.activeElement;
  const where = focused?.id ? `#${CSS.escape(focused.id)}` : focused?.getAttribute("href") && hrefOf(focused);
  main.replaceChildren(node);
  const again = where && main.querySelector(where);
  if (again) again.focus({ preventScroll: still });
  const title = view === "session" ? filter.session : TABS.find(([name]) => name === view)[1];
  document.title = `${shown(title)} · ${shown(summary.run)} · simkit`;
  if (still) return;
  if (view === "session" && filter.event) select(Number(filter.event), true);
  else window.scrollTo(0, 0);
};

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  n: () => findingStep(),
  "[": () => neighbour(here(), -1),
  "]": () => neighbour(here(), 1),
  Escape: () => address({ view: "sessions", ...filterOnly(here()) }),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && !typing) {
    event.preventDefault();
    if (viewOf(here()) !== "sessions") {
      location.hash = address({ view: "sessions" });
      render();
    }
    document.getElementById("find")?.focus();
  } else if (!typing && viewOf(here()) === "session" && Object.hasOwn(KEYS, event.key)) {
    event.preventDefault();
    const to = KEYS[event.key]();
    if (to) location.hash = to;
  }
});
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
window.addEventListener("hashchange", () => render());
render();
if (LIVE) follow();
