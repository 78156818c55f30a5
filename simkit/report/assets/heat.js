// A table of shaded cells, walked through with the arrow keys. What a cell says in full stands below it, while looked at.
const LEAST = ["1", "2", "5", "10", "30"];
const leastOf = (filter) => (LEAST.includes(filter.least) ? Number(filter.least) : 5);
const leastPick = (least) =>
  pick(
    "Masked: fewer than",
    String(least),
    LEAST.map((n) => [n, n === "1" ? "nothing masked" : `n = ${n}`]),
    "least",
  );

// One cell: `share` shades it, unless it is masked; `told` is what it says in full.
const heatCell = ({ share, text, told, to, masked }) => {
  const node = h("td", { class: masked && "masked" }, link(to, { title: told, "aria-label": told, tabindex: -1 }, text));
  node.style.setProperty("--share", masked ? 0 : share.toFixed(3));
  return node;
};
// On a phone the heads of rows, which stay in sight, leave room for the cells.
const NARROW = matchMedia("(max-width: 480px)");
const heatHead = (state, scope, most, rank) =>
  h("th", { scope, class: `${stateKind(state)} ${rank || ""}`, title: state }, h("span", {}, short(state, scope === "row" && NARROW.matches ? 18 : most)));
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// From the cell in use to the next one that holds something, in the direction of the arrow.
const nextCell = (cell, [down, right]) => {
  let { cellIndex: column, parentNode: row } = cell;
  for (;;) {
    column += right;
    row = down === 1 ? row.nextElementSibling : down === -1 ? row.previousElementSibling : row;
    if (!row || column < 1 || column >= row.cells.length) return null;
    const found = row.cells[column].querySelector("a");
    if (found) return found;
  }
};
// `head` and `rows` make the table; `name` is told to screen readers.
const heatTable = (name, head, rows, kind) => {
  const hint = "Point at a cell, or walk through with Tab and the arrow keys; Enter shows its sessions.";
  const reading = h("p", { class: "reading facts" }, hint);
  const properties = { class: `matrix ${kind || ""}`, "aria-label": name };
  const grid = h("table", properties, h("thead", {}, head), h("tbody", {}, rows));
  const look = (event) => {
    const cell = event.target.closest("td a");
    if (cell) reading.textContent = cell.title;
  };
  const first = grid.querySelector("td a");
  if (first) first.tabIndex = 0;
  grid.addEventListener("mouseover", look);
  grid.addEventListener("focusin", look);
  grid.addEventListener("keydown", (event) => {
    const step = Object.hasOwn(STEPS, event.key) && event.target.closest("td") && STEPS[event.key];
    const to = step && nextCell(event.target.closest("td"), step);
    if (!step) return;
    event.preventDefault();
    if (!to) return;
    event.target.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  });
  return [
    h(
      "div",
      { class: "panel flush scroll matrix-box", tabindex: 0, role: "region", "aria-label": `${name}, scrollable` },
      grid,
    ),
    reading,
  ];
};
