"use strict";
(() => {
  const phone = document.getElementById("phone");
  const bubbles = document.getElementById("bubbles");
  const base = "/channels/" + phone.dataset.channel;
  const keypad = phone.dataset.keypad === "1";
  // Ten digits that no network in India gives out, new for every page: a person who has never written before.
  const number = "00" + crypto.getRandomValues(new Uint32Array(1))[0].toString().padStart(10, "0");
  let got = 0;

  const bubble = (text, mine) => {
    const item = document.createElement("li");
    // Where names and numbers are joined to their sentence, there is nothing to be seen.
    item.textContent = text.replaceAll("\u200b", "");
    if (mine) item.className = "mine";
    bubbles.append(item);
    item.scrollIntoView({ block: "nearest" });
    return item;
  };

  const hear = (message) => {
    const item = bubble(keypad ? message.speech || message.text : message.text, false);
    for (const choice of keypad ? [] : message.choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = choice.label;
      button.title = choice.detail;
      button.addEventListener("click", () => say({ kind: "choice", choice: choice.id }, choice.label));
      item.append(button);
    }
    if (keypad) waiting.push(...message.said.map((piece) => ({ ...piece, locale: message.locale })));
  };

  // What is still to be heard. A key interrupts, as on a telephone.
  let waiting = [];
  let playing = null;
  const hush = () => {
    waiting = [];
    playing?.pause();
    playing = null;
    window.speechSynthesis?.cancel();
  };
  const play = () => {
    const piece = waiting.shift();
    if (!piece) {
      playing = null;
    } else if (piece.clip) {
      playing = new Audio(`${base}/clip/${piece.clip}.wav`);
      playing.addEventListener("ended", play);
      playing.addEventListener("error", play);
      // Before anything was touched, browsers play nothing.
      playing.play().catch(() => { playing = null; });
    } else if (window.speechSynthesis) {
      const spoken = new SpeechSynthesisUtterance(piece.text);
      spoken.lang = piece.locale;
      spoken.addEventListener("end", play);
      speechSynthesis.speak(spoken);
    }
  };

  const say = async (what, shown) => {
    if (shown) bubble(shown, true);
    const body = JSON.stringify([{ phone: number, id: crypto.randomUUID(), ...what }]);
    const answer = await fetch(base + "/say", { method: "POST", headers: { "X-Simulator": "1" }, body });
    if (keypad && answer.ok) {
      hush();
      (await answer.json()).forEach(hear);
      play();
    }
  };

  const listen = async () => {
    const answer = await fetch(base + "/inbox?after=" + got, { headers: { "X-Phone": number } });
    const messages = answer.ok ? await answer.json() : [];
    got += messages.length;
    messages.forEach(hear);
  };

  document.getElementById("say").addEventListener("submit", (event) => {
    event.preventDefault();
    const words = document.getElementById("words");
    if (words.value) say({ text: words.value }, words.value);
    words.value = "";
  });
  document.querySelectorAll(".key").forEach((key) =>
    key.addEventListener("click", () => say({ kind: "digits", text: key.value }, key.value)));
  document.getElementById("pin")?.addEventListener("click", () => say({ kind: "location", lat: 25.7536, lon: 82.6869 }, "📍"));
  document.getElementById("file")?.addEventListener("change", async (event) => {
    for (const file of event.target.files) {
      const headers = { "X-Simulator": "1", "Content-Type": file.type };
      const kept = await fetch(base + "/file", { method: "POST", headers, body: file });
      if (kept.ok) await say({ kind: "media", ...(await kept.json()) }, "📎");
    }
    event.target.value = "";
  });
  if (keypad) say({ kind: "opened" });
  else setInterval(listen, 500);
})();
