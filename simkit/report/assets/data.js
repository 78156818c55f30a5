// The run that is looked at: that of the page, one of two that are compared, or one that is still going on.
const read = (id) => {
  const node = document.getElementById(id);
  return node && JSON.parse(node.textContent);
};
const COMPARED = read("compared");
const RUNS = { a: read("index"), b: read("other") };
const LIVE = document.documentElement.dataset.live === "true";
let data, summary, sessions, kinds, views, crowd, numberOf, texts, failureMaps;
const transcripts = new Map();
const use = (index) => {
  if (data === index) return;
  data = index;
  ({ summary, sessions, kinds, views, crowd } = data);
  numberOf = new Map(sessions.map((session, i) => [session.key, i]));
  texts = null;
  failureMaps = new Map();
};
// What stands for a run in the address of the page: "b" for the second of two, else the first.
const sideOf = (filter) => (RUNS.b && filter.run === "b" ? "b" : "a");
use(RUNS.a);

// A session whole. A served page asks its server for it: null until it has come, then the view is drawn again.
const transcriptOf = (number, index = data) => {
  if (!LIVE) return read(`${index === RUNS.b ? "t" : "s"}${number}`);
  const { key } = index.sessions[number];
  if (!transcripts.has(key)) {
    transcripts.set(key, null);
    ask(`session.json?key=${encodeURIComponent(key)}`).then((record) => {
      transcripts.set(key, record);
      render();
    });
  }
  return transcripts.get(key);
};
