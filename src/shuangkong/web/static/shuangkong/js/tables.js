// Tables one can work with. <div class="sk-table-wrap"><table class="sk-table" data-tools="sort filter columns copy" data-name="board">
//   th.sk-num, td.sk-num   figures: right-aligned, decimal points under each other
//   td data-value="12.3"   what to sort by where the text is not it; "" is missing and stays last
//   tr.sk-total, tr.sk-coverage, tr.sk-group   stay where they are; a table with groups is not sorted
// The filter and the order stand in the address as ?<name>.q= and ?<name>.sort=2-desc, so a link can be sent.

import { copyText, fresh, make, say } from "./words.js";

const FIXED = "sk-total sk-coverage sk-group".split(" ");
const isFixed = (row) => FIXED.some((name) => row.classList.contains(name));
const bodyRows = (table) => [...table.tBodies].flatMap((body) => [...body.rows]);
const headCells = (table) => (table.tHead ? [...table.tHead.rows[table.tHead.rows.length - 1].cells] : []);
// innerText leaves out what is not seen, so the padding of alignPoints is not copied.
const textOf = (cell) => {
  const field = cell.querySelector("input, select");
  if (field) return field.value;
  const before = cell.querySelector(".sk-before"); // the period before stands under its figure and is no part of it
  const said = before ? cell.innerText.slice(0, cell.innerText.lastIndexOf(before.innerText)) : cell.innerText;
  return said.replace(/\s+/g, " ").trim();
};

/** Pad figures of a column to the same number of decimals, unseen, so that points align though decimals differ by indicator. */
function alignPoints(table) {
  const columns = new Map();
  for (const row of table.rows) {
    for (const cell of row.cells) {
      if (!cell.classList.contains("sk-num") || cell.tagName === "TH" || cell.querySelector("input, .sk-pad") || cell.children.length > 1) continue;
      const found = cell.textContent.trim().match(/^[+\-−＋－]?[\d,]+(?:\.(\d+))?$/);
      if (!found) continue;
      if (!columns.has(cell.cellIndex)) columns.set(cell.cellIndex, []);
      columns.get(cell.cellIndex).push([cell, found[1] ? found[1].length : 0]);
    }
  }
  for (const cells of columns.values()) {
    const most = Math.max(...cells.map(([, decimals]) => decimals));
    for (const [cell, decimals] of cells) {
      if (decimals < most) cell.append(make("span", { class: "sk-pad", "aria-hidden": "true" }, (decimals ? "" : ".") + "0".repeat(most - decimals)));
    }
  }
}

function sortKey(row, column) {
  const cell = row.cells[column];
  if (!cell) return null;
  const raw = cell.dataset.value !== undefined ? cell.dataset.value : textOf(cell);
  if (raw === "" || raw.startsWith("—")) return null;
  const figure = Number(raw.replace(/,/g, "").replace(/[−－]/g, "-").replace(/[+＋%]/g, ""));
  return Number.isNaN(figure) ? raw : figure;
}

function sortBy(table, column, direction) {
  const sign = direction === "desc" ? -1 : 1;
  for (const body of table.tBodies) {
    const rows = [...body.rows];
    const fixed = rows.filter(isFixed);
    const loose = rows.filter((row) => !isFixed(row)).map((row) => [sortKey(row, column), row]);
    loose.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "zh-Hans-CN"));
    });
    const atTop = rows.length && isFixed(rows[0]);
    const ordered = loose.map(([, row]) => row);
    body.append(...(atTop ? [...fixed, ...ordered] : [...ordered, ...fixed]));
  }
  headCells(table).forEach((cell, index) => {
    if (index === column) cell.setAttribute("aria-sort", direction === "desc" ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
  });
}

function remember(table, key, value) {
  if (!table.dataset.name) return;
  const address = new URL(window.location.href);
  if (value) address.searchParams.set(`${table.dataset.name}.${key}`, value);
  else address.searchParams.delete(`${table.dataset.name}.${key}`);
  window.history.replaceState(window.history.state, "", address);
}
const remembered = (table, key) => (table.dataset.name && new URL(window.location.href).searchParams.get(`${table.dataset.name}.${key}`)) || "";

function addSort(table) {
  if (table.querySelector(".sk-group, [rowspan]:not([rowspan='1'])")) return;
  headCells(table).forEach((cell, index) => {
    if ("noSort" in cell.dataset || !cell.textContent.trim()) return;
    const button = make("button", { class: "sk-sort", type: "button" }, ...cell.childNodes);
    button.addEventListener("click", () => {
      const next = cell.getAttribute("aria-sort") === (cell.classList.contains("sk-num") ? "descending" : "ascending");
      const direction = cell.classList.contains("sk-num") === next ? "asc" : "desc";
      sortBy(table, index, direction);
      remember(table, "sort", `${index}-${direction}`);
    });
    cell.replaceChildren(button);
  });
  const [column, direction] = remembered(table, "sort").split("-");
  if (column !== "" && headCells(table)[Number(column)]) sortBy(table, Number(column), direction);
}

function addFilter(table, bar) {
  const field = make("input", { type: "search", placeholder: say("筛选…", "filter…"), "aria-label": say("筛选表格", "filter the table"), value: remembered(table, "q") });
  const count = make("span", { role: "status" });
  const apply = () => {
    const wanted = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const rows = bodyRows(table).filter((row) => !isFixed(row));
    rows.forEach((row) => { const text = row.innerText.toLowerCase() || row.textContent.toLowerCase(); row.hidden = !wanted.every((word) => text.includes(word)); });
    const seen = rows.filter((row) => !row.hidden).length;
    count.textContent = wanted.length ? say(`显示 ${seen} / ${rows.length} 行`, `${seen} of ${rows.length} rows`) : "";
    remember(table, "q", field.value.trim());
  };
  // A hidden row has no innerText, so every row is shown while it is read.
  field.addEventListener("input", () => { bodyRows(table).forEach((row) => { row.hidden = false; }); apply(); });
  bar.append(field, count);
  if (field.value) apply();
}

function addColumns(table, bar) {
  const box = make("div");
  headCells(table).forEach((cell, index) => {
    if (index === 0) return;
    const tick = make("input", { type: "checkbox", checked: true });
    tick.addEventListener("change", () => {
      for (const row of table.rows) if (row.cells.length > index && row.cells[index].colSpan === 1) row.cells[index].hidden = !tick.checked;
    });
    box.append(make("label", {}, tick, cell.textContent.trim()));
  });
  bar.append(make("details", { class: "sk-menu" }, make("summary", { class: "sk-tool" }, say("列", "Columns")), box));
}

/** The seen rows and columns as text that pastes into Excel; marks stay, because they are words. */
export const asText = (table) => [...table.rows].filter((row) => !row.hidden)
  .map((row) => [...row.cells].filter((cell) => !cell.hidden).flatMap((cell) => [textOf(cell), ...Array(cell.colSpan - 1).fill("")]).join("\t")).join("\n");

function addCopy(table, bar) {
  const button = make("button", { class: "sk-tool", type: "button" }, say("复制到 Excel", "Copy for Excel"));
  button.addEventListener("click", async () => {
    await copyText(asText(table));
    button.textContent = say("已复制", "Copied");
    setTimeout(() => { button.textContent = say("复制到 Excel", "Copy for Excel"); }, 2000);
  });
  bar.append(button);
}

/** A table without a caption is called what the heading above it says; a chart's table, what its finding says. */
function name(table) {
  if (table.caption || table.hasAttribute("aria-label")) return;
  const figure = table.closest("figure");
  const above = figure ? figure.querySelector("figcaption")
    : [...document.querySelectorAll("main :is(h1, h2, h3, summary)")].filter((heading) => heading.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING).pop();
  if (above) table.setAttribute("aria-label", above.textContent.replace(/\s+/g, " ").trim());
}

export function start(root) {
  for (const table of fresh(root, "table.sk-table", "Table")) {
    name(table);
    alignPoints(table);
    const tools = (table.dataset.tools || "").split(/\s+/);
    if (tools.includes("sort")) addSort(table);
    const bar = make("div", { class: "sk-toolbar" });
    if (tools.includes("filter")) addFilter(table, bar);
    if (tools.includes("columns")) addColumns(table, bar);
    if (tools.includes("copy")) addCopy(table, bar);
    if (bar.children.length) (table.closest(".sk-table-wrap") || table).before(bar);
  }
}
