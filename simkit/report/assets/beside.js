// What stands beside the pass rate: whose fault failures are, the run without faulty users, odd output, retrieval.
const counted = (by) =>
  Object.entries(by)
    .map(([kind, n]) => `${spaced(kind)} ${n}`)
    .join(", ");
const besideRate = () => {
  const clean = summary.without_user_faults;
  const found = summary.retrieval?.at && Object.entries(summary.retrieval.at).at(-1);
  const rows = [
    Object.keys(summary.blamed || {}).length > 0 && ["Whose fault", counted(summary.blamed)],
    summary.sessions_with_user_faults > 0 && [
      "Faults of the user",
      `${counted(summary.user_faults)}, in ${count(summary.sessions_with_user_faults, "session")}`,
    ],
    summary.sessions_with_user_faults > 0 && [
      "Without them",
      `${clean.passed} of ${clean.passed + clean.failed} passed`,
      clean.pass_rate === null ? "" : ` (${percent(clean.pass_rate)})`,
    ],
    summary.sessions_with_odd_output > 0 && [
      "Odd output",
      `${counted(summary.odd_output)}, in ${count(summary.sessions_with_odd_output, "session")}`,
    ],
    ...(summary.odd_output_concentrates || [])
      .slice(0, 5)
      .map((spot) => [
        `… ${spot.by} ${spot.value}`,
        `${spaced(spot.kind)} in ${spot.odd} of ${spot.sessions}, ${percent(spot.overall)} overall`,
      ]),
    found && [
      `Retrieval at ${found[0]}`,
      Object.entries(found[1])
        .map(([name, value]) => `${spaced(name)} ${value.toFixed(2)}`)
        .join(", "),
    ],
  ].filter(Boolean);
  return (
    rows.length > 0 &&
    panel(
      "Beside the pass rate",
      "",
      h(
        "dl",
        { class: "fields wide" },
        rows.map(([name, ...value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
      ),
    )
  );
};
