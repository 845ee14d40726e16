"use strict";
// Charts by plotly. Rows are named or differ by pattern, standings by symbol: none needs colour.
document.addEventListener("DOMContentLoaded", function () {
  const data = MotionBench.data();
  const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f"];
  const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "triangle-down", "star", "hexagon"];
  const PATTERNS = ["", "/", "x", "-", "|", "+", "."];
  const BARS = 6; // rows drawn at first

  const shown = new Set(data.rows.slice(0, BARS).keys());

  // Plotly takes some markup in texts: names are none.
  function literal(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  function layout(more) {
    const ink = MotionBench.style("--ink"), line = MotionBench.style("--line");
    const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true };
    return {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: ink, family: "system-ui, sans-serif", size: 13 },
      margin: { t: 20, r: 20, b: 60, l: 60 }, hovermode: "closest", showlegend: true,
      // Above the chart: below it, a phone's lines of names run into the axis.
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", itemclick: false,
        itemdoubleclick: false }, ...more,
      xaxis: { ...axis, ...more.xaxis }, yaxis: { ...axis, ...more.yaxis },
    };
  }

  const CONFIG = { displaylogo: false, responsive: true,
    modeBarButtonsToRemove: ["lasso2d", "select2d"] };

  function spread(cells) {
    const up = cells.map((c) => (c[2] === null ? 0 : c[2] - c[0]));
    const down = cells.map((c) => (c[1] === null ? 0 : c[0] - c[1]));
    return { type: "data", symmetric: false, array: up, arrayminus: down, thickness: 1, width: 3 };
  }

  function points(rows, name, look) {
    const x = rows.map((row) => row.fidelity), y = rows.map((row) => row.text);
    return {
      type: "scatter", mode: rows.length <= 40 ? "markers+text" : "markers", name,
      x: x.map((c) => c[0]), y: y.map((c) => c[0]), text: rows.map((row) => literal(row.label)),
      textposition: "top center", error_x: spread(x), error_y: spread(y),
      marker: { size: 9, symbol: look.symbol, color: look.colour }, cliponaxis: false,
    };
  }

  function drawScatter() {
    const rows = data.rows.filter((row) => row.text && row.fidelity[0] !== null
      && row.text[0] !== null);
    const of = (standing) => rows.filter((row) => row.standing === standing);
    const front = data.front.map((place) => data.rows[place]);
    const traces = [
      points(of("ranked"), "ranked", { symbol: "circle", colour: COLOURS[0] }),
      points(of("not ranked"), "not ranked", { symbol: "square-open", colour: COLOURS[6] }),
      points(of("control"), "controls", { symbol: "x", colour: COLOURS[1] }),
      { type: "scatter", mode: "lines", name: "Pareto front of ranked rows", hoverinfo: "skip",
        x: front.map((row) => row.fidelity[0]), y: front.map((row) => row.text[0]),
        line: { dash: "dot", color: COLOURS[0] } },
    ].filter((trace) => trace.x.length);
    Plotly.react("scatter", traces, layout({ xaxis: { title: { text: data.rankBy } },
      yaxis: { title: { text: data.textMetric } } }), CONFIG);
  }

  function drawCategories() {
    const traces = data.rows.map(function (row, r) {
      const cells = data.categories.map((name) => row.categories[name]), look = Logic.look(r);
      return {
        type: "bar", name: literal(row.label), x: data.categories, y: cells.map((c) => c[0]),
        error_y: spread(cells), visible: shown.has(r),
        marker: { color: COLOURS[look.colour], pattern: { shape: PATTERNS[look.form] } },
      };
    });
    Plotly.react("categories", traces, layout({ barmode: "group",
      xaxis: {}, yaxis: { title: { text: data.rankBy } } }), CONFIG);
  }

  function drawRadar() {
    const line = MotionBench.style("--line");
    const around = [...data.categories, data.categories[0]];
    const traces = data.rows.map(function (row, r) {
      const look = Logic.look(r);
      return {
        type: "scatterpolar", name: literal(row.label), theta: around,
        r: around.map((name) => row.categories[name][0]), visible: shown.has(r),
        marker: { symbol: SYMBOLS[look.form], size: 8 },
        line: { color: COLOURS[look.colour], dash: ["solid", "dash", "dot"][r % 3] },
      };
    });
    // Names of categories stand beside the circle, and need room on a phone.
    Plotly.react("radar", traces, layout({ margin: { t: 20, r: 95, b: 40, l: 95 },
      legend: { orientation: "h", x: 0.5, xanchor: "center", y: 1.12, yanchor: "bottom",
        itemclick: false, itemdoubleclick: false },
      polar: { bgcolor: "rgba(0,0,0,0)", radialaxis: { gridcolor: line, linecolor: line },
        angularaxis: { gridcolor: line, linecolor: line } } }), CONFIG);
  }

  function drawRows() {
    drawCategories();
    if (data.categories.length > 2) drawRadar();
  }

  function draw() {
    if (data.textMetric) drawScatter();
    drawRows();
  }

  // A legend's entries cannot be reached by the keyboard: boxes choose, and the legend only tells.
  data.rows.forEach(function (row, r) {
    const box = MotionBench.element("input", { type: "checkbox", checked: shown.has(r) });
    box.addEventListener("change", function () {
      if (box.checked) shown.add(r);
      else shown.delete(r);
      drawRows();
    });
    document.getElementById("rows").append(MotionBench.element("label", {}, box, " " + row.label));
  });
  document.addEventListener("themechange", draw);
  draw();
});
