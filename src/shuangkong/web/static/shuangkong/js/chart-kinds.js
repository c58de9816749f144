// What each kind of chart is given (JSON) and how it is drawn (an ECharts option). Figures may be strings, numbers or null; null is a
// gap. `marks` name the points that are not plainly measured: SIMULATED, ESTIMATED, SUBSTITUTED, UNVERIFIED (hollow or hatched).
// A `text` beside a value is what is shown; else the value as given. Nothing here rounds or computes a figure that is shown.
//
//   trajectory {unit, periods: ["2020", …], actual: […], planned: […], required: […]?, forecast: {low: […], high: […]}?,
//               target: {name, value}?, marks: {"2022": "ESTIMATED"}?, zero: true?}
//   line       {unit, periods, series: [{name, values, dashed?, marks?}], target?, zero?}
//   multiples  {unit, periods, panels: [{name, values, target?, light?, marks?, url?}]}           small charts of one scale
//   dots       {unit, rows: [{name, value, text?, light?, mark?, planned?, url?}], target: {name, value}?}   in the order given, first on top
//   bar        {unit, rows: [{name, value, text?, light?, mark?, url?}], target?}                 lying bars from zero
//   waterfall  {unit, start: {name, value, text?}, steps: [{name, value, text?, mark?}], end: {name, value, text?}, better: "less"|"more"}
//   sankey     {unit, nodes: [{name, kind?}], links: [{source, target, value, text?, mark?}]}     kind: source, conversion, use, loss
//   heat       {unit, columns: […], rows: […], values: [[…], …], marks: [[row, column, "SUBSTITUTED"], …]?, low?, high?}
//   tracks     {from, to, tracks: […], spans: […]}                                               chart-tracks.js
//   tiles      {tiles: [{code, name, row, column, light, text, mark?, url?, head?}]}              plain HTML: charts.js

import { tracks } from "./chart-tracks.js";
import { LIGHTS, lightWord, markWord, say } from "./words.js";

// ECharts remembers how wide a text is by the name of its font. When the web font arrives the same name is suddenly wider or narrower:
// a family that exists nowhere, counted up, makes it measure again.
let generation = 0;
export const remeasure = () => { generation++; };

const style = () => {
  const root = getComputedStyle(document.documentElement);
  const read = (name) => root.getPropertyValue(`--sk-${name}`).trim();
  return (name) => (name === "sans" ? `${read("sans")}, sk-${generation}` : read(name));
};
const colourOf = (colour, light) => colour((light || "accent").toLowerCase());
const number = (value) => (value === null || value === undefined || value === "" ? null : Number(value));
const shown = (point, unit) => (number(point.value) === null ? "—" : `${point.text || point.value}${unit ? ` ${unit}` : ""}`);
const SHAPES = { GREEN: "circle", YELLOW: "triangle", RED: "rect", GREY: "emptyCircle" };
const hatch = (colour) => ({ symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: colour("paper") });
const decal = (colour, mark) => (mark ? hatch(colour) : { symbol: "none" });
const narrow = (width) => width < 480;
const MANY = 120; // points from which a line goes without marks of its own
const withMark = (text, mark) => (mark ? `${text} ${markWord(mark)}` : text);

/** What all kinds share. */
function common(colour) {
  return {
    animation: false,
    textStyle: { fontFamily: colour("sans"), fontSize: 12, color: colour("ink") },
    aria: { enabled: true, label: { enabled: false }, decal: { show: true, decals: [{ symbol: "none" }] } },
    tooltip: {
      renderMode: "richText", confine: true, backgroundColor: colour("paper"), borderColor: colour("strong-rule"), borderWidth: 1,
      padding: 8, shadowBlur: 0, textStyle: { color: colour("ink"), fontSize: 12, fontFamily: colour("sans") }, transitionDuration: 0,
    },
  };
}

const valueAxis = (colour, { unit, zero, ...rest }) => ({
  type: "value", name: unit, nameTextStyle: { color: colour("muted"), align: "left" }, scale: !zero, splitNumber: 4,
  axisLabel: { color: colour("muted") }, splitLine: { lineStyle: { color: colour("rule") } }, ...rest,
});
const nameAxis = (colour, names, rest = {}) => ({
  type: "category", data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("strong-rule") } }, axisLabel: { color: colour("ink"), hideOverlap: true }, ...rest,
});

/** The target: drawn and named. `along` is the axis its value stands on. */
const targetLine = (colour, target, along = "yAxis") => target && number(target.value) !== null ? {
  silent: true, symbol: "none", animation: false, lineStyle: { color: colour("target"), type: [3, 3], width: 1 },
  label: { formatter: `${target.name} ${target.text || target.value}`, position: along === "yAxis" ? "insideStartTop" : "start", color: colour("ink"), fontSize: 12 },
  data: [{ [along]: number(target.value) }],
} : undefined;

/** A line named at its end, with gaps where a figure is missing and hollow points where it is not plainly measured. */
function namedLine(colour, { name, values, periods, marks = {}, tone, dash, width = 2, points = true }) {
  return {
    type: "line", name, connectNulls: false, symbol: "circle", symbolSize: points ? 7 : 0, showSymbol: points || Object.keys(marks).length > 0, z: points ? 4 : 3,
    lineStyle: { color: tone, width, type: dash || "solid" }, itemStyle: { color: tone },
    endLabel: { show: true, formatter: name, color: tone, fontSize: 12, lineHeight: 18, distance: 6, width: 92, overflow: "break" }, labelLayout: { moveOverlap: "shiftY" },
    emphasis: { disabled: true },
    data: values.map((value, at) => ({
      value: number(value), mark: marks[periods[at]],
      ...(marks[periods[at]] ? { itemStyle: { color: colour("paper"), borderColor: tone, borderWidth: 1.5, borderType: "dashed" }, symbol: "diamond", symbolSize: 9 } : {}),
    })),
  };
}

const axisTip = (unit) => (points) => [
  points[0].axisValueLabel,
  ...points.filter(({ seriesName }) => !seriesName.startsWith("\u0000")).map(({ seriesName, data }) =>
    withMark(`${seriesName}  ${data.value === null ? "—" : `${data.value} ${unit}`}`, data.mark)),
].join("\n");

function trajectory(data, colour, width) {
  const { periods, unit } = data;
  const line = (name, values, rest) => namedLine(colour, { name, values, periods, ...rest });
  const series = [
    line(say("计划路径", "planned"), data.planned || [], { tone: colour("planned"), dash: [6, 4], width: 1.5, points: false }),
    ...(data.required ? [line(say("还需", "required"), data.required, { tone: colour("required"), dash: [2, 3], width: 1.5, points: false })] : []),
    line(say("实际", "actual"), data.actual || [], { tone: colour("actual"), marks: data.marks, width: 2.5 }),
  ];
  if (data.forecast) series.unshift(...band(data.forecast, colour));
  series[series.length - 1].markLine = targetLine(colour, data.target);
  return lines({ series, periods, unit, zero: data.zero }, colour, width);
}

/** A band between low and high: an unseen floor and a filled difference, drawn only; the tooltip leaves them out. */
function band({ low, high }, colour) {
  const rest = { type: "line", stack: "\u0000band", symbol: "none", lineStyle: { opacity: 0 }, silent: true, z: 1, emphasis: { disabled: true } };
  const bothKnown = (at) => number(low[at]) !== null && number(high[at]) !== null;
  const middle = low.map((_, at) => bothKnown(at)).lastIndexOf(true);
  return [
    { ...rest, name: "\u0000low", data: low.map((value, at) => (bothKnown(at) ? number(value) : null)) },
    {
      ...rest, name: "\u0000high", areaStyle: { color: colour("band"), opacity: 0.7 },
      data: high.map((value, at) => (bothKnown(at) ? number(value) - number(low[at]) : null)),
      markPoint: { symbol: "rect", symbolSize: 0, silent: true, data: [{ coord: [middle, number(high[middle])] }], label: { formatter: say("预测区间", "forecast"), color: colour("muted"), position: "top", fontSize: 12 } },
    },
  ];
}

function lines({ series, periods, unit, zero }, colour, width) {
  return {
    ...common(colour),
    grid: { left: 8, right: narrow(width) ? 64 : 108, top: 32, bottom: 8, containLabel: true },
    tooltip: { ...common(colour).tooltip, trigger: "axis", formatter: axisTip(unit), axisPointer: { type: "line", lineStyle: { color: colour("strong-rule") } } },
    xAxis: nameAxis(colour, periods, { boundaryGap: false }), yAxis: valueAxis(colour, { unit, zero }), series,
  };
}

function line(data, colour, width) {
  const tones = ["accent", "yellow", "better", "muted", "red"].map(colour);
  const points = data.periods.length <= MANY;
  const series = data.series.map((one, at) => namedLine(colour, { ...one, periods: data.periods, points, tone: tones[at % tones.length], dash: one.dashed && [6, 4] }));
  if (series.length) series[0].markLine = targetLine(colour, data.target);
  const isAlone = series.length === 1; // its name is in the caption
  if (isAlone) series[0].endLabel = { show: false };
  const option = lines({ series, ...data, series }, colour, width);
  return isAlone ? { ...option, grid: { ...option.grid, right: 24 } } : option;
}

function multiples(data, colour, width) {
  const across = Math.max(1, Math.min(data.panels.length, Math.floor(width / 160)));
  const [cell, height] = [100 / across, 112];
  const all = data.panels.flatMap(({ values, target }) => [...values, target]).map(number).filter((value) => value !== null);
  const axes = data.panels.map((_, at) => ({ left: `${(at % across) * cell + 1}%`, width: `${cell - 3}%`, top: Math.floor(at / across) * height + 24, height: height - 48 }));
  return {
    ...common(colour), height: Math.ceil(data.panels.length / across) * height,
    tooltip: { ...common(colour).tooltip, trigger: "axis", formatter: axisTip(data.unit) },
    title: data.panels.map(({ name, light }, at) => ({
      text: light ? `${LIGHTS[light][0]} ${name}` : name, left: axes[at].left, top: axes[at].top - 24, padding: 0,
      textStyle: { fontSize: 12, fontWeight: 600, color: light ? colourOf(colour, light) : colour("ink"), fontFamily: colour("sans") },
    })),
    grid: axes,
    xAxis: data.panels.map((_, at) => nameAxis(colour, data.periods, { gridIndex: at, boundaryGap: false, axisLabel: { color: colour("muted"), fontSize: 10, interval: (index) => index === 0 || index === data.periods.length - 1, alignMinLabel: "left", alignMaxLabel: "right" } })),
    yAxis: data.panels.map((_, at) => ({ type: "value", gridIndex: at, show: false, scale: true, min: Math.min(...all), max: Math.max(...all) })),
    series: data.panels.map(({ name, values, target, marks }, at) => ({
      ...namedLine(colour, { name, values, marks, periods: data.periods, tone: colour("actual"), width: 1.5 }),
      endLabel: { show: false }, symbolSize: 4, xAxisIndex: at, yAxisIndex: at,
      markLine: number(target) === null ? undefined : { silent: true, symbol: "none", animation: false, label: { show: false }, lineStyle: { color: colour("target"), type: [3, 3], width: 1 }, data: [{ yAxis: number(target) }] },
    })),
  };
}

const rowTip = (unit) => ({ data }) => [withMark(`${data.name}  ${shown({ value: data.figure, text: data.text }, unit)}`, data.mark),
  data.light ? `${LIGHTS[data.light][0]} ${lightWord(data.light)}` : "", data.planned ? `${say("计划", "planned")}  ${data.planned} ${unit}` : ""].filter(Boolean).join("\n");

function lying(data, colour, zero) {
  return {
    ...common(colour), height: Math.max(120, data.rows.length * 24 + 56),
    grid: { left: 8, right: 88, top: data.target ? 24 : 8, bottom: 8, containLabel: true },
    tooltip: { ...common(colour).tooltip, trigger: "item", formatter: rowTip(data.unit) },
    xAxis: valueAxis(colour, { unit: data.unit, zero, nameLocation: "end", nameGap: 8 }),
    yAxis: nameAxis(colour, data.rows.map(({ name, value }) => (number(value) === null ? `${name} — ${lightWord("GREY")}` : name)), { inverse: true, axisLabel: { color: colour("ink"), interval: 0 }, axisLine: { show: zero, lineStyle: { color: colour("strong-rule") } } }),
  };
}
const rowLabel = (rows) => ({ dataIndex }) => withMark(rows[dataIndex].text || rows[dataIndex].value, rows[dataIndex].mark);
const rowPoint = ({ name, value, text, light, mark, planned, url }) => ({ name, figure: value, text, light, mark, planned, url });

function dots(data, colour) {
  const known = data.rows.map((row, at) => [row, at]).filter(([{ value }]) => number(value) !== null);
  const points = known.map(([row, at]) => ({
    ...rowPoint(row), value: [number(row.value), at], symbol: row.mark ? "diamond" : SHAPES[row.light] || "circle",
    itemStyle: row.mark ? { color: colour("paper"), borderColor: colourOf(colour, row.light), borderWidth: 2 } : { color: colourOf(colour, row.light) },
  }));
  const rows = known.map(([row]) => row);
  const planned = data.rows.map((row, at) => [number(row.planned), at]).filter(([value]) => value !== null);
  return {
    ...lying(data, colour, data.zero || false),
    series: [
      { type: "scatter", silent: true, z: 1, symbol: "rect", symbolSize: [2, 14], itemStyle: { color: colour("planned"), opacity: 1 }, data: planned },
      {
        type: "scatter", symbolSize: 11, itemStyle: { opacity: 1 }, data: points, emphasis: { disabled: true }, markLine: targetLine(colour, data.target, "xAxis"),
        label: { show: true, position: "right", distance: 8, formatter: rowLabel(rows), color: colour("ink"), fontSize: 12, backgroundColor: colour("paper"), padding: [0, 2] },
      },
    ],
  };
}

function bar(data, colour) {
  return {
    ...lying(data, colour, true),
    series: [{
      type: "bar", barMaxWidth: 14, emphasis: { disabled: true }, markLine: targetLine(colour, data.target, "xAxis"),
      label: { show: true, position: "right", formatter: rowLabel(data.rows), color: colour("ink"), fontSize: 12, backgroundColor: colour("paper"), padding: [0, 2] },
      data: data.rows.map((row) => ({ ...rowPoint(row), value: number(row.value), itemStyle: { color: colourOf(colour, row.light), decal: decal(colour, row.mark) } })),
    }],
  };
}

function waterfall(data, colour, width) {
  let level = number(data.start.value);
  const bars = [{ ...data.start, low: Math.min(0, level), size: Math.abs(level), tone: colour("muted"), isTotal: true }];
  for (const step of data.steps) {
    const value = number(step.value) || 0;
    const isBetter = (value < 0) === (data.better !== "more");
    bars.push({ ...step, low: Math.min(level, level + value), size: Math.abs(value), tone: colour(isBetter ? "better" : "worse"), signed: number(step.value) });
    level += value;
  }
  bars.push({ ...data.end, low: Math.min(0, number(data.end.value)), size: Math.abs(number(data.end.value)), tone: colour("accent"), isTotal: true });
  const label = ({ dataIndex }) => { const { value, text, mark, isTotal } = bars[dataIndex]; return withMark(text || (!isTotal && number(value) > 0 ? `+${value}` : `${value === null ? "—" : value}`), mark); };
  return {
    ...common(colour), grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
    tooltip: { ...common(colour).tooltip, trigger: "item", formatter: ({ dataIndex }) => `${bars[dataIndex].name}  ${label({ dataIndex })} ${data.unit}` },
    xAxis: nameAxis(colour, bars.map(({ name }) => name), { axisLabel: { color: colour("ink"), interval: 0, width: Math.max(36, (width - 80) / bars.length - 6), overflow: "break", lineHeight: 16 } }),
    yAxis: valueAxis(colour, { unit: data.unit, zero: true }),
    series: [
      { type: "bar", stack: "level", silent: true, itemStyle: { color: "transparent", decal: decal(colour, null) }, data: bars.map(({ low }) => low), barCategoryGap: "35%" },
      {
        type: "bar", stack: "level", emphasis: { disabled: true }, label: { show: true, position: "top", formatter: label, color: colour("ink"), fontSize: 12 },
        data: bars.map(({ size, tone, mark }) => ({ value: size, itemStyle: { color: tone, decal: decal(colour, mark) } })),
      },
    ],
  };
}

function sankey(data, colour, width) {
  const tones = { source: colour("muted"), conversion: colour("accent"), use: colour("better"), loss: colour("worse") };
  const worth = new Map(data.links.map((link) => [`${link.source} > ${link.target}`, link]));
  return {
    ...common(colour),
    tooltip: {
      ...common(colour).tooltip, trigger: "item",
      formatter: ({ dataType, name, value, data: link }) => (dataType === "edge" ? withMark(`${link.source} → ${link.target}  ${shown(worth.get(`${link.source} > ${link.target}`), data.unit)}`, link.mark) : `${name}  ${value} ${data.unit}`),
    },
    series: [{
      type: "sankey", left: 8, right: narrow(width) ? 72 : 112, top: 16, bottom: 16, nodeWidth: 12, nodeGap: narrow(width) ? 8 : 12, draggable: false, emphasis: { focus: "adjacency" },
      label: { color: colour("ink"), fontSize: 12 }, lineStyle: { color: "source", opacity: 0.35, curveness: 0.5 },
      data: data.nodes.map(({ name, kind }) => ({ name, itemStyle: { color: tones[kind] || tones.conversion, decal: decal(colour, null) } })),
      links: data.links.map((link) => ({ ...link, value: number(link.value), lineStyle: link.mark ? { opacity: 0.2, type: "dashed", color: colour("simulated") } : {} })),
    }],
  };
}

function heat(data, colour, width) {
  const marks = new Map((data.marks || []).map(([row, column, mark]) => [`${row}.${column}`, mark]));
  const cells = data.values.flatMap((row, at) => row.map((value, column) => ({ value: [column, at, number(value)], figure: value, mark: marks.get(`${at}.${column}`) })));
  const known = cells.filter(({ value }) => value[2] !== null);
  const figures = known.map(({ value }) => value[2]);
  const everyOther = (names, room) => { const every = Math.ceil(names.length / Math.max(1, room)); return (index) => index % every === 0; };
  return {
    ...common(colour), height: Math.max(160, Math.min(640, data.rows.length * 24 + 88)),
    grid: { left: 8, right: 8, top: 8, bottom: 48, containLabel: true },
    tooltip: { ...common(colour).tooltip, trigger: "item", formatter: ({ data: cell }) => withMark(`${data.rows[cell.value[1]]} ${data.columns[cell.value[0]]}  ${shown({ value: cell.figure }, data.unit)}`, cell.mark) },
    xAxis: nameAxis(colour, data.columns, { splitArea: { show: false }, axisLabel: { color: colour("ink"), interval: everyOther(data.columns, width / 40) } }),
    yAxis: nameAxis(colour, data.rows, { inverse: true, axisLabel: { color: colour("ink"), interval: 0 } }),
    visualMap: {
      min: number(data.low) ?? Math.min(...figures, 0), max: number(data.high) ?? Math.max(...figures, 1), calculable: false, orient: "horizontal", left: "left", bottom: 0, itemWidth: 12, itemHeight: 120,
      text: [`${data.high ?? Math.max(...figures, 1)} ${data.unit}`, `${data.low ?? Math.min(...figures, 0)}`], textStyle: { color: colour("muted") }, inRange: { color: ["#eef3f9", "#8fb0d6", colour("accent")] }, seriesIndex: 0,
    },
    series: [{ type: "heatmap", progressive: 0, emphasis: { disabled: true }, itemStyle: { borderColor: colour("paper"), borderWidth: data.columns.length > MANY ? 0 : 1 }, data: known.map((cell) => ({ ...cell, itemStyle: { decal: decal(colour, cell.mark) } })) }],
  };
}

const KINDS = { trajectory, line, multiples, dots, bar, waterfall, sankey, heat, tracks: (data, colour, width) => tracks(data, { colour, common, valueAxis, number, narrow }, width) };
export const isKnown = (kind) => kind in KINDS;

/** The ECharts option of a kind for a width; `height` in it, if any, is the height the figure needs. */
export const option = (kind, data, width) => KINDS[kind](data, style(), width);
