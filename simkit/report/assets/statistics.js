// Intervals, worked out as Python does: paths/fit/linearised.py and paths/change/effects.py say how and why.
const logGamma = (x) => {
  // Lanczos (1964), in the form of Numerical Recipes: to 2e-10 for x > 0.
  const terms = [76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2, -0.5395239384953e-5];
  const base = x + 5.5 - (x + 0.5) * Math.log(x + 5.5);
  const sum = terms.reduce((all, term, i) => all + term / (x + 1 + i), 1.000000000190015);
  return -base + Math.log((2.5066282746310005 * sum) / x);
};
// The share of a Beta(a, b) below x, by its continued fraction (Lentz 1976).
const betaBelow = (a, b, x) => {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaBelow(b, a, 1 - x);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x)) / a;
  let [c, d, fraction] = [1, 1 / (1 - ((a + b) * x) / (a + 1)), 1];
  fraction = d;
  for (let m = 1; m < 300; m += 1) {
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / (1 + term * d || 1e-30);
      c = 1 + term / c || 1e-30;
      fraction *= d * c;
    }
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return front * fraction;
};
const betaQuantile = (a, b, share) => {
  let [low, high] = [0, 1];
  for (let i = 0; i < 50; i += 1) {
    const middle = (low + high) / 2;
    if (betaBelow(a, b, middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};
const Z = 1.959963984540054;
const students = new Map();
// The 97.5 % point of Student's t.
const student = (degrees) => {
  if (!students.has(degrees)) {
    const x = betaQuantile(degrees / 2, 0.5, 0.05);
    students.set(degrees, Math.sqrt((degrees * (1 - x)) / x));
  }
  return students.get(degrees);
};

// Score interval of k out of n (Wilson 1927), 95%: of what is seen once a session, so of independent things.
const wilson = (k, n) => {
  if (!n) return [0, 1];
  const middle = (k / n + (Z * Z) / (2 * n)) / (1 + (Z * Z) / n);
  const half = (Z / (1 + (Z * Z) / n)) * Math.sqrt(((k / n) * (1 - k / n)) / n + (Z * Z) / (4 * n * n));
  return [k === 0 ? 0 : Math.max(0, middle - half), k === n ? 1 : Math.min(1, middle + half)];
};
// Jeffreys' interval, as paths/fit/intervals.py has it.
const jeffreys = (k, n) => [0.025, 0.975].map((share) => betaQuantile(k + 0.5, n - k + 0.5, share));
const between = ([low, high]) => `95% interval ${percent(low)} to ${percent(high)}`;

// Sums over the sessions of one view, for every cell and row: counts, their squares, and their products.
const cellsOfWalk = (path) => {
  const [cells, rows] = [new Map(), new Map()];
  for (let i = 1; i < path.length; i += 1) {
    const key = `${path[i - 1]} ${path[i]}`;
    cells.set(key, (cells.get(key) || 0) + 1);
    rows.set(path[i - 1], (rows.get(path[i - 1]) || 0) + 1);
  }
  return { cells, rows };
};
const sumsOf = (view, some) => {
  const times = new Map();
  for (const session of some) times.set(view.walk[session], (times.get(view.walk[session]) || 0) + 1);
  const [cells, rows] = [new Map(), new Map()];
  const walked = [...times].map(([number, many]) => [many, cellsOfWalk(view.walks[number])]);
  for (const [many, walk] of walked)
    for (const [state, left] of walk.rows) {
      const row = rows.get(state) || { n: 0, squares: 0, apart: 0, sessions: 0 };
      const squares = row.squares + many * left * left;
      rows.set(state, { ...row, n: row.n + many * left, squares, sessions: row.sessions + many });
    }
  for (const [many, walk] of walked) {
    // How much more a session weighs for being left out: the others are fewer.
    const leaving = ([state, left]) => (rows.get(state).n > left ? rows.get(state).n / (rows.get(state).n - left) : 1) ** 2;
    for (const of of walk.rows) rows.get(of[0]).apart += many * leaving(of) * of[1] * of[1];
    for (const [key, n] of walk.cells) {
      const state = Number(key.split(" ")[0]);
      const [left, weight] = [walk.rows.get(state), leaving([state, walk.rows.get(state)])];
      const cell = cells.get(key) || { n: 0, squares: 0, products: 0, apart: 0, together: 0 };
      cells.set(key, {
        n: cell.n + many * n,
        squares: cell.squares + many * n * n,
        products: cell.products + many * n * left,
        apart: cell.apart + many * weight * n * n,
        together: cell.together + many * weight * n * left,
      });
    }
  }
  return { cells, rows, sessions: some.length };
};
// The sum over sessions of the squared residual of a cell's share: x - p n.
const residuals = (sums, from, to) => {
  const row = sums.rows.get(from);
  const cell = sums.cells.get(`${from} ${to}`) || { n: 0, squares: 0, products: 0 };
  const p = cell.n / row.n;
  return Math.max(0, cell.squares - 2 * p * cell.products + p * p * row.squares);
};
// A cell's 95% interval that respects sessions.
const clustered = (sums, from, to) => {
  const row = sums.rows.get(from);
  const p = (sums.cells.get(`${from} ${to}`)?.n || 0) / row.n;
  const behind = Math.max(2, row.sessions);
  const wider = Math.max(student(behind - 1) / student(Math.max(row.n, 2) - 1), 1);
  const short = Math.max(1 - 1 / row.n, 0.5);
  const cell = sums.cells.get(`${from} ${to}`) || { apart: 0, together: 0 };
  const apart = Math.max(0, cell.apart - 2 * p * cell.together + p * p * row.apart);
  const variance = (apart / (row.n * row.n)) * (behind / (behind - 1)) * short;
  const many = Math.min(variance > 1e-18 ? (p * (1 - p)) / variance : row.n, 2 * row.n) / (wider * wider);
  const [low, high] = [0.025, 0.975].map((share) => betaQuantile(many * p + 0.5, many * (1 - p) + 0.5, share));
  return [p === 0 ? 0 : low, p === 1 ? 1 : high];
};
// Where all went one way no residual is left, but not no doubt.
const atTheEdge = (p, n) => {
  if (p > 0 && p < 1) return 0;
  const less = (p * n + 0.5) / (n + 1);
  return (less * (1 - less)) / (n + 1);
};
// A difference of two shares with its 95% interval, from its variance and the groups behind it.
const differs = (before, after, variance, groups) => {
  const middle = after.p - before.p;
  if (groups < 2) return { middle, low: null, high: null };
  const all = variance + atTheEdge(before.p, before.n) + atTheEdge(after.p, after.n);
  const half = student(groups - 1) * Math.sqrt(all);
  return { middle, low: Math.max(-1, middle - half), high: Math.min(1, middle + half) };
};

// Numbers from 0 to 1 that are the same at each opening of the page (mulberry32).
const drawing32 = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const normal = (draw) => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
// Marsaglia and Tsang (2000).
const gamma = (shape, draw) => {
  if (shape < 1) return gamma(shape + 1, draw) * (1 - draw()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(draw);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - draw()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
};
// The Bayesian bootstrap over scenarios, as metrics/statistics/curves.py has it: Dirichlet weights of each replicate, one
// for each value that so many scenarios share, then half a scenario that always fails and half that always passes.
const REPLICATES = 2000;
const dirichlet = (many) => {
  const draw = drawing32(0);
  return Array.from({ length: REPLICATES }, () => {
    const drawn = [...many, 0.5, 0.5].map((shape) => gamma(shape, draw));
    const sum = drawn.reduce((a, b) => a + b, 0);
    return drawn.map((one) => one / sum);
  });
};
const bootstrapped = (values, mean, weights) => {
  const all = [...values, 0, 1];
  const means = weights.map((row) => row.reduce((sum, weight, i) => sum + weight * all[i], 0)).sort((a, b) => a - b);
  const at = (share) => {
    const place = share * (means.length - 1);
    const low = Math.floor(place);
    return means[low] + (place - low) * ((means[low + 1] ?? means[low]) - means[low]);
  };
  return { low: Math.min(at(0.025), mean), high: Math.max(at(0.975), mean) };
};
