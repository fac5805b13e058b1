"use strict";
// What a plain page cannot do: zoom in a photo, step through a video, show a recording as a wave.
(() => {
  const reveal = () => document.querySelectorAll(".tools").forEach((one) => (one.hidden = false));
  const typing = (event) => event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select");
  const press = (acts) =>
    document.querySelectorAll("[data-do]").forEach((one) => one.addEventListener("click", () => acts[one.dataset.do]()));

  // A photo: `scale` from 1 (whole) to 12, moved by x and y pixels from the middle, never out of its frame.
  const frame = document.querySelector("[data-zoom]");
  if (frame) {
    const [image, told] = [frame.querySelector("img"), document.querySelector("output")];
    const fingers = new Map();
    let [scale, x, y] = [1, 0, 0];
    const draw = () => {
      const room = (side, whole) => Math.max(0, (side * scale - whole) / 2);
      const [across, down] = [room(image.offsetWidth, frame.clientWidth), room(image.offsetHeight, frame.clientHeight)];
      [x, y] = [Math.max(-across, Math.min(across, x)), Math.max(-down, Math.min(down, y))];
      image.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
      told.value = `${Math.round(scale * 100)} %`;
    };
    // About a point of the screen, which stays where it is; else about the middle.
    const zoom = (factor, at) => {
      const box = frame.getBoundingClientRect();
      const [px, py] = at ? [at.clientX - box.x - box.width / 2, at.clientY - box.y - box.height / 2] : [0, 0];
      const next = Math.max(1, Math.min(12, scale * factor));
      [x, y, scale] = [px - ((px - x) * next) / scale, py - ((py - y) * next) / scale, next];
      draw();
    };
    const move = (dx, dy) => ([x, y] = [x + dx, y + dy], draw());
    const whole = () => ([scale, x, y] = [1, 0, 0], draw());
    const acts = { in: () => zoom(1.5), out: () => zoom(1 / 1.5), whole };
    const keys = {
      "+": acts.in, "=": acts.in, "-": acts.out, 0: whole,
      ArrowLeft: () => move(60, 0), ArrowRight: () => move(-60, 0), ArrowUp: () => move(0, 60), ArrowDown: () => move(0, -60),
    };
    press(acts);
    frame.addEventListener("keydown", (event) => {
      if (typing(event) || !keys[event.key] || (scale === 1 && event.key.startsWith("Arrow"))) return;
      event.preventDefault();
      keys[event.key]();
    });
    frame.addEventListener("wheel", (event) => (event.preventDefault(), zoom(1.0015 ** -event.deltaY, event)), { passive: false });
    frame.addEventListener("dblclick", (event) => (scale > 1 ? whole() : zoom(3, event)));
    const spread = () => {
      const [one, two] = [...fingers.values()];
      const middle = { clientX: (one.clientX + two.clientX) / 2, clientY: (one.clientY + two.clientY) / 2 };
      return [Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY) || 1, middle];
    };
    frame.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      frame.focus({ preventScroll: true });
      frame.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, event);
    });
    frame.addEventListener("pointermove", (event) => {
      const last = fingers.get(event.pointerId);
      if (!last) return;
      const before = fingers.size === 2 && spread();
      fingers.set(event.pointerId, event);
      if (fingers.size === 1) move(event.clientX - last.clientX, event.clientY - last.clientY);
      if (!before) return;
      const [wide, middle] = spread();
      zoom(wide / before[0], middle);
      move(middle.clientX - before[1].clientX, middle.clientY - before[1].clientY);
    });
    for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, (event) => fingers.delete(event.pointerId));
    reveal();
  }

  // A video or a recording: its speed, and for a video one picture on or back. How long a picture stands is seen while it plays.
  const player = document.querySelector("[data-player]");
  if (player) {
    let [picture, last] = [1 / 30, 0];
    const watch = (_now, { mediaTime }) => {
      if (!player.paused && mediaTime > last && mediaTime - last < 0.2) picture = mediaTime - last;
      last = mediaTime;
      player.requestVideoFrameCallback(watch);
    };
    player.requestVideoFrameCallback?.(watch);
    const step = (pictures) => {
      player.pause();
      player.currentTime = Math.max(0, Math.min(player.duration || 0, player.currentTime + pictures * picture));
    };
    const acts = { back: () => step(-1), on: () => step(1) };
    press(acts);
    document.getElementById("speed").addEventListener("change", (event) => (player.playbackRate = event.target.value));
    addEventListener("keydown", (event) => {
      if (typing(event) || player.localName !== "video" || ![",", "."].includes(event.key)) return;
      (event.key === "," ? acts.back : acts.on)();
    });
    reveal();
  }

  // A recording as a wave, from peaks of 0 to 255; what was played is darker, and a click goes there.
  const draw = (canvas, peaks, audio) => {
    const pen = canvas.getContext("2d");
    [canvas.width, canvas.height] = [canvas.clientWidth, canvas.clientHeight];
    pen.fillStyle = getComputedStyle(canvas).color;
    const [step, played] = [canvas.width / peaks.length, audio.currentTime / audio.duration || 0];
    peaks.forEach((peak, at) => {
      const high = Math.max(1, (peak / 255) * canvas.height);
      pen.globalAlpha = at / peaks.length < played ? 1 : 0.45;
      pen.fillRect(at * step, (canvas.height - high) / 2, Math.max(1, step * 0.8), high);
    });
  };
  const waves = () =>
    document.querySelectorAll(".wave[hidden]").forEach(async (canvas) => {
      const audio = canvas.nextElementSibling;
      const answer = await fetch(canvas.dataset.peaks);
      if (!answer.ok) return;
      const { peaks } = await answer.json();
      canvas.hidden = false;
      const again = () => draw(canvas, peaks, audio);
      for (const name of ["timeupdate", "seeked", "loadedmetadata"]) audio.addEventListener(name, again);
      addEventListener("resize", again);
      canvas.addEventListener("click", (event) => {
        if (audio.duration) audio.currentTime = (event.offsetX / canvas.clientWidth) * audio.duration;
      });
      again();
    });
  waves();
  document.addEventListener("htmx:after:swap", waves);
})();
