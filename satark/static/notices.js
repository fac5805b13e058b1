"use strict";
// Notices in this browser: asked for by a form of My account, and over with signing out in it.
(() => {
  if (!("serviceWorker" in navigator) || !window.PushManager) return;
  const form = document.getElementById("push");
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const bytes = (value) => Uint8Array.from(atob(value.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const subscribe = async () => {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("not allowed");
    await navigator.serviceWorker.register("/panel/sw.js", { scope: "/panel/" });
    const registration = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) };
    const given = await registration.pushManager.subscribe(options);
    form.elements.endpoint.value = given.endpoint;
    form.elements.p256dh.value = text(given.getKey("p256dh"));
    form.elements.auth.value = text(given.getKey("auth"));
  };
  if (form) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      subscribe().then(
        () => form.submit(),
        () => (document.getElementById("push-refused").hidden = false),
      );
    });
  }
  const stop = async () => {
    const registration = await navigator.serviceWorker.getRegistration("/panel/");
    const given = await registration?.pushManager.getSubscription();
    await given?.unsubscribe();
  };
  for (const one of document.querySelectorAll("form[action='/panel/sign-out'], form[action='/panel/account/push/stop']")) {
    one.addEventListener("submit", (event) => {
      event.preventDefault();
      stop().finally(() => one.submit());
    });
  }
})();
