"use strict";
// A case: clips side by side in step, tracks over them, differences from a chosen row.
document.addEventListener("DOMContentLoaded", function () {
  const data = MotionBench.data();
  const by = (id) => document.getElementById(id);
  const prompt = by("prompt"), grid = by("tiles"), overlay = by("overlay");
  const position = by("position"), play = by("play"), speed = by("speed");
  const reduced = typeof matchMedia === "function"
    && matchMedia("(prefers-reduced-motion: reduce)").matches;
  const TAIL = 6; // frames of past motion behind each point
  const SHOWN = 8; // rows shown at first
  const DRIFT = 0.12; // seconds of a clip before it is set right
  let tiles = [], playing = false, share = 0, frame = 0;

  function wantedRows() {
    return new Set([...document.querySelectorAll("#rows input:checked")].map((i) => i.value));
  }

  function build() {
    const rows = wantedRows();
    const chosen = data.tiles.filter((tile) => tile.prompt === Number(prompt.value)
      && rows.has(String(tile.row)));
    tiles = [{ ...data.reference, label: "reference" }, ...chosen].map(makeTile);
    grid.replaceChildren(...tiles.map((tile) => tile.figure));
    by("text").textContent = data.prompts.length ? data.prompts[prompt.value].text : "";
    showTracks();
    seek(share);
    if (playing) start();
  }

  function makeTile(tile) {
    const e = MotionBench.element;
    const name = tile.label + (tile.seed ? ", seed " + tile.seed : "");
    if (!tile.video) {
      const why = e("p", { className: "stage empty" }, tile.problem || "no clip");
      return { ...tile, figure: e("figure", {}, why, e("figcaption", {}, name)) };
    }
    const video = e("video", { muted: true, playsInline: true, preload: "auto",
      src: data.up + "media/" + tile.video, "aria-label": name });
    const canvas = e("canvas", { hidden: true, "aria-hidden": "true" });
    const figure = e("figure", {}, e("div", { className: "stage" }, video, canvas),
      e("figcaption", {}, name));
    figure.classList.toggle("reference", tile.row === undefined);
    video.addEventListener("loadedmetadata", () => place({ video }, share));
    return { ...tile, figure, video, canvas, points: null };
  }

  function clips() {
    return tiles.filter((tile) => tile.video && tile.video.duration > 0);
  }

  // Clips may differ in length and rate: each shows the same share of its own duration.
  function place(tile, at) {
    const duration = tile.video.duration;
    if (duration > 0) tile.video.currentTime = Math.min(at, 0.999) * duration;
  }

  function seek(at) {
    share = Math.max(0, Math.min(1, at));
    position.value = String(Math.round(share * 1000));
    for (const tile of clips()) place(tile, share);
    draw();
  }

  function start() {
    const all = clips();
    if (!all.length) return;
    playing = true;
    play.textContent = "Pause";
    if (share >= 0.999) seek(0);
    const longest = all[0].video.duration / Number(speed.value);
    for (const tile of all) {
      tile.video.playbackRate = Math.max(0.07, Math.min(16, tile.video.duration / longest));
      const started = tile.video.play();
      if (started) started.catch(stop);
    }
    next();
  }

  // One chain of frames, however often playing is started.
  function next() {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(tick);
  }

  function stop() {
    playing = false;
    play.textContent = "Play";
    for (const tile of clips()) tile.video.pause();
  }

  function tick() {
    const all = clips();
    if (!playing || !all.length) return;
    const leader = all[0].video;
    share = Math.min(1, leader.currentTime / leader.duration);
    if (leader.ended || share >= 0.999) {
      seek(0);
      start();
      return;
    }
    for (const tile of all.slice(1)) {
      const target = share * tile.video.duration;
      const off = Math.abs(tile.video.currentTime - target);
      if (!tile.video.seeking && off > DRIFT * tile.video.playbackRate) {
        place(tile, share);
        if (tile.video.paused) tile.video.play().catch(stop);
      }
    }
    position.value = String(Math.round(share * 1000));
    draw();
    next();
  }

  function showTracks() {
    for (const tile of tiles) {
      if (!tile.canvas) continue;
      tile.canvas.hidden = !overlay.checked;
      if (overlay.checked && tile.tracks && !tile.points) {
        MotionBench.load(tile.tracks, data.up + "tracks/" + tile.tracks + ".js").then(
          function (points) {
            tile.points = points;
            draw();
          },
          () => by("status").textContent = "Tracks are not beside this page.");
      }
    }
    draw();
  }

  function draw() {
    for (const tile of tiles) {
      if (tile.points && overlay.checked) drawTile(tile);
    }
  }

  function drawTile(tile) {
    const canvas = tile.canvas, context = canvas.getContext("2d");
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(canvas.clientHeight * ratio);
    const { points, scale } = tile.points;
    const toX = canvas.width / scale, toY = canvas.height / scale;
    points.forEach(function (track, k) {
      const frame = Logic.frameAt(share, track.length);
      if (!track[frame]) return;
      let first = frame;
      while (first > Math.max(0, frame - TAIL) && track[first - 1]) first--;
      context.beginPath();
      for (let t = first; t <= frame; t++) context.lineTo(track[t][0] * toX, track[t][1] * toY);
      const [x, y] = [track[frame][0] * toX, track[frame][1] * toY];
      stroke(context, "hsl(" + k * 67 % 360 + " 90% 60%)", ratio);
      context.beginPath();
      context.arc(x, y, 2.2 * ratio, 0, 2 * Math.PI);
      stroke(context, "hsl(" + k * 67 % 360 + " 90% 60%)", ratio);
    });
  }

  // A dark edge under a bright line shows on any picture.
  function stroke(context, colour, ratio) {
    context.strokeStyle = "rgb(0 0 0 / 70%)";
    context.lineWidth = 3 * ratio;
    context.stroke();
    context.strokeStyle = colour;
    context.lineWidth = 1.5 * ratio;
    context.stroke();
  }

  function tell(cell, text) {
    let place = cell.querySelector(".difference");
    if (!place) {
      place = MotionBench.element("span", { className: "difference" });
      cell.append(place);
    }
    place.textContent = text;
  }

  function showDifferences() {
    const base = by("base").value;
    const rows = [...document.querySelectorAll("#values tr[data-row]")];
    for (const row of rows) {
      const against = rows.find((other) => other.dataset.row === base
        && other.dataset.prompt === row.dataset.prompt && other.dataset.seed === row.dataset.seed);
      // A job without scores has no such cells.
      const others = against ? against.querySelectorAll("td[data-value]") : [];
      [...row.querySelectorAll("td[data-value]")].forEach(function (cell, k) {
        const own = cell.dataset.value, other = others[k] ? others[k].dataset.value : "";
        const known = own !== "" && other !== "" && against !== row;
        const difference = Number(own) - Number(other);
        tell(cell, known ? (difference < 0 ? "" : "+") + Logic.number(difference) : "");
      });
    }
  }

  data.prompts.forEach((each, p) => prompt.append(
    MotionBench.option(p, each.kind + (each.id === each.kind ? "" : " (" + each.id + ")"))));
  data.rows.forEach(function (label, r) {
    const box = MotionBench.element("input", { type: "checkbox", value: String(r),
      checked: r < SHOWN });
    by("rows").append(MotionBench.element("label", {}, box, " " + label));
    by("base").append(MotionBench.option(r, label));
  });
  prompt.addEventListener("change", build);
  by("rows").addEventListener("change", build);
  by("base").addEventListener("change", showDifferences);
  overlay.addEventListener("change", showTracks);
  speed.addEventListener("change", () => playing && start());
  position.addEventListener("input", function () {
    stop();
    seek(Number(position.value) / 1000);
  });
  play.addEventListener("click", () => (playing ? stop() : start()));
  window.addEventListener("resize", draw);
  if (reduced) speed.value = "0.5";
  build();
});
