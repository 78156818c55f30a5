// Elements from values. Everything that a log says enters the page through `shown`, as text.
const SVG = "http://www.w3.org/2000/svg";
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

// Control and direction characters made visible: a text can neither hide nor turn around what stands beside it.
const shown = (value) =>
  String(value ?? "").replace(INVISIBLE, (c) => {
    const code = c.charCodeAt(0).toString(16).toUpperCase();
    return `⟨U+${code.padStart(4, "0")}⟩`;
  });

const fill = (node, properties, children) => {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "selected") node[name] = value;
    else node.setAttribute(name, value === true ? "" : shown(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(shown(child)));
  }
  return node;
};
const h = (tag, properties = {}, ...children) => fill(document.createElement(tag), properties, children);
const s = (tag, properties = {}, ...children) => fill(document.createElementNS(SVG, tag), properties, children);

// A view's address: "#view=sessions&outcome=fail". Empty values are left out; the run that is looked at stays.
const here = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const address = (values) => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ run: here().run, ...values }))
    if (value !== "" && value !== null && value !== undefined) query.set(name, value);
  return `#${query}`;
};
const link = (values, properties, ...children) => {
  const node = h("a", properties, ...children);
  node.setAttribute("href", address(values));
  return node;
};
const announce = (text) => {
  document.getElementById("live").textContent = shown(text);
};

const percent = (rate, digits = 1) =>
  rate === null || rate === undefined ? "n/a" : `${(100 * rate).toFixed(digits)}%`;
const count = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
const spaced = (kind) => kind.replaceAll("_", " ");
const OUTCOMES = { pass: ["✓", "passed"], fail: ["✕", "failed"], invalid: ["!", "invalid"] };
const badge = (outcome) =>
  h(
    "span",
    { class: `badge ${outcome}` },
    h("span", { "aria-hidden": "true" }, OUTCOMES[outcome][0]),
    " ",
    OUTCOMES[outcome][1],
  );

// A bar of shares: [[share, class, label], …]; widths go through the CSSOM, which the page's policy allows.
const bar = (shares, label) => {
  const node = h("span", { class: "bar", role: "img", "aria-label": label });
  for (const [share, kind] of shares) {
    if (!share) continue;
    const part = h("span", { class: kind });
    part.style.width = `${100 * share}%`;
    node.append(part);
  }
  return node;
};
const rateBar = (tally) => {
  const all = tally.passed + tally.failed + (tally.errored || 0);
  return bar(
    [
      [tally.passed / all, "pass"],
      [tally.failed / all, "fail"],
      [(tally.errored || 0) / all, "invalid"],
    ],
    `${tally.passed} passed, ${tally.failed} failed, ${tally.errored || 0} invalid`,
  );
};
// What columns without a heading to look at are called where they are read out.
const PICTURES = { meter: "passed and failed", share: "share", effect: "effect with its interval", open: "open" };
const table = (heads, rows, properties = {}) =>
  h(
    "div",
    { class: "scroll" },
    h(
      "table",
      properties,
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          heads.map(([text, kind]) =>
            h("th", { scope: "col", class: kind }, text || h("span", { class: "hidden-text" }, PICTURES[kind])),
          ),
        ),
      ),
      h("tbody", {}, rows),
    ),
  );
const panel = (title, note, ...children) =>
  h("section", { class: "panel" }, h("h2", {}, title, note && h("small", {}, note)), ...children);
