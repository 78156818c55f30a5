// The address decides what is shown.
const TABS = [
  ...(COMPARED
    ? [
        ["compare", "Comparison"],
        ["difference", "Difference"],
      ]
    : []),
  ["overview", "Overview"],
  ["sessions", "Sessions"],
  ["graph", "Graph"],
  ["matrix", "Matrix"],
  ["paths", "Paths"],
  ["failures", "Failures"],
];
const PAGES = { overview, sessions: sessionTable, graph: graphView, matrix: matrixView, paths: pathView, failures: failureView };
if (COMPARED) {
  PAGES.compare = compareView;
  PAGES.pair = pairView;
  PAGES.difference = (filter) => matrixView({ ...filter, versus: "run" });
}
const OF_BOTH = ["compare", "pair", "difference"];
const viewOf = (filter) =>
  filter.session !== undefined
    ? "session"
    : filter.view && Object.hasOwn(PAGES, filter.view)
      ? filter.view
      : TABS[0][0];
// Which of two runs the other views are of.
const runSwitch = (filter, view) =>
  COMPARED &&
  h(
    "span",
    { class: "switch", role: "group", "aria-label": "Run" },
    ["a", "b"].map((side) =>
      link(
        { view: OF_BOTH.includes(view) || view === "session" ? "overview" : view, ...facets(filter), run: side === "b" ? "b" : null },
        { "aria-current": !OF_BOTH.includes(view) && sideOf(filter) === side ? "true" : null, title: RUNS[side].summary.run },
        `${side.toUpperCase()}: ${RUNS[side].summary.run}`,
      ),
    ),
  );
const TAB_OF = { session: "sessions", pair: "compare" };
const main = document.getElementById("main");
const tabs = document.getElementById("tabs");

// On a narrow screen not all tabs fit: the one that is open is shown.
const inSight = (tab) => {
  const [own, all] = [tab.getBoundingClientRect(), tabs.getBoundingClientRect()];
  tabs.scrollLeft += Math.max(0, own.right - all.right) + Math.min(0, own.left - all.left);
};
const hrefOf = (node) => `a[href="${CSS.escape(node.getAttribute("href"))}"]`;
// `still`: the figures have changed, not the place: nothing scrolls, and what has the focus keeps it.
let drawnView = "";
const render = (still = false) => {
  const filter = here();
  use(RUNS[sideOf(filter)]);
  const view = viewOf(filter);
  const node = view === "session" ? sessionView(filter) : PAGES[view](filter, main);
  tabs.replaceChildren();
  fill(tabs, {}, [
    TABS.map(([name, label]) =>
      link({ view: name, ...facets(filter) }, { "aria-current": name === (TAB_OF[view] || view) ? "page" : null }, label),
    ),
    runSwitch(filter, view),
  ]);
  inSight(tabs.querySelector('[aria-current="page"]'));
  if (!node) return;
  const focused = document.activeElement;
  const where = focused?.id ? `#${CSS.escape(focused.id)}` : focused?.getAttribute("href") && hrefOf(focused);
  main.replaceChildren(node);
  const again = where && main.querySelector(where);
  if (again) again.focus({ preventScroll: still });
  const title = view === "session" ? filter.session : TABS.find(([name]) => name === (TAB_OF[view] || view))[1];
  document.title = `${shown(title)} · ${shown(summary.run)} · simkit`;
  const moved = drawnView !== view + (filter.session || "");
  drawnView = view + (filter.session || "");
  if (still) return;
  if (view === "session" && filter.event) select(Number(filter.event), true);
  else if (moved) window.scrollTo(0, 0);
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
