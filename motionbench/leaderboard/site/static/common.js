"use strict";
// What all pages share. Texts of third parties reach the page through textContent alone.
var MotionBench = (function () {
  const received = new Map();
  const waiting = new Map();

  function data() {
    return JSON.parse(document.getElementById("data").textContent);
  }

  // Files beside the page are scripts that call this: pages opened from a disk may not read files.
  function receive(key, value) {
    received.set(key, value);
    for (const each of waiting.get(key) || []) each.resolve(value);
    waiting.delete(key);
  }

  function load(key, path) {
    if (received.has(key)) return Promise.resolve(received.get(key));
    return new Promise(function (resolve, reject) {
      if (waiting.has(key)) {
        waiting.get(key).push({ resolve, reject });
        return;
      }
      waiting.set(key, [{ resolve, reject }]);
      const script = document.createElement("script");
      script.src = path;
      script.onerror = function () {
        const error = new Error(path + " is not beside this page");
        for (const each of waiting.get(key) || []) each.reject(error);
        waiting.delete(key); // the next call tries again
        script.remove();
      };
      document.head.append(script);
    });
  }

  function element(tag, properties, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {})) {
      if (name in made) made[name] = value;
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  function option(value, text) {
    return element("option", { value: String(value) }, text);
  }

  // The choices of a page live in its address, so that a link shows what its sender saw.
  function choices() {
    return new URLSearchParams(location.hash.slice(1));
  }

  function remember(values) {
    const kept = new URLSearchParams();
    for (const [name, value] of Object.entries(values)) {
      if (value !== "" && value !== null) kept.set(name, value);
    }
    // The history's own functions are refused to pages on a disk.
    location.replace("#" + kept.toString());
  }

  function style(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function setTheme(theme) {
    if (theme) document.documentElement.dataset.theme = theme;
    document.dispatchEvent(new Event("themechange"));
  }

  function isDark() {
    const chosen = document.documentElement.dataset.theme;
    if (chosen) return chosen === "dark";
    return typeof matchMedia === "function" && matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function stored() {
    try {
      return localStorage.getItem("motionbench-theme");
    } catch {
      return null; // a browser may forbid storage to pages on a disk
    }
  }

  function store(theme) {
    try {
      localStorage.setItem("motionbench-theme", theme);
    } catch {
      // the choice then lasts as long as the page
    }
  }

  document.addEventListener("DOMContentLoaded", function () {
    setTheme(stored());
    document.getElementById("theme").addEventListener("click", function () {
      const theme = isDark() ? "light" : "dark";
      store(theme);
      setTheme(theme);
    });
  });

  return { data, receive, load, element, option, choices, remember, style };
})();
