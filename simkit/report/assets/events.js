// What each kind of event looks like in a transcript.
const result = (event) => {
  if (event.result === null || event.result === undefined || event.result === "") return null;
  const text = json(event.result);
  const flat = literal(event.result);
  if (event.outcome !== "ok" || flat.length <= 160)
    return h(
      "div",
      { class: `result ${event.outcome === "ok" ? "" : "bad"}` },
      h("span", { "aria-hidden": "true" }, "↳ "),
      flat,
    );
  return h(
    "details",
    { class: "result" },
    h("summary", {}, h("span", { "aria-hidden": "true" }, "↳ "), brief(event.result)),
    code(text, "result"),
  );
};
// What a call changed in the world, field by field.
const change = ({ path, before, after }) => {
  const names = [...new Set([...Object.keys(before || {}), ...Object.keys(after || {})])];
  const differs = names.filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]));
  const kind = before === null ? "made" : after === null ? "removed" : "changed";
  const side = (record, name, mark, label) =>
    record && name in record
      ? h(mark, { "aria-label": label }, literal(record[name]))
      : h("span", { class: "none" }, "none");
  return h(
    "div",
    { class: `change ${kind}` },
    h(
      "div",
      { class: "path" },
      h("span", { class: "sign", "aria-hidden": "true" }, { made: "+", removed: "−", changed: "~" }[kind]),
      path,
      h("small", {}, ` ${kind}`),
    ),
    h(
      "dl",
      { class: "fields" },
      differs.map((name) =>
        h(
          "div",
          {},
          h("dt", {}, name),
          h(
            "dd",
            {},
            kind !== "made" && side(before, name, "del", "before"),
            kind === "changed" && " → ",
            kind !== "removed" && side(after, name, "ins", "after"),
          ),
        ),
      ),
    ),
  );
};
const took = (event) =>
  event.took >= 0.001 &&
  h("span", { class: "took" }, event.took < 1 ? `${Math.round(event.took * 1000)} ms` : `${event.took.toFixed(1)} s`);
const bubble = (who, event, note) =>
  h(
    "div",
    { class: `bubble ${who}` },
    h("div", { class: "who" }, who, note && h("small", {}, ` ${note}`), took(event)),
    h(
      "div",
      { class: "text", dir: "auto", tabindex: event.text.length > 3000 ? 0 : null },
      event.text || "(said nothing)",
    ),
  );
const SHOW = {
  user_said: (event) =>
    bubble(
      "user",
      event,
      [event.act && spaced(event.act), event.closing && event.act !== "close" && "last word"]
        .filter(Boolean)
        .join(", "),
    ),
  agent_said: (event) => bubble("agent", event),
  tool_called: (event) =>
    h(
      "div",
      { class: `call ${event.outcome === "ok" ? "ok" : "bad"}` },
      h(
        "div",
        { class: "call-head" },
        h("span", { class: "tool" }, event.tool),
        h("span", { class: `outcome ${event.outcome}` }, spaced(event.outcome)),
        event.by === "user" && h("span", { class: "tag" }, "by the user"),
        event.node && h("span", { class: "tag" }, `node ${event.node}`),
        took(event),
      ),
      fields(event.arguments),
      result(event),
      event.changes.map(change),
    ),
  injected: (event) =>
    h(
      "div",
      { class: "mark-line" },
      "fault put in by a test: ",
      h("strong", {}, spaced(event.fault)),
      ` (${event.how}${event.rule ? `, rule ${event.rule}` : ""})`,
    ),
  perturbed: (event) =>
    h(
      "div",
      { class: "mark-line" },
      "words changed by a test: ",
      h("strong", {}, event.how.map(spaced).join(", ")),
      ` · meant: ${event.meant}`,
    ),
  node_entered: (event) => h("div", { class: "mark-line" }, "node ", h("strong", {}, event.node)),
  model_called: (event) =>
    h(
      "div",
      { class: "mark-line" },
      `${event.role} model `,
      h("strong", {}, event.model),
      Object.entries(event.usage).map(([name, n]) => ` · ${spaced(name)} ${n}`),
    ),
  judged: (event) =>
    h(
      "div",
      { class: "note-line" },
      h("strong", {}, `Judged ${event.question}: ${event.verdict}`),
      event.reason && h("div", {}, event.reason),
    ),
  failed: (event) =>
    h("div", { class: "note-line failure" }, h("strong", {}, `Fault of ${event.boundary}`), h("div", {}, event.error)),
  ended: (event) =>
    h(
      "div",
      { class: "mark-line end" },
      "ended: ",
      h("strong", {}, spaced(event.reason)),
      event.state && ` · ${count(event.state.changed.length, "record")} changed since the start`,
    ),
};
const finding = (one) =>
  h(
    "div",
    { class: "finding" },
    h("span", { class: "kind" }, spaced(one.kind)),
    h("span", {}, one.sentence),
    one.where && h("small", {}, one.where),
  );
const anchorOf = (one) => (one.events.length ? one.events[one.events.length - 1] : null);
