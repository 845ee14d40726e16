"use strict";
// What pages compute, without a page: tested by itself, against the package's own statistics.
var Logic = (function () {
  const RESAMPLES = 9999;
  const CONFIDENCE = 0.95;
  const ALPHA = 0.05;

  // As the package writes numbers: a precision that suits their size.
  function number(value) {
    if (value === null || value === undefined) return "-";
    const size = Math.abs(value);
    return value.toFixed(size < 10 ? 3 : size < 1000 ? 1 : 0);
  }

  function interval(low, high) {
    if (low === null || high === null || low === undefined || high === undefined) return "";
    return "[" + number(low) + ", " + number(high) + "]";
  }

  // Places of the values in order; what has no value comes last, equal ones stay as they were.
  function order(values, descending) {
    const places = values.map((_, place) => place);
    const sign = descending ? -1 : 1;
    return places.sort(function (a, b) {
      const x = values[a], y = values[b];
      if (x === null || y === null) return (x === null) - (y === null) || a - b;
      const compared = typeof x === "string" ? x.localeCompare(y) : x - y;
      return sign * compared || a - b;
    });
  }

  // A small generator of uniform numbers in [0, 1) with a period of 2^32 (mulberry32).
  function uniform(seed) {
    let state = seed >>> 0;
    return function () {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  function mean(values) {
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }

  // Standard normal distribution function, error below 2e-7 (Abramowitz and Stegun 7.1.26).
  function normal(z) {
    const t = 1 / (1 + 0.3275911 * Math.abs(z) / Math.SQRT2);
    const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 +
      t * (-1.453152027 + t * 1.061405429))));
    const upper = 0.5 * poly * Math.exp(-z * z / 2);
    return z >= 0 ? 1 - upper : upper;
  }

  function quantileOfNormal(share) {
    let low = -9, high = 9;
    for (let step = 0; step < 60; step++) {
      const middle = (low + high) / 2;
      if (normal(middle) < share) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  function quantile(ordered, share) {
    const place = share * (ordered.length - 1);
    const before = Math.floor(place);
    const after = Math.min(before + 1, ordered.length - 1);
    return ordered[before] + (place - before) * (ordered[after] - ordered[before]);
  }

  // Mean with its bias-corrected and accelerated bootstrap interval (Efron 1987).
  function bootstrap(values, seed) {
    const n = values.length, centre = mean(values);
    const spread = Math.max(...values) - Math.min(...values);
    if (n < 2) return { mean: centre, low: null, high: null };
    if (spread <= 1e-9) return { mean: centre, low: centre, high: centre };
    const draw = uniform(seed), means = new Float64Array(RESAMPLES);
    for (let b = 0; b < RESAMPLES; b++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += values[Math.floor(draw() * n)];
      means[b] = sum / n;
    }
    means.sort();
    let below = 0, level = 0;
    for (const m of means) {
      if (m < centre - 1e-12) below++;
      else if (m <= centre + 1e-12) level++;
    }
    const deviations = values.map((value) => value - centre);
    const cubes = deviations.reduce((sum, d) => sum + d ** 3, 0);
    const squares = deviations.reduce((sum, d) => sum + d ** 2, 0);
    const acceleration = cubes / (6 * squares ** 1.5);
    const share = (below + level / 2) / RESAMPLES;
    const tail = (1 - CONFIDENCE) / 2;
    const ends = [tail, 1 - tail].map(function (end) {
      if (share <= 0 || share >= 1) return end;
      const bias = quantileOfNormal(share);
      const shifted = bias + quantileOfNormal(end);
      return normal(bias + shifted / (1 - acceleration * shifted));
    });
    return { mean: centre, low: quantile(means, ends[0]), high: quantile(means, ends[1]) };
  }

  // Two-sided paired test by flipping signs: all patterns for few cases, else a seeded sample.
  function signFlips(differences, seed) {
    const n = differences.length;
    const observed = Math.abs(differences.reduce((sum, d) => sum + d, 0));
    const tolerance = 1e-9 * differences.reduce((sum, d) => sum + Math.abs(d), 0);
    let reached = 0;
    if (n <= 14) {
      const patterns = 2 ** (n - 1);
      for (let bits = 0; bits < patterns; bits++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += bits >> k & 1 ? -differences[k] : differences[k];
        if (Math.abs(sum) >= observed - tolerance) reached++;
      }
      return reached / patterns;
    }
    const draw = uniform(seed);
    for (let b = 0; b < RESAMPLES; b++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += draw() < 0.5 ? -differences[k] : differences[k];
      if (Math.abs(sum) >= observed - tolerance) reached++;
    }
    return (reached + 1) / (RESAMPLES + 1);
  }

  // Cases on which both rows have a value, over the prompts that both have.
  // prompts: [place of the case, kind]; wanted(case, kind) says which of them count.
  function commonCases(a, b, prompts, wanted) {
    const cases = new Map();
    prompts.forEach(function ([place, kind], p) {
      if (a[p] === null || b[p] === null || !wanted(place, kind)) return;
      const sums = cases.get(place) || { place, a: 0, b: 0, prompts: 0 };
      sums.a += a[p];
      sums.b += b[p];
      sums.prompts += 1;
      cases.set(place, sums);
    });
    return [...cases.values()].map(function (sums) {
      const first = sums.a / sums.prompts, second = sums.b / sums.prompts;
      return { place: sums.place, a: first, b: second, difference: first - second };
    });
  }

  // Which frame shows at a share of a clip's duration.
  function frameAt(share, frames) {
    return Math.max(0, Math.min(frames - 1, Math.floor(share * frames)));
  }

  // Places of a row's colour and of its form (a pattern, a symbol) among seven: the first 49 rows
  // differ in one of them.
  function look(row) {
    return { colour: row % 7, form: (row + Math.floor(row / 7)) % 7 };
  }

  return { ALPHA, look, number, interval, order, uniform, mean, normal, quantileOfNormal, bootstrap,
    signFlips, commonCases, frameAt };
})();
if (typeof module !== "undefined") module.exports = Logic;
