// What a table says, for charts.js.

export const rtl = document.documentElement.dir === "rtl";

// The rows of its bodies, and the cells of each column that is a series, row by row.
export const read = (table) => {
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => !("undrawn" in row.dataset));
  const heads = [...table.tHead.rows[0].cells].filter((head) => "series" in head.dataset);
  const series = heads.map((head) => ({
    name: head.textContent.replace(/[▲▼]/g, "").trim(),
    kind: head.dataset.series,
    cells: rows.map((row) => row.cells[head.cellIndex]),
  }));
  return { rows, series, labels: rows.map((row) => said(row.cells[0])) };
};

// A number among words that run from right to left, kept as it is: "<3" would be read as "3>".
export const apart = (text) => (rtl ? `\u2066${text}\u2069` : text);

export const said = (cell) => (cell.querySelector("bdi[dir=ltr]") ? apart(cell.textContent.trim()) : cell.textContent.trim());

// A number that a cell carries, null where it carries none: its value, the least or the most that it may be.
export const amount = (cell, name = "value") => (cell.dataset[name] ? Number(cell.dataset[name]) : null);

// A name too long for a line, as several.
export const folded = (name, most) =>
  name.split(" ").reduce((lines, word) => {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    return longer.length > most && lines.length ? [...lines, word] : [...lines.slice(0, -1), longer];
  }, []);
