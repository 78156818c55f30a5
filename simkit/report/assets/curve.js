// pass^k as a curve: its interval as a band, and under each k of how many scenarios and sessions it is.
const [LEFT, TOP, HIGH] = [46, 12, 150];
const curvePanel = (points, note) => {
  if (points.length < 2) return null;
  const gap = Math.min(150, Math.max(64, 760 / (points.length - 1)));
  const width = LEFT + gap * (points.length - 1) + 40;
  const x = (i) => LEFT + 14 + gap * i;
  const y = (rate) => Number((TOP + HIGH * (1 - rate)).toFixed(1));
  const banded = points.every(({ low }) => low !== undefined);
  const band = banded && [
    ...points.map(({ high }, i) => `${x(i)} ${y(high)}`),
    ...points.map(({ low }, i) => `${x(i)} ${y(low)}`).reverse(),
  ];
  const told = (one) =>
    [
      `pass^${one.k}: ${percent(one.value)}`,
      banded && between([one.low, one.high]),
      `of ${count(one.scenarios, "scenario")} with ${count(one.sessions, "session")}`,
    ]
      .filter(Boolean)
      .join(", ");
  return panel(
    "Reliability",
    `pass^k, the chance that k sessions of a scenario all pass: mean over scenarios${note}`,
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "pass^k, scrollable" },
      s(
        "svg",
        { class: "curve", width, height: TOP + HIGH + 66, role: "img", "aria-label": points.map(told).join("; ") },
        [0, 0.5, 1].map((rate) => [
          s("path", { d: `M${LEFT} ${y(rate)}H${width - 14}`, class: "rule" }),
          s("text", { x: LEFT - 8, y: y(rate) + 4, class: "side" }, percent(rate, 0)),
        ]),
        band && s("path", { d: `M${band.join("L")}Z`, class: "band" }),
        s("path", { d: `M${points.map(({ value }, i) => `${x(i)} ${y(value)}`).join("L")}`, class: "line" }),
        points.map((one, i) => [
          s("circle", { cx: x(i), cy: y(one.value), r: 4, class: "dot" }, s("title", {}, told(one))),
          s("text", { x: x(i), y: y(one.value) + (one.value > 0.85 ? 20 : -10) }, percent(one.value, 0)),
          s("text", { x: x(i), y: TOP + HIGH + 20 }, `k = ${one.k}`),
          s("text", { x: x(i), y: TOP + HIGH + 36, class: "n" }, one.scenarios),
          s("text", { x: x(i), y: TOP + HIGH + 52, class: "n" }, one.sessions),
        ]),
        s("text", { x: 0, y: TOP + HIGH + 36, class: "n first-n" }, "scen."),
        s("text", { x: 0, y: TOP + HIGH + 52, class: "n first-n" }, "sess."),
      ),
    ),
  );
};
