// Sends files by the tus protocol while the form is still being filled in. What it knows is in memory only: nothing is
// left on the phone, and no file's name leaves it.
const PART = 2 * 2 ** 20;
const DELAYS = Array.from({ length: 5000 }, (_, tries) => tries && Math.min(10000, 250 * 2 ** tries));
const KINDS = { image: "photo", video: "video", audio: "audio" };

// 409: somebody else sent it. 423, 429: not now. All else that the server refuses, it refuses for good.
const refused = (error) => {
  const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
  return status >= 400 && status < 500 && ![409, 423, 429].includes(status);
};

const library = () => window.tus ? Promise.resolve() : new Promise((loaded, failed) => {
  const script = document.createElement("script");
  script.src = "/static/vendor/tus.min.js";
  script.onload = loaded;
  script.onerror = failed;
  document.head.append(script);
});

// Takes the files out of their field, with which they would go otherwise. Done when each has arrived or is given up.
export async function take(input) {
  await library();
  const list = document.getElementById("uploads");
  const settled = [...input.files].map((file) => add(file, list));
  input.value = "";
  await Promise.all(settled);
}

function add(file, list) {
  const row = document.getElementById("upload").content.firstElementChild.cloneNode(true);
  const fits = file.size <= Number(list.dataset.limit) && list.querySelectorAll("input, progress").length < Number(list.dataset.most);
  row.querySelector("bdi").textContent = file.name;
  row.querySelector("progress").setAttribute("aria-label", file.name);
  list.append(row);
  return new Promise((settle) => {
    const upload = fits ? send(file, row, settle) : null;
    row.querySelector("button").addEventListener("click", () => {
      row.remove();
      if (upload) upload.abort(true).catch(() => {});
      settle();
    });
    if (!fits) {
      say(row, "refused");
      settle();
    }
  });
}

function send(file, row, settle) {
  const bar = row.querySelector("progress");
  const upload = new window.tus.Upload(file, {
    endpoint: "/channels/webform/files",
    chunkSize: PART,
    retryDelays: DELAYS,
    metadata: { filetype: file.type },
    storeFingerprintForResuming: false,
    onProgress: (sent, total) => { bar.value = (100 * sent) / total; say(row); },
    onShouldRetry: (error) => {
      if (refused(error)) return false;
      say(row, "broken");
      return true;
    },
    onError: () => { say(row, "refused"); settle(); },
    onSuccess: () => { row.append(kept(upload.url, file.type)); say(row, "arrived"); settle(); },
  });
  upload.start();
  return upload;
}

// What tells the form of a file that is there: its id, and what kind of file it is.
function kept(url, type) {
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = "kept";
  input.value = `${url.split("/").pop()}/${KINDS[type.split("/")[0]] || "document"}`;
  return input;
}

function say(row, what) {
  for (const one of row.querySelectorAll("[data-when]")) one.hidden = one.dataset.when !== what;
  if (what === "arrived" || what === "refused") row.querySelector("progress")?.remove();
}
