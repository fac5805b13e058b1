// What Chart.js is given for each kind of chart, out of what a table says.
import { filled } from "./chart_marks.js";
import { amount, apart, rtl, said } from "./chart_table.js";

const number = new Intl.NumberFormat("en-IN");
// Series differ in these as well as in colour.
const POINTS = ["circle", "rect", "triangle", "rectRot", "star"];
const DASHES = [[], [9, 4], [2, 3], [10, 3, 2, 3], [5, 2]];
const LINES = ["", "M-2,2L2,-2M0,8L8,0M6,10L10,6", "M2,1V3M6,5V7", "M0,2H8M0,6H8", "M0,0L8,8M0,8L8,0"];
// Of as many values at most, each is written out or has its point.
const FEW = 32;

const bars = ({ series, rows }, { dataset }, hues) => {
  const few = rows.length * series.length <= FEW;
  return series.map(({ name, kind, cells }, at) => ({
    type: "bar",
    label: name,
    cells,
    // What is certain: of an interval without a value, its least.
    data: cells.map((cell) => amount(cell) ?? amount(cell, "least")),
    words: few && !("stacked" in dataset) ? cells.map(said) : undefined,
    backgroundColor: kind === "past" ? filled(hues.chart, hues.past, LINES[1]) : filled(hues.series[at % 5], hues.chart, LINES[at % 5]),
    borderColor: kind === "past" ? hues.past : hues.series[at % 5],
    borderWidth: 1,
    maxBarThickness: 34,
  }));
};

const lines = ({ series, rows }, _figure, hues) =>
  series.map(({ name, kind, cells }, at) => {
    const hue = kind === "past" ? hues.past : hues.series[at % 5];
    const marked = (context) => "marked" in (cells[context.dataIndex]?.dataset ?? {});
    return {
      type: "line",
      label: name,
      cells,
      data: cells.map((cell) => amount(cell)),
      words: cells.map((cell) => ("marked" in cell.dataset ? said(cell) : "")),
      borderColor: hue,
      backgroundColor: hue,
      borderWidth: kind === "past" ? 1.5 : 2.5,
      borderDash: kind === "past" ? [4, 4] : DASHES[at % 5],
      pointStyle: (context) => (marked(context) ? "triangle" : POINTS[at % 5]),
      pointRadius: (context) => (marked(context) ? 8 : kind !== "past" && rows.length <= FEW ? 3.5 : 0),
      pointHoverRadius: 7,
      pointHitRadius: 14,
      order: kind === "past" ? 1 : 0,
    };
  });

const funnel = ({ series, rows, labels }, { dataset }, hues) => {
  const { target, lines: limits } = JSON.parse(dataset.limits);
  const [x, y] = ["x", "y"].map((kind) => series.find((one) => one.kind === kind).cells);
  const shapes = [
    ["high", "triangle", 0, hues.series[2]],
    ["low", "triangle", 180, hues.series[3]],
    ["within", "circle", 0, hues.series[0]],
  ];
  const points = shapes.map(([side, pointStyle, rotation, hue]) => {
    const own = rows.map((row, at) => at).filter((at) => (rows[at].dataset.outside ?? "within") === side);
    return {
      type: "scatter",
      label: dataset[side],
      own,
      cells: own.map((at) => y[at]),
      data: own.map((at) => ({ x: amount(x[at]), y: amount(y[at]) })),
      words: own.map((at) => (side === "within" ? "" : labels[at])),
      pointStyle,
      rotation,
      pointRadius: side === "within" ? 4.5 : 7,
      pointHoverRadius: 9,
      borderColor: hue,
      backgroundColor: side === "within" ? hues.chart : hue,
      borderWidth: 2,
    };
  });
  const line = (label, data, borderDash, borderWidth = 1.5) => ({
    type: "line", label, data, borderDash, borderWidth, borderColor: hues.past, pointRadius: 0, pointHitRadius: 0, pointHoverRadius: 0, pointStyle: "line",
  });
  const xs = limits.flatMap(({ low, high }) => [...low, ...high].map((point) => point[0]));
  const ends = [Math.min(...xs), Math.max(...xs)];
  return [
    ...points.filter((one) => one.data.length),
    line(dataset.target, ends.map((at) => ({ x: at, y: target })), [], 2),
    ...limits.flatMap(({ name, low, high }, at) =>
      [low, high].map((side, second) => line(second ? "" : apart(name), side.map(([px, py]) => ({ x: px, y: py })), DASHES[at + 1])),
    ),
  ];
};

export const datasets = (told, figure, hues) => ({ bars, line: lines, funnel })[figure.dataset.chart](told, figure, hues);

export const axes = (figure, told, hues) => {
  const across = "across" in figure.dataset;
  const stacked = "stacked" in figure.dataset;
  const unit = figure.dataset.unit;
  const measured = {
    beginAtZero: true, grace: across ? "14%" : "8%", stacked,
    ticks: { color: hues.soft, maxTicksLimit: 6, precision: 0, callback: (value) => apart(`${number.format(value)}${unit}`) },
    grid: { color: hues.grid }, border: { display: false },
  };
  const named = {
    stacked, ticks: { color: hues.ink, autoSkip: !across, autoSkipPadding: 12, maxRotation: 0 }, grid: { display: false }, border: { color: hues.soft },
  };
  const side = rtl ? { position: "right" } : {};
  if (figure.dataset.chart !== "funnel")
    return across ? { x: { ...measured, reverse: rtl }, y: { ...named, ...side } } : { x: { ...named, reverse: rtl }, y: { ...measured, ...side } };
  const title = (kind) => ({ display: true, color: hues.soft, text: told.series.find((one) => one.kind === kind).name });
  const count = { ...measured.ticks, callback: (value) => number.format(value) };
  return { x: { ...measured, type: "linear", grace: 0, ticks: count, title: title("x"), reverse: rtl }, y: { ...measured, ...side, grace: 0, title: title("y") } };
};
