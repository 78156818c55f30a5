// One session: its events in order with the findings at the events that show them, and what is known about it.
const jump = (number, ...children) =>
  number === null || number === undefined
    ? h("span", {}, children)
    : h("button", { type: "button", class: "jump", onclick: () => select(number, true) }, children);
const VERDICTS = { pass: ["✓", "holds"], fail: ["✕", "does not hold"], "not evaluable": ["–", "not evaluable"] };
const goalPart = (part) =>
  h(
    "li",
    { class: part.verdict.replace(" ", "-") },
    h("span", { class: "sign", role: "img", "aria-label": VERDICTS[part.verdict][1] }, VERDICTS[part.verdict][0]),
    h("div", {}, jump(part.evidence.at(-1), part.what), part.detail && h("div", { class: "detail" }, part.detail)),
  );

// Rules that were kept are many and tell little: they wait behind one line.
const goalList = (parts) => {
  const kept = parts.filter((part) => part.part === "rule" && part.verdict === "pass");
  const list = (some) => h("ul", { class: "goal" }, some.map(goalPart));
  if (kept.length < 3) return list(parts);
  return [
    list(parts.filter((part) => !kept.includes(part))),
    h(
      "details",
      { class: "kept" },
      h("summary", {}, h("span", { class: "sign" }, "✓"), `${kept.length} rules kept`),
      list(kept),
    ),
  ];
};
// What is no tool-use error: faults of the user, odd output.
const others = (title, found) =>
  found.length > 0 &&
  panel(
    title,
    `${found.length}`,
    h(
      "ul",
      { class: "plain" },
      found.map((one) => h("li", {}, jump(one.events[0], h("span", { class: "kind" }, spaced(one.kind)), " ", one.sentence))),
    ),
  );
const aside = (session, record) =>
  h(
    "aside",
    { "aria-label": "About this session" },
    record.goal.length > 0 &&
      panel(
        "Goal",
        `${record.goal.filter((part) => part.verdict === "pass").length} of ${record.goal.length} hold`,
        goalList(record.goal),
      ),
    record.findings.length > 0 &&
      panel(
        "Tool-use errors",
        `${record.findings.length}`,
        h(
          "ul",
          { class: "plain" },
          record.findings.map((one) =>
            h("li", {}, jump(anchorOf(one), h("span", { class: "kind" }, spaced(one.kind)), " ", one.sentence)),
          ),
        ),
      ),
    record.blame && panel("Blame", record.blame.culprit, h("p", {}, jump(record.blame.evidence[0], record.blame.reason))),
    others("Faults of the user", record.user_faults),
    others("Odd output", record.odd),
    panel(
      "The user",
      session.persona,
      h("p", {}, record.persona),
      h("p", {}, h("strong", {}, "Wants "), record.wants),
      Object.keys(record.knows).length > 0 && [h("h3", {}, "Knows"), fields(record.knows)],
      record.does_not_know.length > 0 && [
        h("h3", {}, "Does not know"),
        h(
          "ul",
          {},
          record.does_not_know.map((one) => h("li", {}, one)),
        ),
      ],
    ),
    record.scores.length > 0 &&
      panel(
        "Scores",
        "",
        h(
          "dl",
          { class: "fields wide" },
          record.scores.map((one) =>
            h(
              "div",
              { title: one.reason || null },
              h("dt", {}, spaced(one.name)),
              h(
                "dd",
                {},
                one.value === null
                  ? "n/a"
                  : typeof one.value === "number"
                    ? String(Math.round(one.value * 1000) / 1000)
                    : String(one.value),
              ),
            ),
          ),
        ),
      ),
    h(
      "p",
      { class: "facts" },
      [
        ["Agent", record.agent],
        ["user", record.user],
        ["seed", record.seed],
      ]
        .filter(([, value]) => value !== "")
        .map(([name, value], i) => [i ? " · " : "", `${name} `, h("code", {}, value)]),
    ),
  );

// Steps: j and k move along the events, the address keeps the place.
let steps = [];
let current = -1;
const select = (number, scroll) => {
  const at = steps.findIndex((node) => Number(node.dataset.event) === number);
  if (at < 0) return;
  steps[current]?.removeAttribute("aria-current");
  current = at;
  steps[at].setAttribute("aria-current", "step");
  if (scroll) {
    steps[at].scrollIntoView({ block: steps[at].offsetHeight > innerHeight * 0.6 ? "start" : "center" });
    steps[at].focus({ preventScroll: true });
  }
  document.getElementById("step").textContent = `event ${at + 1} of ${steps.length}`;
  history.replaceState(null, "", address({ ...here(), event: number }));
};
const step = (by) => {
  const to = current < 0 ? (by > 0 ? 0 : steps.length - 1) : Math.min(steps.length - 1, Math.max(0, current + by));
  if (steps[to]) select(Number(steps[to].dataset.event), true);
};
const neighbour = (filter, by) => {
  const numbers = inView(filterOnly(filter));
  const to = numbers[numbers.indexOf(numberOf.get(filter.session)) + by];
  const kept = filterOnly(filter);
  return to === undefined ? null : address({ ...kept, session: sessions[to].key, event: eventOf(to, kept) });
};
const turnTo = (by, text, label) => {
  const to = neighbour(here(), by);
  const node = h("a", { class: "button", "aria-label": label, "aria-disabled": to ? null : "true" }, text);
  if (to) node.setAttribute("href", to);
  return node;
};

const sessionView = (filter) => {
  const number = numberOf.get(filter.session);
  if (number === undefined)
    return h(
      "div",
      { class: "page" },
      h("h1", {}, "No such session"),
      h("p", {}, "This run has no session ", h("code", {}, filter.session), "."),
      link({ view: "sessions" }, { class: "button" }, "All sessions"),
    );
  const [session, record] = [sessions[number], transcriptOf(number)];
  if (!record) return h("div", { class: "page" }, h("h1", {}, session.scenario), h("p", {}, "Reading the session …"));
  const at = new Map();
  for (const one of record.findings) at.set(anchorOf(one), [...(at.get(anchorOf(one)) || []), one]);
  steps = record.events.map((event) => {
    const node = h(
      "li",
      { class: `event ${event.kind} ${at.has(event.seq) ? "flagged" : ""}`, tabindex: -1, id: `event-${event.seq}` },
      h("span", { class: "seq", title: `event ${event.seq}` }, event.seq),
      h(
        "div",
        { class: "body" },
        event.seq === record.first_failing && h("div", { class: "first" }, "Here it first went wrong"),
        SHOW[event.kind](event),
        (at.get(event.seq) || []).map(finding),
      ),
    );
    node.dataset.event = event.seq;
    node.addEventListener("click", () => select(event.seq, false));
    return node;
  });
  current = -1;
  const nav = h(
    "div",
    { class: "stepper" },
    turnTo(-1, "‹", "Previous session"),
    turnTo(1, "›", "Next session"),
    h("span", { id: "step" }, count(steps.length, "event")),
    h(
      "span",
      { class: "keys" },
      h("kbd", {}, "j"),
      h("kbd", {}, "k"),
      " step  ",
      h("kbd", {}, "n"),
      " next finding  ",
      h("kbd", {}, "["),
      h("kbd", {}, "]"),
      " session  ",
      h("kbd", {}, "esc"),
      " back",
    ),
  );
  return h(
    "div",
    { class: "page" },
    h(
      "p",
      { class: "crumbs" },
      link({ view: "sessions", ...filterOnly(filter) }, {}, "Sessions"),
      " / ",
      session.domain,
      " / ",
      session.persona,
    ),
    h(
      "h1",
      {},
      session.scenario,
      session.trial ? h("small", {}, ` trial ${session.trial}`) : null,
      " ",
      badge(session.outcome),
    ),
    session.reason && h("p", { class: `banner ${session.outcome}` }, jump(record.evidence.at(-1), session.reason)),
    nav,
    h(
      "div",
      { class: "player" },
      h(
        "section",
        { "aria-label": "Transcript" },
        (at.get(null) || []).map(finding),
        h("ol", { class: "events" }, steps),
      ),
      aside(session, record),
    ),
  );
};
const findingStep = () => {
  const next = steps.findIndex((node, i) => i > current && node.classList.contains("flagged"));
  const to = next >= 0 ? next : steps.findIndex((node) => node.classList.contains("flagged"));
  if (to >= 0) select(Number(steps[to].dataset.event), true);
};
