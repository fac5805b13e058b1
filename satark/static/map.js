"use strict";
// The map of hotspots, which the server has drawn: larger and smaller, and from cell to cell by keys.
(() => {
  const MOST = 12;
  // From here on the names of stations have room.
  const NEAR = 2.2;

  const windowOn = (svg) => {
    const { width, height } = svg.viewBox.baseVal;
    let [x, y, scale] = [0, 0, 1];
    // What keeps its size on the screen is drawn `k` units large for a pixel.
    const show = () => {
      [x, y] = [[x, width], [y, height]].map(([at, whole]) => Math.max(0, Math.min(whole - whole / scale, at)));
      svg.setAttribute("viewBox", `${x} ${y} ${width / scale} ${height / scale}`);
      const k = 1 / (svg.getScreenCTM()?.a || 1);
      svg.style.setProperty("--k", k);
      svg.querySelectorAll("pattern").forEach((one) => one.setAttribute("patternTransform", `scale(${k})`));
      svg.classList.toggle("near", scale >= NEAR);
      svg.classList.toggle("moved", scale > 1);
    };
    // About a point of the drawing, which stays where it is; else about the middle.
    const zoom = (factor, at = { x: x + width / scale / 2, y: y + height / scale / 2 }) => {
      const next = Math.max(1, Math.min(MOST, scale * factor));
      [x, y] = [at.x - ((at.x - x) * scale) / next, at.y - ((at.y - y) * scale) / next];
      scale = next;
      show();
    };
    const move = (dx, dy) => ([x, y] = [x + dx, y + dy], show());
    const whole = () => ([x, y, scale] = [0, 0, 1], show());
    // A point comes into sight, and not at the very edge.
    const reach = (px, py) => {
      const [wide, high] = [width / scale, height / scale];
      if (Math.abs(px - x - wide / 2) > wide * 0.4 || Math.abs(py - y - high / 2) > high * 0.4) [x, y] = [px - wide / 2, py - high / 2];
      show();
    };
    return { show, zoom, move, whole, reach, scale: () => scale };
  };

  // The nearest cell to the side of one, rather straight ahead than aslant.
  const beside = (cells, from, dx, dy) => {
    const far = (one) => {
      const [x, y] = [one.dataset.x - from.dataset.x, one.dataset.y - from.dataset.y];
      const ahead = x * dx + y * dy;
      return ahead > 0.5 ? ahead + 2 * Math.abs(x * dy - y * dx) : Infinity;
    };
    return cells.reduce((best, one) => (far(one) < far(best) ? one : best), from);
  };

  const fingers = (svg, view) => {
    const down = new Map();
    const at = ({ clientX, clientY }) => new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());
    const pair = () => {
      const [one, two] = [...down.values()];
      return { wide: Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY) || 1, clientX: (one.clientX + two.clientX) / 2, clientY: (one.clientY + two.clientY) / 2 };
    };
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      view.zoom(1.0015 ** -event.deltaY, at(event));
    }, { passive: false });
    svg.addEventListener("pointerdown", (event) => down.set(event.pointerId, event));
    svg.addEventListener("pointermove", (event) => {
      const last = down.get(event.pointerId);
      if (!last) return;
      const before = down.size === 2 ? pair() : null;
      const [from, to] = [at(last), at(event)];
      down.set(event.pointerId, event);
      if (before) view.zoom(pair().wide / before.wide, at(pair()));
      else if (view.scale() > 1) view.move(from.x - to.x, from.y - to.y);
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) svg.addEventListener(end, (event) => down.delete(event.pointerId));
  };

  const start = (figure) => {
    const svg = figure.querySelector("svg.atlas");
    const cells = [...svg.querySelectorAll(".cell")];
    const view = windowOn(svg);
    const acts = { in: () => view.zoom(1.6), out: () => view.zoom(1 / 1.6), whole: view.whole };
    const [told, link] = [figure.querySelector("output"), figure.querySelector(".said a")];

    // What the cell's row in the table says, each number with the head of its column.
    const row = (cell) => {
      const found = document.getElementById(cell.getAttribute("href").slice(1));
      if (!found) return cell.getAttribute("aria-label");
      const heads = [...found.closest("table").tHead.rows[0].cells];
      const words = (one) => one.textContent.replace(/[▲▼]/g, "").trim();
      return [...found.cells].filter(words).map((one, at) => (at ? `${words(heads[one.cellIndex])}: ` : "") + words(one)).join(" · ");
    };
    const choose = (cell) => {
      for (const one of cells) {
        one.classList.toggle("chosen", one === cell);
        one.setAttribute("tabindex", one === cell ? 0 : -1);
      }
      view.reach(Number(cell.dataset.x), Number(cell.dataset.y));
      told.value = row(cell);
      link.href = cell.getAttribute("href");
      figure.querySelector(".said").hidden = false;
    };
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const sizes = { "+": acts.in, "=": acts.in, "-": acts.out, 0: acts.whole };
    figure.querySelector(".sheet").addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !(steps[event.key] || sizes[event.key])) return;
      event.preventDefault();
      sizes[event.key]?.();
      const from = cells.includes(event.target) && event.target;
      if (steps[event.key] && from) beside(cells, from, ...steps[event.key]).focus();
    });
    for (const cell of cells) {
      cell.addEventListener("focus", () => choose(cell));
      // By a finger or a mouse it is chosen first; its row is one step further. Enter goes there at once.
      cell.addEventListener("click", (event) => event.detail && (event.preventDefault(), choose(cell)));
    }
    figure.querySelectorAll("[data-zoom]").forEach((one) => one.addEventListener("click", acts[one.dataset.zoom]));
    figure.querySelector(".zooms").hidden = false;
    fingers(svg, view);
    new ResizeObserver(view.show).observe(svg);
  };

  const all = () =>
    document.querySelectorAll("[data-map]:not([data-begun])").forEach((figure) => {
      figure.dataset.begun = "";
      start(figure);
    });
  all();
  document.addEventListener("htmx:after:swap", all);
})();
