// A served page follows its run: it asks for new figures, and draws the view again when somebody is not just choosing.
const ask = async (path) => {
  const answer = await fetch(path, { cache: "no-store" });
  if (answer.status === 204) return null;
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
};
const pulse = document.getElementById("pulse");
const live = { paused: false, waiting: null, progress: null, wrong: "" };
const told = ({ planned, finished, begun, over, reading }) =>
  [
    reading ? "Reading" : over ? "Finished" : "Live",
    planned ? `${finished.toLocaleString("en")} of ${count(planned, "session")}` : count(finished, "session"),
    begun > 0 && !reading && (over ? `${begun} never ended` : `${begun} under way`),
  ]
    .filter(Boolean)
    .join(" · ");
const tellPulse = () => {
  const { progress, wrong, paused, waiting } = live;
  const kind = wrong ? "lost" : progress?.over && !progress.reading ? "over" : paused ? "paused" : "going";
  pulse.className = `pulse ${kind}`;
  pulse.replaceChildren();
  fill(pulse, {}, [
    h("span", { class: "beat", "aria-hidden": "true" }),
    h("span", { id: "pulse-text" }, wrong || (progress ? told(progress) : "Live")),
    (paused || !progress?.over) &&
      h(
        "button",
        { type: "button", id: "pause", "aria-pressed": String(paused), onclick: pause },
        paused ? (waiting ? "Show new figures" : "Go on") : "Pause",
      ),
  ]);
};
const pause = () => {
  live.paused = !live.paused;
  show();
  tellPulse();
  document.getElementById("pause")?.focus();
};
// A list that somebody has open, or a word that somebody types, is not pulled away.
const busy = () => live.paused || /^(SELECT|INPUT)$/.test(document.activeElement?.tagName || "");
const show = () => {
  if (!live.waiting || busy()) return;
  RUNS.a = live.waiting;
  live.waiting = null;
  if (viewOf(here()) === "session") use(RUNS.a);
  else render(true);
};
const follow = async () => {
  let pause = 1000;
  live.progress = data.live;
  document.addEventListener("focusout", () => setTimeout(show));
  for (;;) {
    tellPulse();
    await new Promise((done) => setTimeout(done, pause));
    try {
      const index = await ask(`index.json?since=${live.progress.version}`);
      if (live.wrong && index === null) live.wrong = "";
      if (index) {
        live.wrong = "";
        live.progress = index.live;
        live.waiting = index;
        show();
      }
      pause = live.progress.over && !live.progress.reading ? 5000 : Math.max(100, live.progress.wait);
    } catch (error) {
      live.wrong = error instanceof TypeError ? "Connection lost: simkit view has ended" : error.message;
      pause = 3000;
    }
  }
};
