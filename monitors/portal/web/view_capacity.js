// Capacity by region and pool: what there is, what is promised, what would be left after the loss of a node.

import { fill, h } from "./dom.js";
import { RESOURCES, amount, fromNow, moment, number, power, share } from "./format.js";
import { legend, meter } from "./meter.js";
import { note, resourceChoice, staleBadge, tiles } from "./parts.js";
import { Table } from "./table.js";
import { t } from "./words.js";

let resource = "cpu";

function columns(place) {
  const told = (key) => (row) => amount(resource, row[key][place]);
  const column = (key, words) => ({ key, words: t(words), numeric: true, sort: (row) => row[key][place], cell: told(key) });
  return [
    { key: "pool", words: t("pool"), sort: (row) => row.pool, cell: (row) => h("code", {}, row.pool) },
    { key: "zone", words: t("zone"), sort: (row) => row.zone, cell: (row) => t(`zone.${row.zone}`) },
    { key: "grade", words: t("grade"), numeric: true, sort: (row) => row.grade, cell: (row) => row.grade },
    { key: "nodes", words: t("nodes"), numeric: true, sort: (row) => row.ready, cell: nodes },
    { key: "bar", words: t("capacity.bar"), cell: (row) => bar(row, place) },
    column("allocatable", "allocatable"),
    column("requested", "requested"),
    column("used", "used"),
    { ...column("headroom", "headroom"), cell: (row) => headroom(row, "headroom", place) },
    { ...column("n1", "headroom.n1"), cell: (row) => headroom(row, "n1", place) },
    column("quota", "quota"),
    { key: "over", words: t("overcommit"), numeric: true, sort: (row) => over(row, place), cell: (row) => overWords(row, place) },
  ];
}

function nodes(row) {
  return row.ready === row.nodes ? number(row.nodes) : h("span", { class: "warn" }, t("nodes.ready", { ready: row.ready, nodes: row.nodes }));
}

function bar(row, place) {
  const whole = row.allocatable[place];
  return meter(whole, [["requested", row.requested[place]], ["used", row.used[place]]],
    [["n1", row.requested[place] + row.n1[place]], ["quota", row.quota[place]]].filter((one) => one[1] > 0));
}

function headroom(row, key, place) {
  const value = row[key][place];
  if (!(row.allocatable[place] > 0)) return amount(resource, value);
  if (value >= 0) return h("span", {}, amount(resource, value), h("small", {}, share(value, row.allocatable[place])));
  return h("span", { class: "bad" }, amount(resource, value), h("small", {}, t("short")));
}

function over(row, place) {
  return row.allocatable[place] > 0 ? row.quota[place] / row.allocatable[place] : null;
}

function overWords(row, place) {
  const value = over(row, place);
  return value === null ? null : h("span", { class: value > 1 ? "warn" : null }, `× ${number(value)}`);
}

function totals(data) {
  const place = RESOURCES.indexOf(resource);
  const sum = (key) => data.pools.reduce((all, pool) => all + pool[key][place], 0);
  const short = data.pools.filter((pool) => pool.allocatable[place] > 0 && pool.n1[place] < 0).length;
  const stale = data.regions.filter((one) => !one.fresh).length;
  return tiles(
    [t("allocatable"), amount(resource, sum("allocatable"))],
    [t("requested"), [amount(resource, sum("requested")), h("small", {}, share(sum("requested"), sum("allocatable")))]],
    [t("used"), [amount(resource, sum("used")), h("small", {}, share(sum("used"), sum("allocatable")))]],
    [t("headroom"), amount(resource, sum("headroom")), sum("headroom") < 0 ? "bad" : ""],
    [t("capacity.short"), number(short), short ? "bad" : ""],
    [t("capacity.stale"), number(stale), stale ? "warn" : ""]);
}

function facts(region, at) {
  const entries = [
    [t("observed"), [moment(region.observed), " ", h("span", { class: "quiet" }, fromNow(region.observed, at))]],
    [t("sampled"), region.sampled ? moment(region.sampled) : t("never")],
    [t("tenancies"), number(region.tenancies)],
    [t("power"), power(region.watts)],
    ["PUE", number(region.pue)],
  ];
  return h("dl", { class: "facts" }, entries.map(([words, value]) => h("div", {}, h("dt", {}, words), h("dd", {}, value))));
}

/** The view: `reads` names the addresses it needs, `show` draws it anew from their values. */
export function view() {
  const tables = new Map();
  const head = h("div");
  const regions = h("div");
  let known = null;
  const choose = (chosen) => {
    resource = chosen;
    for (const table of tables.values()) table.setColumns(columns(RESOURCES.indexOf(resource)));
    draw(known);
  };
  const keys = legend([["requested", t("requested")], ["used", t("used")], ["whole", t("allocatable")], ["n1", t("mark.n1")], ["quota", t("quota")]]);
  const element = h("div", {}, h("p", { class: "lead" }, t("capacity.lead")), resourceChoice(resource, choose), head, keys, regions);

  function section(region, data) {
    if (!tables.has(region.region)) {
      tables.set(region.region, new Table({
        caption: t("capacity.caption", { region: region.title }), sort: "pool", columns: columns(RESOURCES.indexOf(resource)),
      }));
    }
    const table = tables.get(region.region);
    table.show(data.pools.filter((pool) => pool.region === region.region));
    return h("section", { class: region.fresh ? "region" : "region old" },
      h("h3", {}, region.title, " ", h("code", {}, region.region), " ", region.fresh ? null : staleBadge()),
      facts(region, data.at), table.element);
  }

  function draw(data) {
    known = data;
    fill(head, totals(data));
    if (regions.contains(document.activeElement) && regions.childElementCount === data.regions.length) {
      for (const region of data.regions) tables.get(region.region)?.show(data.pools.filter((pool) => pool.region === region.region));
      return;
    }
    fill(regions, data.regions.length ? data.regions.map((one) => section(one, data)) : note(t("capacity.none")));
  }

  return { element, reads: () => ["capacity"], show: ([data]) => draw(data), tables: () => [...tables.values()] };
}
