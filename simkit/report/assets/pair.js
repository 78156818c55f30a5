// Two transcripts of one scenario, one of each run, laid side by side: equal events stand on one line.
const QUIET = ["node_entered", "model_called"];
const kindOf = (event) => (event.kind === "tool_called" ? `call ${event.by} ${event.tool}` : event.kind);
const contentOf = (event) =>
  JSON.stringify(
    {
      tool_called: () => [event.by, event.tool, event.arguments, event.outcome, event.result],
      user_said: () => event.text,
      agent_said: () => event.text,
      ended: () => event.reason,
      judged: () => [event.question, event.verdict],
    }[event.kind]?.() ?? Object.entries(event).filter(([name]) => !["seq", "took"].includes(name)),
  );
// How well two events go together; 0: not at all.
const alike = (one, other) =>
  one.kind !== other.kind ? 0 : contentOf(one) === contentOf(other) ? 5 : kindOf(one) === kindOf(other) ? 2 : 0;
const LONG = 700;
// The best way to lay two lists of events beside each other (Needleman and Wunsch 1970): [[one or null, other or null]].
const aligned = (one, other) => {
  if (one.length > LONG || other.length > LONG) {
    const most = Math.max(one.length, other.length);
    return Array.from({ length: most }, (_, i) => [one[i] || null, other[i] || null]);
  }
  const width = other.length + 1;
  const best = new Float64Array((one.length + 1) * width);
  for (let i = one.length - 1; i >= 0; i -= 1)
    for (let j = other.length - 1; j >= 0; j -= 1) {
      const score = alike(one[i], other[j]);
      // Of equally good ways, the one in which what is alike comes early.
      const both = score ? score + best[(i + 1) * width + j + 1] + 1e-4 * (1 / (1 + i + j)) : -1;
      best[i * width + j] = Math.max(both, best[(i + 1) * width + j], best[i * width + j + 1]);
    }
  const rows = [];
  let [i, j] = [0, 0];
  while (i < one.length || j < other.length) {
    const score = i < one.length && j < other.length ? alike(one[i], other[j]) : 0;
    const both = score ? score + best[(i + 1) * width + j + 1] + 1e-4 * (1 / (1 + i + j)) : -1;
    if (score && both >= best[i * width + j]) rows.push([one[i++], other[j++]]);
    else if (j >= other.length || (i < one.length && best[(i + 1) * width + j] >= best[i * width + j + 1]))
      rows.push([one[i++], null]);
    else rows.push([null, other[j++]]);
  }
  return rows;
};
const same = ([one, other]) => one !== null && other !== null && contentOf(one) === contentOf(other);
// Where the two first part: at a call, or at how it ended; where all calls are the same, at what was said.
const parting = (rows) => {
  const acts = (row) => row.some((event) => event && ["tool_called", "ended"].includes(event.kind));
  const call = rows.findIndex((row) => acts(row) && !same(row));
  return call >= 0 ? call : rows.findIndex((row) => !same(row));
};

const sessionsOf = (index, scenario) =>
  index.sessions.map((one, i) => [one, i]).filter(([one]) => one.scenario === scenario);
// The two sessions that show a change best: the same persona, one passed and one failed, alike as long as can be.
const wayOf = (index, i) => {
  const view = index.views.tool;
  return view.paths[i].map((state) => view.states[state]);
};
const pairFor = ({ name, effect }) => {
  const wanted = effect > 0 ? ["fail", "pass"] : effect < 0 ? ["pass", "fail"] : [];
  let best = null;
  for (const [one, i] of sessionsOf(RUNS.a, name))
    for (const [other, j] of sessionsOf(RUNS.b, name)) {
      const [way, theirs] = [wayOf(RUNS.a, i), wayOf(RUNS.b, j)];
      let together = 0;
      while (together < way.length && way[together] === theirs[together]) together += 1;
      const score =
        1000 * ((one.outcome === wanted[0]) + (other.outcome === wanted[1])) +
        500 * (one.persona === other.persona) +
        together + 0.5 * (one.trial === other.trial);
      if (!best || score > best.score) best = { score, a: one.key, b: other.key };
    }
  return best && { a: best.a, b: best.b };
};

const partingWords = (event) =>
  !event
    ? "is over"
    : event.kind === "tool_called"
      ? `calls ${event.tool}(${Object.entries(Object(event.arguments)).map(([name, value]) => `${name}=${literal(value)}`).join(", ").slice(0, 160)})${event.outcome === "ok" ? "" : `: ${spaced(event.outcome)}`}`
      : event.kind === "ended"
        ? `ends: ${spaced(event.reason)}`
        : event.text
          ? `says “${event.text.slice(0, 120)}”`
          : spaced(event.kind);
const sidePick = (side, key, scenario) =>
  pick(
    `${side.toUpperCase()}: ${RUNS[side].summary.run}`,
    key,
    sessionsOf(RUNS[side], scenario).map(([one]) => [one.key, `${one.persona}, trial ${one.trial}: ${OUTCOMES[one.outcome][1]}`]),
    side,
    true,
  );
const sideHead = (side, session, record) =>
  h(
    "div",
    { class: "side-head" },
    h("div", {}, h("strong", {}, side.toUpperCase()), ` ${RUNS[side].summary.run} `, badge(session.outcome)),
    session.reason && h("p", { class: "quiet clamp" }, session.reason),
    h("p", { class: "facts" }, `agent ${record.agent} · `, link({ session: session.key, run: side === "b" ? "b" : null }, {}, "whole transcript")),
  );
const pairEvent = (side, event, session, findings) =>
  event
    ? h(
        "div",
        { class: `event ${event.kind}` },
        link(
          { session: session.key, event: event.seq, run: side === "b" ? "b" : null },
          { class: "seq", "aria-label": `event ${event.seq} of ${side.toUpperCase()}` },
          event.seq,
        ),
        h("div", { class: "body" }, SHOW[event.kind](event), (findings.get(event.seq) || []).map(finding)),
      )
    : h("div", { class: "event gone" }, h("span", { class: "hidden-text" }, `nothing in ${side.toUpperCase()}`));
const findingsOf = (record) => {
  const at = new Map();
  for (const one of record.findings) at.set(anchorOf(one), [...(at.get(anchorOf(one)) || []), one]);
  return at;
};
const pairView = (filter) => {
  const found = ["a", "b"].map((side) => {
    const at = RUNS[side].sessions.findIndex((one) => one.key === filter[side]);
    return at < 0 ? null : { side, at, session: RUNS[side].sessions[at], record: transcriptOf(at, RUNS[side]) };
  });
  if (found.includes(null))
    return h(
      "div",
      { class: "page" },
      h("h1", {}, "No such pair"),
      h("p", {}, "This page has not both of these sessions."),
      link({ view: "compare" }, { class: "button" }, "The comparison"),
    );
  const events = found.map(({ record }) => record.events.filter(({ kind }) => !QUIET.includes(kind)));
  const rows = aligned(...events);
  const first = parting(rows);
  const scenario = found[0].session.scenario;
  const notes = found.map(({ record }) => findingsOf(record));
  const before = rows.slice(0, Math.max(0, first)).filter(same).length;
  const list = rows.map((row, i) =>
    h(
      "li",
      { class: `pair-row ${same(row) ? "same" : row.includes(null) ? "only" : "differs"}`, id: `row-${i}`, tabindex: i === first ? -1 : null },
      i === first && h("div", { class: "first-parting" }, "Here they part"),
      row.map((event, side) => pairEvent(found[side].side, event, found[side].session, notes[side])),
    ),
  );
  const jump = () => {
    const node = document.getElementById(`row-${first}`);
    node.scrollIntoView({ block: "center" });
    node.focus({ preventScroll: true });
  };
  // What each does there; where that side has a gap, what it does next.
  const acts = ["tool_called", "agent_said", "user_said", "failed", "ended"];
  const next = (side) => rows.slice(Math.max(0, first)).find((row) => row[side] && acts.includes(row[side].kind))?.[side];
  return h(
    "div",
    { class: "page wide" },
    h("p", { class: "crumbs" }, link({ view: "compare", run: null }, {}, "Comparison"), " / ", found[0].session.domain),
    h("h1", {}, scenario),
    h("div", { class: "toolbar sides-picked" }, sidePick("a", filter.a, scenario), sidePick("b", filter.b, scenario)),
    h(
      "p",
      { class: "banner invalid parting" },
      first < 0
        ? "Nothing differs between these two."
        : [
            h("button", { type: "button", class: "jump", id: "parting", onclick: jump }, "First divergence"),
            before ? ` after ${count(before, "equal event")}: ` : " at the very start: ",
            `A ${partingWords(next(0))}; B ${partingWords(next(1))}.`,
          ],
    ),
    h("div", { class: "sides" }, found.map(({ side, session, record }) => sideHead(side, session, record))),
    h("ol", { class: "events pair-list" }, list),
  );
};
