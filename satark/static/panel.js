"use strict";
(() => {
  const bar = document.getElementById("arrived");
  if (bar && window.EventSource) {
    const title = document.title;
    new EventSource("/panel/tips/live").addEventListener("arrived", () => {
      bar.hidden = false;
      document.title = "● " + title;
    });
  }
  // j and k walk through the list, Enter opens (the browser's own).
  addEventListener("keydown", (event) => {
    if (!["j", "k"].includes(event.key) || event.target.closest("input, textarea, select")) return;
    const links = [...document.querySelectorAll(".tips a")];
    const at = links.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1);
    links[Math.max(0, Math.min(at, links.length - 1))]?.focus();
  });
})();
