// Tenancies: who holds what, asked for what and uses what; found by words, ordered by any column.

import { h } from "./dom.js";
import { RESOURCES, amount, ratio } from "./format.js";
import { legend, meter } from "./meter.js";
import { badge, resourceChoice, select, staleBadge, titled } from "./parts.js";
import { named } from "./data.js";
import { Table } from "./table.js";
import { t } from "./words.js";

const state = { resource: "cpu", words: "", region: "", role: "" };

function columns() {
  const place = RESOURCES.indexOf(state.resource);
  const column = (key, words) => ({
    key, words: t(words), numeric: true, sort: (row) => row[key][place], cell: (row) => amount(state.resource, row[key][place]),
  });
  const part = (row) => (row.quota[place] > 0 ? row.used[place] / row.quota[place] : null);
  return [
    { key: "tenancy", words: t("tenancy"), sort: (row) => row.tenancy, cell: (row) => titled(row.tenancy, row.title) },
    { key: "department", words: t("department"), sort: (row) => row.organ || row.department, cell: (row) => titled(row.department, row.organ) },
    { key: "region", words: t("region"), sort: (row) => row.region, cell: region },
    { key: "role", words: t("role"), sort: (row) => row.role, cell: (row) => t(`role.${row.role}`) },
    { key: "zone", words: t("zone"), sort: (row) => row.zone, cell: (row) => t(`zone.${row.zone}`) },
    { key: "grade", words: t("grade"), numeric: true, sort: (row) => row.grade, cell: (row) => row.grade },
    { key: "tier", words: t("tier"), numeric: true, sort: (row) => row.tier, cell: (row) => row.tier },
    { key: "bar", words: t("tenancies.bar"), cell: (row) => meter(row.quota[place], [["requested", row.requested[place]], ["used", row.used[place]]]) },
    column("quota", "quota"),
    column("requested", "requested"),
    column("used", "used"),
    { key: "part", words: t("tenancies.part"), numeric: true, sort: part, cell: (row) => (part(row) === null ? null : partWords(part(row))) },
  ];
}

function partWords(value) {
  return value > 0.9 ? badge("warn", ratio(value)) : ratio(value);
}

function region(row) {
  return row.stale ? h("span", {}, h("code", {}, row.region), " ", staleBadge()) : h("code", {}, row.region);
}

function searchable(row) {
  return [row.tenancy, row.title, row.department, row.organ, row.region, row.zone].join(" ").toLowerCase();
}

export function view() {
  let rows = [];
  const table = new Table({ caption: t("tenancies.caption"), columns: columns(), sort: "tenancy" });
  const search = h("input", { type: "search", id: "search", value: state.words, autocomplete: "off", spellcheck: "false",
    on: { input: () => { state.words = search.value; arrange(); } } });
  const filters = h("div", { class: "filters" });

  function arrange() {
    const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
    table.from = 0;
    table.show(found(words));
  }

  function found(words) {
    return rows.filter((row) => (!state.region || row.region === state.region) && (!state.role || row.role === state.role)
      && words.every((word) => row.text.includes(word)));
  }

  const choose = (resource) => { state.resource = resource; table.setColumns(columns()); table.show(table.rows); };
  const keys = legend([["requested", t("requested")], ["used", t("used")], ["whole", t("quota")]]);
  const element = h("div", {}, h("p", { class: "lead" }, t("tenancies.lead")),
    h("div", { class: "controls" },
      h("label", { class: "field" }, h("span", {}, t("search")), search), filters, resourceChoice(state.resource, choose)),
    keys, table.element);

  function offer() {
    const names = [...new Set(rows.map((row) => row.region))].sort();
    if (filters.dataset.for === names.join()) return;
    filters.dataset.for = names.join();
    const set = (key) => (value) => { state[key] = value; arrange(); };
    filters.replaceChildren(
      select(t("region"), [["", t("all")], ...names.map((one) => [one, one])], state.region, set("region")),
      select(t("role"), [["", t("all")], ["primary", t("role.primary")], ["standby", t("role.standby")]], state.role, set("role")));
  }

  function show([data]) {
    const stale = new Set(data.stale);
    rows = named(data);
    for (const row of rows) Object.assign(row, { text: searchable(row), stale: stale.has(row.region), mark: stale.has(row.region) ? "old" : null });
    offer();
    table.show(found(state.words.toLowerCase().split(/\s+/).filter(Boolean)));
  }

  return { element, reads: () => ["tenancies"], show, tables: () => [table] };
}
