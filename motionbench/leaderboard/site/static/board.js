"use strict";
// The board: sorting within its sections, and cells over a category and a kind of prompt.
document.addEventListener("DOMContentLoaded", function () {
  const data = MotionBench.data();
  const table = document.getElementById("board");
  const bodies = [...table.tBodies].filter((body) => body.querySelector("tr[data-row]"));
  const initial = bodies.map((body) => [...body.querySelectorAll("tr[data-row]")]);
  const shown = initial.map((rows) => [...rows]);
  const cells = new Map();
  for (const row of table.querySelectorAll("tr[data-row]")) {
    cells.set(row, [...row.querySelectorAll("td[data-column]")]);
  }
  const category = document.getElementById("category");
  const kind = document.getElementById("kind");
  const status = document.getElementById("status");
  let sorted = { column: "", descending: false };

  function subset() {
    return data.subsets[category.value + "|" + kind.value] || null;
  }

  function isWhole() {
    return category.value === "" && kind.value === "";
  }

  function fill() {
    const chosen = subset();
    for (const [row, own] of cells) {
      const numbers = chosen ? chosen[Number(row.dataset.row)] : null;
      own.forEach((cell, k) => fillCell(cell, numbers ? numbers[k] : null, numbers));
      const first = numbers ? numbers[0] : null;
      row.querySelector(".coverage").textContent = first ? first[3] + "/" + first[4] : "-";
      row.querySelector(".tier").textContent = isWhole() ? row.dataset.tier : "";
    }
    table.classList.toggle("filtered", !isWhole());
  }

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function fillCell(cell, value, row) {
    const [mean, interval, covered] = cell.children;
    write(mean, value ? Logic.number(value[0]) : "-");
    write(interval, value ? Logic.interval(value[1], value[2]) : "");
    // As in the row's own column: said only where it differs.
    const same = !value || (value[5] === row[0][5] && value[6] === row[0][6]);
    write(covered, same ? "" : value[3] < value[4]
      ? value[3] + "/" + value[4] : value[5] + "/" + value[6] + " jobs");
  }

  function valuesOf(rows) {
    const chosen = subset();
    if (sorted.column === "name") return rows.map((row) => row.dataset.name);
    const k = Number(sorted.column);
    return rows.map((row) => (chosen ? chosen[Number(row.dataset.row)][k][0] : null));
  }

  function arrange() {
    bodies.forEach(function (body, b) {
      const rows = initial[b];
      const places = sorted.column === ""
        ? rows.map((_, place) => place) : Logic.order(valuesOf(rows), sorted.descending);
      // Moving rows is what takes long on a large board.
      const wanted = places.map((place) => rows[place]);
      if (wanted.some((row, k) => row !== shown[b][k])) body.append(...wanted);
      shown[b] = wanted;
    });
    for (const head of table.querySelectorAll("th[data-sort]")) {
      const active = head.dataset.sort === sorted.column;
      const way = sorted.descending ? "descending" : "ascending";
      head.setAttribute("aria-sort", active ? way : "none");
    }
  }

  function update() {
    fill();
    arrange();
    const n = subset() ? subset()[0][0] : null;
    status.textContent = isWhole()
      ? "" : n ? n[4] + " cases, " + n[6] + " jobs; tiers are for the whole suite only"
        : "no prompt of that kind in that category";
    MotionBench.remember({ category: category.value, kind: kind.value, sort: sorted.column,
      order: sorted.column === "" ? "" : sorted.descending ? "down" : "up" });
  }

  // First the better ones on top, then the other way round, then as it was.
  function nextOrder(column) {
    const direction = column === "name" ? "" : data.columns[Number(column)].direction;
    const descendingFirst = column !== "name" && !direction.startsWith("lower");
    if (sorted.column !== column) return { column, descending: descendingFirst };
    if (sorted.descending === descendingFirst) return { column, descending: !descendingFirst };
    return { column: "", descending: false };
  }

  for (const head of table.querySelectorAll("th[data-sort]")) {
    head.querySelector("button").addEventListener("click", function () {
      sorted = nextOrder(head.dataset.sort);
      update();
    });
  }
  category.addEventListener("change", update);
  kind.addEventListener("change", update);

  const linked = MotionBench.choices();
  for (const select of [category, kind]) {
    const wanted = linked.get(select.id) || "";
    if ([...select.options].some((option) => option.value === wanted)) select.value = wanted;
  }
  const column = linked.get("sort") || "";
  const known = column === "name" || (/^\d+$/.test(column) && Number(column) < data.columns.length);
  if (known) sorted = { column, descending: linked.get("order") === "down" };
  if (known || !isWhole()) update();
});
