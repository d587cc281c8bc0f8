// Trend and forecast: the past hours of a pool, a region or a tenancy, and when it is expected to be full.

import { fill, h } from "./dom.js";
import { amount, fromNow, moment, number, ratio, resourceName } from "./format.js";
import { badge, choices, note, progress, resourceChoice, select, tiles } from "./parts.js";
import { named } from "./data.js";
import { Chart, daily } from "./chart.js";
import { Table } from "./table.js";
import { t } from "./words.js";

const METERED = ["cpu", "memory", "storage", "accelerators"];
const WORDS = {
  allocatable: "allocatable", quota: "quota", requested: "requested", used: "used", allocated: "allocated",
};
const state = { subject: "pool", key: "", resource: "cpu", days: "30" };

function subjects(capacity, tenancies) {
  if (state.subject === "region") return capacity.regions.map((one) => [one.region, one.title]);
  if (state.subject === "pool") return capacity.pools.map((one) => [`${one.region}/${one.pool}`, `${one.region} / ${one.pool}`]);
  return named(tenancies).map((one) => [`${one.region}/${one.tenancy}`, `${one.tenancy} (${one.region})${one.title ? ` ${one.title}` : ""}`]);
}

/** Past and expected hours on one axis, from the first that is known; a line has null where it says nothing. */
function joined(data) {
  const measures = Object.entries(data.measures);
  const first = Math.max(0, Math.min(...measures.map(([, values]) => values.findIndex((one) => one !== null))) - 1);
  const past = (measures[0]?.[1] ?? []).map((value, hour) => data.start + 3600 * hour).slice(first);
  const lines = measures.map(([name, values]) => ({ name, words: t(WORDS[name]), values: values.slice(first) }));
  const outlook = data.outlook;
  if (!outlook) return { times: past, lines };
  const empty = past.map(() => null);
  for (const line of lines) line.values.push(...outlook.times.map(() => (line.name === "allocatable" || line.name === "quota" ? line.values[past.length - 1] : null)));
  const ahead = ["high", "low", "expected"].map((name) => ({ name, words: t(`trend.${name}`), values: [...empty, ...outlook[name]] }));
  return { times: [...past, ...outlook.times], lines: [...lines, ...ahead] };
}

function values(lines, times, resource, caption) {
  const rows = daily(times, lines).reverse();
  const table = new Table({
    caption, sort: "day", descending: true,
    columns: [
      { key: "day", words: t("day"), sort: (row) => row.day, cell: (row) => row.day },
      ...lines.map((line, place) => ({
        key: line.name, words: line.words, numeric: true, sort: (row) => row.values[place], cell: (row) => amount(resource, row.values[place]),
      })),
    ],
  });
  table.show(rows);
  return table;
}

function outlookWords(data, at) {
  const outlook = data.outlook;
  if (!outlook) return note(t(data.known ? "trend.unforeseen" : "trend.unknown"));
  const when = (seconds) => (seconds === null ? t("trend.beyond") : [moment(seconds), " ", h("small", {}, fromNow(seconds, at))]);
  return h("div", {},
    tiles(
      [t("trend.full.expected"), when(outlook.full.expected), outlook.full.expected === null ? "" : "warn"],
      [t("trend.full.early"), when(outlook.full.early), outlook.full.early === null ? "" : "warn"],
      [t("trend.full.late"), when(outlook.full.late)],
      [t("trend.error"), outlook.mase === null ? t("trend.untested") : number(outlook.mase)]),
    note(t("trend.interval", { level: ratio(outlook.level) })));
}

export function view() {
  const chart = new Chart();
  const pick = h("div", { class: "filters" });
  const head = h("div");
  const title = h("h3");
  const missing = h("div");
  const alternative = h("div");
  const details = h("details", {}, h("summary", {}, t("trend.table")), alternative);
  let table = null;
  let ask = () => {};
  let known = [];

  const change = (key) => (value) => { state[key] = value; if (key === "subject") state.key = ""; offer(); ask(); };
  const element = h("div", {}, h("p", { class: "lead" }, t("trend.lead")),
    h("div", { class: "controls" },
      choices(t("trend.subject"), [["pool", t("pool")], ["region", t("region")], ["tenancy", t("tenancy")]], state.subject, change("subject")),
      pick,
      resourceChoice(state.resource, change("resource"), METERED),
      choices(t("trend.window"), ["7", "30", "90"].map((one) => [one, t("trend.days", { days: one })]), state.days, change("days"))),
    title, head, missing, h("figure", { "aria-label": t("trend.figure") }, chart.element, h("figcaption", { class: "quiet" }, t("trend.figure"))), details);

  function offer() {
    if (!known.length) return;
    const entries = subjects(...known);
    if (!entries.some((one) => one[0] === state.key)) state.key = entries[0]?.[0] ?? "";
    const signature = `${state.subject}:${entries.map((one) => one[0]).join()}`;
    if (pick.dataset.for === signature) return;
    pick.dataset.for = signature;
    fill(pick, select(t("trend.which"), entries, state.key, change("key")));
  }

  function reads() {
    const base = ["capacity", "tenancies"];
    const asked = new URLSearchParams({ subject: state.subject, key: state.key, resource: state.resource, days: state.days });
    return state.key ? [...base, `trend?${asked}`] : base;
  }

  function show([capacity, tenancies, trend]) {
    known = [capacity, tenancies];
    const lacked = !state.key;
    offer();
    if (lacked && state.key) return ask();
    if (!trend) return fill(missing, note(t("capacity.none")));
    draw(trend, capacity.at);
  }

  function draw(data, at) {
    const { times, lines } = joined(data);
    const seen = lines.some((line) => line.values.some((value) => value !== null));
    fill(title, `${resourceName(state.resource)} – ${state.key}`);
    fill(head, progress(data.read), outlookWords(data, at));
    chart.element.parentElement.hidden = details.hidden = !seen;
    const gone = data.gaps.map(([start, end]) => [start, end ?? at]);
    fill(missing, seen ? null : note(t(data.known ? "trend.nothing" : "trend.unknown")),
      gone.length ? h("p", {}, badge("warn", t("trend.gaps")), " ", gone.slice(-5).flatMap(([start, end], place) => [place ? "; " : "", moment(start), " – ", moment(end)])) : null);
    if (!seen) return;
    chart.draw({ resource: state.resource, times, lines, gaps: gone });
    table = values(lines, times, state.resource, t("trend.table"));
    fill(alternative, table.element);
  }

  return {
    element, reads, show, tables: () => (table ? [table] : []), again: () => chart.again(),
    listen: (act) => { ask = act; },
  };
}
