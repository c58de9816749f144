// A figure that draws itself from data the page already holds:
//
//   <figure class="sk-chart" data-chart="trajectory" data-name="能耗强度" data-size="small|large">
//     <figcaption>能耗强度比计划快 1.2 个百分点<small>模拟数据；截至 2024-03-01</small></figcaption>      the finding, not the kind
//     <script type="application/json">{…}</script>                                              shape of each kind: chart-kinds.js
//     <div class="sk-table-wrap"><table class="sk-table">…</table></div>                        the same figures; all there is without script
//   </figure>
//
// Adds: switch between chart and table, PNG, CSV. Screen readers get the table: it is unseen, not absent. ECharts is fetched only by a page that has a chart.

import { isKnown, option, remeasure } from "./chart-kinds.js";
import { download, fresh, lightWord, make, markWord, say } from "./words.js";

let library = null;
const echarts = () => { library = library || import("../../vendor/echarts.js"); return library; };

const seen = new WeakMap();

function tiles({ tiles: list }) {
  const grid = make("ol", { class: "sk-tiles" });
  const across = Math.max(...list.map(({ column }) => column)) + 1;
  grid.style.gridTemplateColumns = `repeat(${across}, minmax(0, 1fr))`;
  for (const { name, row, column, light, text, mark, url, head } of [...list].sort((a, b) => a.row - b.row || a.column - b.column)) {
    const tile = make(url ? "a" : "span", { class: "sk-tile", "data-light": light, "data-mark": mark, href: url },
      make("b", {}, name), make("span", { class: "sk-light", "data-light": light }, lightWord(light)),
      make("span", {}, [text || "—", mark ? markWord(mark) : ""].filter(Boolean).join(" ")), ...(head ? [make("small", {}, head)] : []));
    const item = make("li", {}, tile);
    item.style.gridArea = `${row + 1} / ${column + 1}`;
    grid.append(item);
  }
  return grid;
}

/** Pictures and figures leave with their caption, so that 模拟 and the day travel along. */
function picture(figure, chart) {
  const caption = figure.querySelector("figcaption");
  const words = [...(caption ? caption.childNodes : [])].map((node) => node.textContent.trim()).filter(Boolean);
  const source = chart.renderToCanvas ? chart.renderToCanvas({ pixelRatio: 2, backgroundColor: "#fff" }) : chart.getDom().querySelector("canvas");
  const canvas = make("canvas", { width: source.width, height: source.height + words.length * 48 + 24 });
  const pen = canvas.getContext("2d");
  const { fontFamily } = getComputedStyle(figure);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#1c2733";
  words.forEach((line, at) => { pen.font = at ? `24px ${fontFamily}` : `600 28px ${fontFamily}`; pen.fillText(line, 16, 40 + at * 44, canvas.width - 32); });
  pen.drawImage(source, 0, words.length * 48 + 24);
  canvas.toBlob((blob) => download(`${figure.dataset.name || "chart"}.png`, blob), "image/png");
}

function csv(figure) {
  const quote = (text) => {
    // A text that Excel would run as a formula is made plain; signed figures stay figures.
    const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d,.]+%?$/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const words = (cell) => [...cell.childNodes].map((node) => (node instanceof Element && node.classList.contains("sk-pad") ? "" : node.textContent)).join("").replace(/\s+/g, " ").trim();
  const caption = figure.querySelector("figcaption");
  const rows = [...(caption ? [...caption.childNodes].map((node) => [node.textContent.trim()]) : []),
    ...[...figure.querySelector("table").rows].map((row) => [...row.cells].map(words))].filter((row) => row.some(Boolean));
  // The mark at the start tells Excel that the file is UTF-8.
  download(`${figure.dataset.name || "chart"}.csv`, new Blob(["\ufeff", rows.map((row) => row.map(quote).join(",")).join("\r\n")], { type: "text/csv;charset=utf-8" }));
}

function tool(words, act) {
  const button = make("button", { class: "sk-tool", type: "button" }, words);
  button.addEventListener("click", () => act(button));
  return button;
}

function frame(figure, body) {
  const table = figure.querySelector(".sk-table-wrap") || figure.querySelector("table");
  const bar = make("div", { class: "sk-chart-tools" });
  if (table) {
    table.classList.add("sk-unseen");
    bar.append(tool(say("表", "Table"), (button) => {
      const isChart = table.classList.toggle("sk-unseen");
      body.classList.toggle("sk-chart-hidden", !isChart);
      button.setAttribute("aria-pressed", String(!isChart));
      button.textContent = isChart ? say("表", "Table") : say("图", "Chart");
      const chart = seen.get(figure);
      if (chart && isChart) chart.resize();
    }), tool("CSV", () => csv(figure)));
  }
  const caption = figure.querySelector("figcaption");
  if (caption) caption.after(bar, body);
  else figure.prepend(bar, body);
  return bar;
}

async function draw(figure, data, body) {
  const kind = figure.dataset.chart;
  const { init } = await echarts();
  const paint = (chart) => {
    const { height, ...rest } = option(kind, data, body.clientWidth);
    if (height) { body.style.height = `${height}px`; chart.resize(); }
    chart.setOption(rest, { notMerge: true });
  };
  const chart = init(body, null, { renderer: "canvas" });
  seen.set(figure, chart);
  paint(chart);
  chart.on("click", ({ data: point }) => { if (point && point.url) window.location.assign(point.url); });
  let width = body.clientWidth;
  new ResizeObserver(() => {
    if (!body.clientWidth || body.clientWidth === width) return;
    width = body.clientWidth;
    chart.resize();
    paint(chart);
  }).observe(body);
  // A canvas does not wait for fonts: draw again when a part of the Chinese font arrives.
  document.fonts.addEventListener("loadingdone", () => { remeasure(); if (body.clientWidth) paint(chart); });
  window.addEventListener("beforeprint", () => chart.resize());
  figure.querySelector(".sk-chart-tools").append(tool("PNG", () => picture(figure, chart)));
  figure.dataset.drawn = "1";
}

function begin(figure) {
  const holder = figure.querySelector('script[type="application/json"]');
  const kind = figure.dataset.chart;
  if (!holder) return;
  const data = JSON.parse(holder.textContent);
  if (kind === "tiles") {
    frame(figure, tiles(data));
    figure.dataset.drawn = "1";
  } else if (isKnown(kind)) {
    const body = make("div", { class: "sk-chart-canvas", "aria-hidden": "true" });
    frame(figure, body);
    draw(figure, data, body).catch((failure) => {
      // Where a chart cannot be drawn its table is shown, and the console says why.
      console.error(figure.dataset.name || kind, failure);
      figure.dataset.drawn = "table";
      body.remove();
      figure.querySelectorAll(".sk-unseen").forEach((part) => part.classList.remove("sk-unseen"));
    });
  }
}

export function start(root) {
  fresh(root, "figure.sk-chart[data-chart]", "Chart").forEach(begin);
}
