// Draws the charts of insight with Chart.js out of the tables beneath them (templates/panel/insight/pieces.html says how those are
// made): a page without this has the same numbers. Nothing moves.
import { axes, datasets } from "./chart_kinds.js";
import { marks } from "./chart_marks.js";
import { folded, read, rtl, said } from "./chart_table.js";

const drawn = new Map();

// The colours of insight.css as they are now: light, dark, or for paper.
const colours = () => {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return { ink: of("ink"), soft: of("soft"), grid: of("grid"), chart: of("chart"), past: of("past"), series: [1, 2, 3, 4, 5].map((at) => of(`series-${at}`)) };
};

// The places of a row in a chart: one for each series that has a value there.
const places = (chart, row) =>
  chart.data.datasets
    .map((set, datasetIndex) => ({ datasetIndex, index: set.own ? set.own.indexOf(row) : set.cells ? row : -1 }))
    .filter(({ datasetIndex, index }) => chart.data.datasets[datasetIndex].data[index] != null);

const open = (figure, row) => {
  if (!row.id) return;
  figure.querySelector("details").open = true;
  location.hash = row.id;
};

// Chart.js takes a sample's dashes from the points, which have none.
const legend = (chart) =>
  Chart.defaults.plugins.legend.labels.generateLabels(chart).map((item) => {
    const { borderDash = [], borderColor } = chart.data.datasets[item.datasetIndex];
    return { ...item, lineDash: borderDash, strokeStyle: borderColor };
  });

const options = (figure, told, hues) => {
  const { dataset } = figure;
  const text = { rtl, textDirection: rtl ? "rtl" : "ltr" };
  const scattered = dataset.chart === "funnel";
  const sample = { bars: {}, line: { usePointStyle: true, pointStyle: "line", pointStyleWidth: 38 }, funnel: { usePointStyle: true } };
  const titled = (items) => (scattered ? told.labels[items[0]?.dataset.own?.[items[0].dataIndex]] : told.labels[items[0]?.dataIndex]);
  const label = ({ dataset: set, dataIndex }) => {
    if (!scattered) return `${set.label}: ${said(set.cells[dataIndex])}`;
    return told.series.map(({ name, cells }) => `${name}: ${said(cells[set.own[dataIndex]])}`);
  };
  return {
    animation: false, responsive: true, maintainAspectRatio: false, indexAxis: "across" in dataset ? "y" : "x",
    locale: "en-IN",
    interaction: { mode: scattered ? "nearest" : "index", axis: "across" in dataset ? "y" : scattered ? "xy" : "x", intersect: scattered },
    scales: axes(figure, told, hues),
    onClick: (_event, [hit], chart) => hit && open(figure, told.rows[chart.data.datasets[hit.datasetIndex].own?.[hit.index] ?? hit.index]),
    plugins: {
      ground: { colour: hues.chart },
      whiskers: { colour: hues.ink },
      words: { colour: hues.ink, halo: hues.chart, font: `12px ${Chart.defaults.font.family}`, rtl },
      legend: {
        ...text, display: told.series.length > 1, align: "start",
        labels: { color: hues.ink, boxWidth: 26, boxHeight: 12, generateLabels: legend, filter: (item) => item.text, ...sample[dataset.chart] },
      },
      tooltip: { ...text, callbacks: { title: titled, label }, filter: ({ dataset: set }) => !!set.cells },
    },
  };
};

// From value to value by keys, each told to who sees it and to who hears it.
const walk = (chart, figure, told) => {
  const live = figure.querySelector("output");
  let at = -1;
  const go = (to) => {
    at = Math.max(0, Math.min(told.rows.length - 1, to));
    const found = places(chart, at);
    chart.setActiveElements(found);
    const spot = found[0] && chart.getDatasetMeta(found[0].datasetIndex).data[found[0].index];
    chart.tooltip.setActiveElements(found, spot ? { x: spot.x, y: spot.y } : { x: 0, y: 0 });
    chart.update("none");
    live.textContent = `${told.labels[at]}. ${told.series.map(({ name, cells }) => `${name}: ${said(cells[at])}`).join(", ")}`;
  };
  const ahead = (step) => () => go(at + step);
  const keys = {
    ArrowRight: ahead(rtl ? -1 : 1), ArrowLeft: ahead(rtl ? 1 : -1), ArrowDown: ahead(1), ArrowUp: ahead(-1),
    Home: () => go(0), End: () => go(told.rows.length - 1), Enter: () => at >= 0 && open(figure, told.rows[at]),
  };
  chart.canvas.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
};

// The chart with its title, at twice the size of the screen, as a file.
const take = (chart, figure) => {
  const title = said(figure.querySelector("figcaption"));
  const before = chart.options.devicePixelRatio;
  chart.options.devicePixelRatio = 2;
  chart.resize();
  const [paper, room] = [document.createElement("canvas"), 64];
  [paper.width, paper.height] = [chart.canvas.width, chart.canvas.height + room];
  const pen = paper.getContext("2d");
  const hues = colours();
  pen.fillStyle = hues.chart;
  pen.fillRect(0, 0, paper.width, paper.height);
  Object.assign(pen, { fillStyle: hues.ink, font: `bold 30px ${Chart.defaults.font.family}`, textAlign: rtl ? "right" : "left", direction: rtl ? "rtl" : "ltr" });
  pen.fillText(title, rtl ? paper.width - 16 : 16, 44, paper.width - 32);
  pen.drawImage(chart.canvas, 0, room);
  chart.options.devicePixelRatio = before;
  chart.resize();
  paper.toBlob((blob) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${figure.id}.png` });
    link.click();
    URL.revokeObjectURL(link.href);
  });
};

const draw = (figure) => {
  const plot = figure.querySelector(".plot");
  const told = read(figure.querySelector("table"));
  const hues = colours();
  const across = "across" in figure.dataset;
  const narrow = figure.clientWidth < 560;
  const canvas = Object.assign(document.createElement("canvas"), { tabIndex: 0, role: "img", ariaLabel: said(figure.querySelector("figcaption")) });
  canvas.setAttribute("aria-describedby", `${figure.id}-keys`);
  plot.hidden = false;
  plot.replaceChildren(canvas);
  const bar = "stacked" in figure.dataset ? 34 : 8 + 24 * told.series.length;
  if (across) plot.style.blockSize = `${Math.max(160, 90 + told.rows.length * bar)}px`;
  const labels = told.labels.map((one) => (across ? folded(one, narrow ? 16 : 28) : one));
  const chart = new Chart(canvas, {
    data: { labels, datasets: datasets(told, figure, hues) },
    options: options(figure, told, hues),
    plugins: marks,
  });
  walk(chart, figure, told);
  return chart;
};

const show = (figure) => {
  drawn.get(figure)?.destroy();
  drawn.set(figure, draw(figure));
};

const start = () => {
  for (const figure of document.querySelectorAll("[data-chart]")) {
    if (drawn.has(figure)) continue;
    show(figure);
    figure.querySelector("details").open = false;
    const button = figure.querySelector("[data-take]");
    button.hidden = false;
    button.addEventListener("click", () => take(drawn.get(figure), figure));
  }
};

Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
start();
document.addEventListener("htmx:after:swap", start);
for (const query of ["(prefers-color-scheme: dark)", "print"])
  matchMedia(query).addEventListener("change", () => [...drawn.keys()].filter((figure) => figure.isConnected).forEach(show));
