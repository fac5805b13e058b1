"use strict";
(() => {
// Everything here only makes the form more pleasant: without it, it works the same.
const by = (id) => document.getElementById(id);
const show = (element, visible = true) => element && (element.hidden = !visible);

const leave = by("leave");
if (leave) {
  const go = (event) => { event.preventDefault(); location.replace(leave.href); };
  let escapes = 0;
  leave.addEventListener("click", go);
  addEventListener("keydown", (event) => {
    escapes = event.key === "Escape" ? escapes + 1 : 0;
    if (escapes === 2) go(event);
  });
}

const locate = by("locate");
if (locate && navigator.geolocation) {
  show(locate);
  locate.addEventListener("click", () => navigator.geolocation.getCurrentPosition((position) => {
    by("lat").value = position.coords.latitude.toFixed(5);
    by("lon").value = position.coords.longitude.toFixed(5);
    show(by("located"));
  }));
}

const copy = by("copy");
if (copy && navigator.clipboard) {
  show(copy);
  copy.addEventListener("click", () => navigator.clipboard.writeText(by("receipt").dataset.code).then(() => show(by("copied"))));
}

// Files go ahead of the form, and go on where a broken line stopped them; the form waits for them. Where what does that
// cannot be loaded, they stay in their field and go with the form.
const files = by("files");
let going = 0;
const ahead = async () => {
  going += 1;
  if (files && files.files.length) await import("/channels/webform/static/uploads.js").then((uploads) => uploads.take(files)).catch(() => {});
  going -= 1;
};
if (files) {
  let arrived = Promise.resolve();
  let waiting = false;
  files.addEventListener("change", () => { arrived = Promise.all([arrived, ahead()]); });
  files.form.addEventListener("submit", async (event) => {
    if (!going) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (waiting) return;
    const button = event.submitter || document.activeElement;
    show(by("waiting"), (waiting = true));
    while (going) await arrived;
    show(by("waiting"), (waiting = false));
    button.click();
  });
}

// Sends with progress. When the connection breaks it is sent again with the same numbers, so that it counts once.
const report = by("report");
if (report) {
  const button = report.querySelector("button.main");
  const send = (body, tries) => {
    const request = new XMLHttpRequest();
    request.open("POST", report.action);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) by("sending").querySelector("progress").value = (100 * event.loaded) / event.total;
    });
    request.addEventListener("load", () => {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      document.title = page.title;
      document.body.replaceWith(document.adoptNode(page.body));
      const script = document.createElement("script");
      script.src = "/channels/webform/static/webform.js?again=" + tries;
      document.body.append(script);
      (document.querySelector("[role=alert], h1") || document.body).scrollIntoView();
    });
    request.addEventListener("error", () => {
      show(by("retry"));
      setTimeout(() => ahead().then(() => send(new FormData(report), tries + 1)), Math.min(30000, 1000 * 2 ** tries));
    });
    request.send(body);
  };
  report.addEventListener("submit", (event) => {
    event.preventDefault();
    button.disabled = true;
    show(by("sending"));
    send(new FormData(report), 0);
  });
}

// While very many come, a form has to work for its way in.
const hold = by("hold");
if (hold) import("/channels/webform/static/hold.js").then((holding) => holding.work(hold)).catch(() => {});
})();
