// JSON values for people.
// JSON with short parts on one line.
const oneLine = (value) => {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([name, one]) => `${JSON.stringify(name)}: ${oneLine(one)}`)
    .join(", ")}}`;
};
const pretty = (value, indent = "") => {
  const flat = oneLine(value);
  if (value === null || typeof value !== "object" || flat.length + indent.length < 92) return flat;
  const deeper = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((one) => deeper + pretty(one, deeper))
    : Object.entries(value).map(([name, one]) => `${deeper}${JSON.stringify(name)}: ${pretty(one, deeper)}`);
  return Array.isArray(value) ? `[\n${parts.join(",\n")}\n${indent}]` : `{\n${parts.join(",\n")}\n${indent}}`;
};
const json = (value) => (typeof value === "string" ? value : pretty(value));
const code = (text, label) =>
  h("pre", { class: "code", tabindex: text.length > 600 ? 0 : null, "aria-label": label }, text);
const simple = (value) => value === null || ["string", "number", "boolean"].includes(typeof value);
const literal = (value) => (typeof value === "string" ? value : oneLine(value));

const fields = (value) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return code(json(value), "arguments");
  const entries = Object.entries(value);
  if (!entries.length) return null;
  return h(
    "dl",
    { class: "fields" },
    entries.map(([name, one]) =>
      h(
        "div",
        {},
        h("dt", {}, name),
        h("dd", {}, simple(one) ? literal(one) : json(one).includes("\n") ? code(json(one), name) : json(one)),
      ),
    ),
  );
};
// One line of a long result: what stands first in it.
const brief = (value) => {
  const inner = (one) =>
    Array.isArray(one) ? `[${one.length}]` : one !== null && typeof one === "object" ? "{…}" : literal(one);
  if (simple(value)) return String(value).slice(0, 200);
  const parts = Array.isArray(value)
    ? [`${value.length} items`, ...value.slice(0, 4).map(inner)]
    : Object.entries(value)
        .slice(0, 10)
        .map(([name, one]) => `${name}: ${inner(one)}`);
  return parts.join(", ").slice(0, 200);
};
