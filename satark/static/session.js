"use strict";
// Says before the session locks that it will, and keeps it open for who says so.
(() => {
  const box = document.getElementById("lock");
  if (!box) return;
  const BEFORE_SECONDS = 120;
  const minutes = Number(box.dataset.minutes);
  const csrf = document.querySelector("input[name=csrf]").value;
  let timer;
  const begin = () => {
    clearTimeout(timer);
    box.hidden = true;
    timer = setTimeout(() => { box.hidden = false; }, Math.max(5, minutes * 60 - BEFORE_SECONDS) * 1000);
  };
  box.querySelector("button").addEventListener("click", async () => {
    const answer = await fetch("/panel/stay", { method: "POST", body: new URLSearchParams({ csrf }), redirect: "manual" });
    if (answer.status === 204) begin();
  });
  document.addEventListener("htmx:afterRequest", begin);
  begin();
})();
