// Lines over time, with what is expected and how uncertain that is, and the times of which nothing is known.
// The library (uPlot) is loaded when the first chart is drawn.

import { h } from "./dom.js";
import { amount, clock } from "./format.js";
import { t } from "./words.js";

const ZONE = "Asia/Shanghai";
const HEIGHT = 340;
const DASHES = { allocatable: [2, 3], quota: [10, 4], requested: [], used: [], allocated: [6, 2, 1, 2], expected: [4, 4] };
const STEP = 86400;

/** What a colour of the style sheet is now, light or dark. */
function colour(name) {
  const probe = h("span", { class: `probe ${name}` });
  document.body.append(probe);
  const told = getComputedStyle(probe).color;
  probe.remove();
  return told;
}

function axis(extra) {
  const ink = colour("quiet");
  const line = { stroke: colour("line"), width: 1 };
  return { stroke: ink, grid: line, ticks: line, font: "12px system-ui, sans-serif", ...extra };
}

function days(plot, splits) {
  let before = "";
  return splits.map((seconds) => {
    const { day, minute } = clock(seconds);
    const words = day === before ? minute : minute === "00:00" ? day.slice(5) : `${day.slice(5)} ${minute}`;
    before = day;
    return words;
  });
}

/** The times of which nothing is known, as grey stripes behind the lines. */
function stripes(gaps) {
  return (plot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.fillStyle = colour("gap");
    for (const [start, end] of gaps) {
      const left = Math.max(bbox.left, plot.valToPos(start, "x", true));
      const right = Math.min(bbox.left + bbox.width, plot.valToPos(end, "x", true));
      if (right > left) ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
    }
    ctx.restore();
  };
}

function options(width, resource, lines, gaps) {
  const line = ({ name, words }) => ({
    label: words, stroke: colour(name), width: name === "used" || name === "requested" ? 2 : 1.5, dash: DASHES[name] ?? [],
    points: { size: 4 }, spanGaps: false, value: (plot, value) => amount(resource, value),
  });
  const bands = lines.findIndex((one) => one.name === "high");
  return {
    width, height: HEIGHT,
    tzDate: undefined,
    cursor: { drag: { x: true, y: false } },
    scales: { x: { time: true }, y: { range: (plot, low, high) => [Math.min(0, low), high > 0 ? high * 1.05 : 1] } },
    axes: [axis({ values: days, space: 90 }), axis({ values: (plot, splits) => splits.map((one) => amount(resource, one)), size: 100 })],
    series: [{ label: t("time"), value: (plot, value) => moment(value) }, ...lines.map(line)],
    bands: bands < 0 ? [] : [{ series: [bands + 1, bands + 2], fill: colour("band") }],
    hooks: { drawClear: [stripes(gaps)] },
  };
}

function moment(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const { day, minute } = clock(seconds);
  return `${day} ${minute} +08:00`;
}

/**
 * A chart that fits its place and follows light and dark.
 * `draw({ resource, times, lines: [{name, words, values}], gaps })`; values are null where nothing is known.
 */
export class Chart {
  constructor() {
    this.element = h("div", { class: "chart" });
    new ResizeObserver(() => this.#fit()).observe(this.element);
  }

  async draw(given) {
    this.given = given;
    const { default: Plot } = await import("./uplot.js");
    if (this.given !== given) return;
    this.plot?.destroy();
    const setup = options(this.#width(), given.resource, given.lines, given.gaps);
    setup.tzDate = (seconds) => Plot.tzDate(new Date(seconds * 1000), ZONE);
    this.plot = new Plot(setup, [given.times, ...given.lines.map((one) => one.values)], this.element);
    this.plot.root.setAttribute("aria-hidden", "true");
  }

  again() {
    if (this.given) this.draw(this.given);
  }

  #width() {
    return Math.max(280, Math.floor(this.element.clientWidth));
  }

  #fit() {
    if (this.plot && this.plot.width !== this.#width()) this.plot.setSize({ width: this.#width(), height: HEIGHT });
  }
}

/** Means of each day in China, so that the same can be read as a table. */
export function daily(times, lines) {
  const found = new Map();
  times.forEach((seconds, place) => {
    const key = Math.floor((seconds + 8 * 3600) / STEP);
    if (!found.has(key)) found.set(key, { seconds, sums: lines.map(() => [0, 0]) });
    lines.forEach((line, at) => {
      const value = line.values[place];
      if (value === null) return;
      const sum = found.get(key).sums[at];
      sum[0] += value;
      sum[1] += 1;
    });
  });
  return [...found.values()].map(({ seconds, sums }) => ({
    day: clock(seconds).day, values: sums.map(([sum, count]) => (count ? sum / count : null)),
  }));
}
