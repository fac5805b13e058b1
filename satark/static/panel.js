"use strict";
(() => {
  const bar = document.getElementById("arrived");
  if (bar && window.EventSource) {
    const title = document.title;
    const live = new EventSource("/panel/tips/live");
    live.addEventListener("unread", (event) => {
      document.title = event.data === "0" ? title : `(${event.data}) ${title}`;
    });
    live.addEventListener("arrived", () => {
      bar.hidden = false;
      if (localStorage.getItem("satark-sound") === "on") ring();
    });
  }
  // Two short notes. A browser plays nothing on a page where nobody has clicked or typed yet.
  function ring() {
    const audio = new AudioContext();
    [660, 880].forEach((pitch, at) => {
      const note = audio.createOscillator();
      const loudness = audio.createGain();
      note.frequency.value = pitch;
      loudness.gain.value = 0.15;
      note.connect(loudness).connect(audio.destination);
      note.start(audio.currentTime + at * 0.18);
      note.stop(audio.currentTime + at * 0.18 + 0.15);
      if (at) note.onended = () => audio.close();
    });
  }
  const sound = document.getElementById("sound");
  if (sound && window.AudioContext) {
    const show = () => sound.setAttribute("aria-pressed", localStorage.getItem("satark-sound") === "on");
    sound.hidden = false;
    show();
    sound.addEventListener("click", () => {
      localStorage.setItem("satark-sound", localStorage.getItem("satark-sound") === "on" ? "off" : "on");
      show();
      if (localStorage.getItem("satark-sound") === "on") ring();
    });
  }
  // A tip's page: letters and files come as they come; what is being written beside them stays.
  const letters = document.getElementById("letters");
  if (letters && window.EventSource) {
    new EventSource(letters.dataset.live).addEventListener("changed", () => {
      document.getElementById("letters").dispatchEvent(new CustomEvent("changed"));
    });
  }
  // x chooses; j and k walk through the list, Enter opens (the browser's own).
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    if (event.key === "x") event.target.closest(".tips li")?.querySelector("input").click();
    if (!["j", "k"].includes(event.key)) return;
    const links = [...document.querySelectorAll(".tips a")];
    const at = links.indexOf(document.activeElement?.closest(".tips li")?.querySelector("a")) + (event.key === "j" ? 1 : -1);
    links[Math.max(0, Math.min(at, links.length - 1))]?.focus();
  });
})();
