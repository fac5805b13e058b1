"use strict";
// Shows what the worker pushed: how many tips have something new. It keeps nothing and serves no page.
addEventListener("push", (event) => {
  const body = event.data ? event.data.text().trim() : "";
  const shown = { body, tag: "satark", renotify: true, icon: "/panel/static/icon.svg" };
  event.waitUntil(registration.showNotification("Satark", shown));
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    clients.matchAll({ type: "window" }).then((open) => {
      const panel = open.find((one) => new URL(one.url).pathname.startsWith("/panel/"));
      return panel ? panel.focus() : clients.openWindow("/panel/tips");
    }),
  );
});
