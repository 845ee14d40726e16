"use strict";
// Two rows, case by case.
document.addEventListener("DOMContentLoaded", function () {
  const data = MotionBench.data();
  const by = (id) => document.getElementById(id);
  const selects = ["a", "b", "metric", "category", "kind"].map(by);
  const [a, b, metric, category, kind] = selects;

  function fillSelects() {
    data.rows.forEach(function (row, r) {
      a.append(MotionBench.option(r, row.label));
      b.append(MotionBench.option(r, row.label));
    });
    data.metrics.forEach((each, m) => metric.append(MotionBench.option(m, each.metric)));
    for (const name of data.categories) category.append(MotionBench.option(name, name));
    for (const name of data.kinds) kind.append(MotionBench.option(name, name));
    b.value = String(Math.min(1, data.rows.length - 1));
  }

  function readLink() {
    const linked = MotionBench.choices();
    for (const select of selects) {
      const wanted = linked.get(select.id);
      if ([...select.options].some((option) => option.value === wanted)) select.value = wanted;
    }
  }

  function wanted(place, promptKind) {
    const inCategory = category.value === "" || data.cases[place].category === category.value;
    return inCategory && (kind.value === "" || promptKind === kind.value);
  }

  async function update() {
    MotionBench.remember(Object.fromEntries(selects.map((each) => [each.id, each.value])));
    const key = "values-" + metric.value;
    let values;
    try {
      values = await MotionBench.load(key, "data/" + key + ".js");
    } catch (error) {
      if (key === "values-" + metric.value) tell("No values: " + error.message + ".");
      return;
    }
    if (key !== "values-" + metric.value) return; // another choice was made meanwhile
    show(Logic.commonCases(values[a.value], values[b.value], data.prompts, wanted));
  }

  function tell(text) {
    by("listing").replaceChildren();
    by("verdict").textContent = text;
  }

  function show(cases) {
    if (a.value === b.value) {
      tell("Choose two different rows.");
      return;
    }
    if (!cases.length) {
      tell("They have no case in common on which both have this metric.");
      return;
    }
    tell(sentence(cases));
    const sign = data.metrics[metric.value].direction.startsWith("lower") ? -1 : 1;
    const largest = Math.max(...cases.map((each) => Math.abs(each.difference)));
    const ordered = [...cases].sort((x, y) => Math.abs(y.difference) - Math.abs(x.difference));
    const word = data.metrics[metric.value].direction === "" ? "higher" : "better";
    list(label(a) + " is " + word, ordered.filter((x) => sign * x.difference > 0), cases, largest);
    list(label(b) + " is " + word, ordered.filter((x) => sign * x.difference < 0), cases, largest);
    list("No difference", ordered.filter((x) => x.difference === 0), cases, largest);
  }

  function label(select) {
    return data.rows[select.value].label;
  }

  function sentence(cases) {
    const differences = cases.map((each) => each.difference);
    const found = Logic.bootstrap(differences, 0);
    const pvalue = Logic.signFlips(differences, 0);
    const direction = data.metrics[metric.value].direction;
    const numbers = label(a) + " " + Logic.number(Logic.mean(cases.map((x) => x.a))) + ", " +
      label(b) + " " + Logic.number(Logic.mean(cases.map((x) => x.b))) + " on " + cases.length +
      (cases.length === 1 ? " common case" : " common cases") + "; mean difference " +
      Logic.number(found.mean) + " " + (Logic.interval(found.low, found.high) || "without interval")
      + ", p = " + pvalue.toFixed(4) + ". ";
    if (pvalue > Logic.ALPHA) return numbers + "They cannot be told apart" + tooFew(cases.length);
    const first = found.mean > 0 !== direction.startsWith("lower");
    return numbers + label(first ? a : b) + (direction ? " is better." : " is higher.");
  }

  // Of n cases there are 2^n patterns of signs, and the observed one and its mirror always count.
  function tooFew(n) {
    const least = 2 / 2 ** n;
    return least <= Logic.ALPHA ? "."
      : ": from " + n + (n === 1 ? " case" : " cases") + " no difference could be, since p is never"
        + " below " + Math.min(1, least).toFixed(4) + ".";
  }

  function list(title, cases, all, largest) {
    if (!cases.length) return;
    const e = MotionBench.element;
    const heads = ["case", "difference", label(a), label(b), "category"];
    const table = e("table", { className: "numbers" },
      e("caption", {}, title + " in " + cases.length + " of " + all.length + " cases"),
      e("thead", {}, e("tr", {}, ...heads.map((head) => e("th",
        { scope: "col", className: head === "category" ? "text" : "" }, head)))),
      e("tbody", {}, ...cases.map((each) => line(each, largest))));
    by("listing").append(e("div", { className: "scroll", tabIndex: 0, role: "region",
      "aria-label": title }, table));
  }

  function line(each, largest) {
    const e = MotionBench.element, own = data.cases[each.place];
    const bar = e("span", { className: "bar" });
    bar.style.width = 100 * Math.abs(each.difference) / (largest || 1) + "%";
    return e("tr", {},
      e("th", { scope: "row" }, e("a", { href: "cases/" + own.page + ".html" }, own.id)),
      e("td", { className: "difference" }, Logic.number(each.difference), bar),
      e("td", {}, Logic.number(each.a)), e("td", {}, Logic.number(each.b)),
      e("td", { className: "text" }, own.category));
  }

  fillSelects();
  readLink();
  for (const select of selects) select.addEventListener("change", update);
  by("swap").addEventListener("click", function () {
    [a.value, b.value] = [b.value, a.value];
    update();
  });
  update();
});
