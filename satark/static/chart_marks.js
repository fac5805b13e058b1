// What charts.js draws besides Chart.js's own: the ground, intervals, and the table's words beside what they tell of. A set of data
// has `cells` (of the table), and `words` where its values are written out.
import { amount } from "./chart_table.js";

// Pictures that are taken along need a ground of their own.
const ground = {
  id: "ground",
  beforeDraw({ ctx, width, height }, _args, { colour }) {
    ctx.save();
    ctx.fillStyle = colour;
    ctx.fillRect(0, 0, width, height);
    ctx.restore();
  },
};

const lies = (chart) => chart.options.indexAxis === "y";
const pixel = (chart, value) => chart.scales[lies(chart) ? "x" : "y"].getPixelForValue(value);

// Each drawn value of a chart with its place and its cell.
const values = (chart) =>
  chart.data.datasets.flatMap((set, at) =>
    set.cells && chart.isDatasetVisible(at)
      ? chart.getDatasetMeta(at).data.map((place, index) => ({ set, place, cell: set.cells[index], word: set.words?.[index] }))
      : [],
  );

const whiskers = {
  id: "whiskers",
  afterDatasetsDraw(chart, _args, { colour }) {
    chart.ctx.save();
    [chart.ctx.strokeStyle, chart.ctx.lineWidth] = [colour, 1.5];
    for (const { place, cell } of values(chart)) {
      if (amount(cell, "most") === null) continue;
      const [from, to] = [pixel(chart, amount(cell, "least")), pixel(chart, amount(cell, "most"))];
      const { x, y } = place;
      const line = lies(chart)
        ? `M${from},${y - 4}V${y + 4}M${from},${y}H${to}M${to},${y - 4}V${y + 4}`
        : `M${x - 4},${from}H${x + 4}M${x},${from}V${to}M${x - 4},${to}H${x + 4}`;
      chart.ctx.stroke(new Path2D(line));
    }
    chart.ctx.restore();
  },
};

const clear = (one, two) =>
  one.x + one.wide <= two.x || two.x + two.wide <= one.x || one.y + one.high <= two.y || two.y + two.high <= one.y;

// Where a word goes: beyond the end of a bar that lies, else above; and never out of the drawing.
const box = (chart, { place, cell }, wide, rtl) => {
  const high = 16;
  const most = amount(cell, "most");
  const { left, right } = chart.chartArea;
  if (!lies(chart)) {
    const top = most === null ? place.y : pixel(chart, most);
    return { x: Math.max(left, Math.min(right - wide, place.x - wide / 2)), y: top - high - 4, wide, high };
  }
  const end = most === null ? place.x : pixel(chart, most);
  return { x: rtl ? end - wide - 6 : end + 6, y: place.y - high / 2, wide, high };
};

const words = {
  id: "words",
  afterDatasetsDraw(chart, _args, { colour, halo, font, rtl }) {
    const pen = chart.ctx;
    const taken = [];
    pen.save();
    Object.assign(pen, { fillStyle: colour, strokeStyle: halo, lineWidth: 3, lineJoin: "round", font, textBaseline: "middle", textAlign: "left" });
    for (const value of values(chart)) {
      if (!value.word) continue;
      const spot = box(chart, value, pen.measureText(value.word).width, rtl);
      if (!taken.every((one) => clear(one, spot))) continue;
      taken.push(spot);
      pen.strokeText(value.word, spot.x, spot.y + spot.high / 2);
      pen.fillText(value.word, spot.x, spot.y + spot.high / 2);
    }
    pen.restore();
  },
};

export const marks = [ground, whiskers, words];

// A colour and lines across it, which tell series apart where colours do not.
export const filled = (colour, halo, lines) => {
  if (!lines) return colour;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  Object.assign(pen, { fillStyle: colour, strokeStyle: halo, lineWidth: 1.5 });
  pen.fillRect(0, 0, 8, 8);
  pen.stroke(new Path2D(lines));
  return pen.createPattern(tile, "repeat");
};
