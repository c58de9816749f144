// Tracks over one time axis, one below the other: what was measured, what stands in for it, limits, and spans that somebody marked.
//   tracks {from, to, tracks: [{name, unit, zero, series: [{name, style, points: [[ms, value], …]}]}], spans: [{from, to, name}]}
// Times are milliseconds as if the local time were UTC. A style is a line and a mark, never a colour alone: plain (line), substituted
// (dashed, diamonds), other (dotted, crosses: told, not counted), limit (a thin step). null is a gap.

import { say } from "./words.js";

const HEIGHT = 168;
const MANY = 120; // points from which the line goes without marks

export function tracks(data, { colour, common, valueAxis, number, narrow }, width) {
  const styles = {
    plain: { tone: colour("actual"), width: 2, type: "solid", symbol: "circle", size: 4 },
    substituted: { tone: colour("worse"), width: 2, type: [6, 4], symbol: "diamond", size: 8, always: true },
    other: { tone: colour("muted"), width: 1, type: [2, 3], symbol: "path://M0,0L6,6M6,0L0,6", size: 7, always: true },
    limit: { tone: colour("target"), width: 1, type: [3, 3], symbol: "none", size: 0, step: "end" },
  };
  const right = narrow(width) ? 16 : 96;
  const areas = data.spans.map(({ from, to, name }) => [{ xAxis: from, name }, { xAxis: to }]);
  const one = (series, at, place) => {
    const { tone, width: thickness, type, symbol, size, step, always } = styles[series.style];
    const few = series.points.filter(([, value]) => value !== null).length <= MANY;
    return {
      type: "line", name: series.name, xAxisIndex: at, yAxisIndex: at, connectNulls: false, step, symbol, symbolSize: size, showSymbol: Boolean(size) && (few || Boolean(always)),
      lineStyle: { color: tone, width: thickness, type }, itemStyle: { color: series.style === "substituted" ? colour("paper") : tone, borderColor: tone, borderWidth: 1.5 },
      emphasis: { disabled: true }, endLabel: { show: !narrow(width), formatter: series.name, color: tone, fontSize: 12, distance: 6, width: 80, overflow: "break" }, labelLayout: { moveOverlap: "shiftY" },
      data: series.points.map(([time, value]) => [time, number(value)]),
      markArea: place === 0 && areas.length ? {
        silent: true, data: areas, itemStyle: { color: colour("grey-tint"), borderColor: colour("strong-rule"), borderWidth: 1, borderType: "dashed", opacity: 0.8 },
        label: { show: at === 0, color: colour("ink"), fontSize: 12, position: "insideTop" },
      } : undefined,
    };
  };
  const axes = data.tracks.map((_, at) => ({ left: 56, right, top: at * HEIGHT + 32, height: HEIGHT - 56 }));
  const units = data.tracks.flatMap(({ unit, series }) => series.map(() => unit));
  const moment = (ms) => new Date(ms).toISOString().slice(5, 16).replace("T", " ");
  return {
    ...common(colour), useUTC: true, height: data.tracks.length * HEIGHT + 16,
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    tooltip: {
      ...common(colour).tooltip, trigger: "axis", axisPointer: { type: "line", lineStyle: { color: colour("strong-rule") } },
      formatter: (points) => [moment(points[0].axisValue), ...points.filter(({ value }) => value[1] !== null && !Number.isNaN(value[1])).map(({ seriesName, value, seriesIndex }) => `${seriesName}  ${value[1]} ${units[seriesIndex]}`)].join("\n"),
    },
    grid: axes,
    title: data.tracks.map(({ name, unit }, at) => ({
      text: unit ? `${name}（${unit}）`.replace(/（(.*)）/, say("（$1）", " ($1)")) : name, left: 0, top: axes[at].top - 28, padding: 0, textStyle: { fontSize: 12, fontWeight: 600, color: colour("ink"), fontFamily: colour("sans") },
    })),
    xAxis: data.tracks.map((_, at) => ({
      type: "time", gridIndex: at, min: data.from, max: data.to, axisLine: { lineStyle: { color: colour("strong-rule") } }, axisTick: { show: false },
      axisLabel: { color: colour("muted"), hideOverlap: true, formatter: { year: "{yyyy}", month: "{yyyy}-{MM}", day: "{MM}-{dd}", hour: "{HH}:{mm}", minute: "{HH}:{mm}" } },
    })),
    yAxis: data.tracks.map(({ zero }, at) => ({ ...valueAxis(colour, { zero }), gridIndex: at, splitNumber: 3 })),
    series: data.tracks.flatMap((track, at) => track.series.map((series, place) => one(series, at, place))),
  };
}
