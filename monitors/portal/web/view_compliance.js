// Compliance: findings of the newest check, waivers that run out, systems that are not filed.

import { fill, h } from "./dom.js";
import { moment, number } from "./format.js";
import { badge, note, tiles, titled } from "./parts.js";
import { Table } from "./table.js";
import { both, t } from "./words.js";
import { ends } from "./view_sharings.js";

const SEVERITIES = ["critical", "high", "medium", "low"];
const KINDS = { critical: "bad", high: "bad", medium: "warn", low: "quiet" };
const STATUSES = [["met", "status.met"], ["violated", "status.violated"], ["waived", "status.waived"], ["needs-evidence", "status.needs-evidence"]];

const tenancyColumn = () => ({ key: "tenancy", words: t("tenancy"), sort: (row) => row.tenancy, cell: (row) => titled(row.tenancy, row.title) });

function tenancyColumns() {
  return [
    tenancyColumn(),
    ...SEVERITIES.map((severity, place) => ({
      key: severity, words: t(`severity.${severity}`), numeric: true, sort: (row) => row.counts[place],
      cell: (row) => (row.counts[place] ? h("strong", { class: KINDS[severity] }, number(row.counts[place])) : "0"),
    })),
    { key: "waived", words: t("status.waived"), numeric: true, sort: (row) => row.waived, cell: (row) => number(row.waived) },
    ...STATUSES.filter(([status]) => status !== "waived").map(([status, words]) => ({
      key: status, words: t("compliance.controls", { status: t(words) }), numeric: true,
      sort: (row) => row.controls[status] ?? 0, cell: (row) => number(row.controls[status] ?? 0),
    })),
  ];
}

function findingColumns() {
  return [
    { key: "rule", words: t("rule"), sort: (row) => row.rule, cell: (row) => titled(row.rule, both(row.title)) },
    { key: "severity", words: t("severity"), sort: (row) => SEVERITIES.indexOf(row.severity), cell: (row) => badge(KINDS[row.severity], t(`severity.${row.severity}`)) },
    { key: "tenancy", words: t("tenancy"), sort: (row) => row.tenancy, cell: (row) => (row.tenancy ? h("code", {}, row.tenancy) : t("compliance.nobody")) },
    { key: "count", words: t("objects"), numeric: true, sort: (row) => row.count, cell: (row) => number(row.count) },
    { key: "waived", words: t("status.waived"), sort: (row) => Number(row.waived), cell: (row) => (row.waived ? badge("quiet", t("yes")) : t("no")) },
    { key: "remedy", words: t("remedy"), cell: (row) => h("span", { class: "prose" }, both(row.remedy)) },
  ];
}

function waiverColumns(at) {
  return [
    { key: "waiver", words: t("waiver"), sort: (row) => row.waiver, cell: (row) => h("code", {}, row.waiver) },
    { key: "until", words: t("until"), sort: (row) => row.until, cell: (row) => ends(row.until, at()) },
    { key: "rule", words: t("rule"), sort: (row) => row.rule, cell: (row) => h("code", {}, row.rule) },
    { key: "tenancy", words: t("tenancy"), sort: (row) => row.tenancy, cell: (row) => h("code", {}, row.tenancy) },
    { key: "ticket", words: t("ticket"), sort: (row) => row.ticket, cell: (row) => row.ticket },
    { key: "approved", words: t("approved"), sort: (row) => row.approved_by, cell: (row) => row.approved_by },
    { key: "reason", words: t("reason"), cell: (row) => h("span", { class: "prose" }, row.reason) },
  ];
}

function filingColumns() {
  return [
    tenancyColumn(),
    { key: "organ", words: t("department"), sort: (row) => row.organ, cell: (row) => row.organ },
    { key: "grade", words: t("grade"), numeric: true, sort: (row) => row.grade, cell: (row) => row.grade },
    { key: "number", words: t("filing"), sort: (row) => row.number, cell: (row) => (row.number ? h("code", {}, row.number) : badge("warn", t("filing.none"))) },
    { key: "date", words: t("filing.date"), sort: (row) => row.date, cell: (row) => row.date },
  ];
}

export function view(now) {
  const tables = {
    tenancies: new Table({ caption: t("compliance.tenancies"), columns: tenancyColumns(), sort: "critical", descending: true }),
    findings: new Table({ caption: t("compliance.findings"), columns: findingColumns(), sort: "severity", empty: t("compliance.clean") }),
    waivers: new Table({ caption: t("waivers"), columns: waiverColumns(now), sort: "until" }),
    filings: new Table({ caption: t("filings"), columns: filingColumns(), sort: "number" }),
  };
  const head = h("div");
  const blocks = Object.fromEntries(Object.entries(tables).map(([key, table]) =>
    [key, h("section", {}, h("h3", {}, table.caption), table.element)]));
  const missing = { waivers: h("div"), filings: h("div") };
  const element = h("div", {}, h("p", { class: "lead" }, t("compliance.lead")), head,
    blocks.tenancies, blocks.findings, missing.waivers, blocks.waivers, missing.filings, blocks.filings);

  function summary(check) {
    const shown = SEVERITIES.map((severity) => {
      const count = check.severities[severity] ?? 0;
      return [t(`severity.${severity}`), number(count), count ? KINDS[severity] : ""];
    });
    return [
      h("p", {}, t("compliance.checked", { objects: number(check.objects), rules: number(check.rules) }), " ", moment(check.at)),
      tiles(...shown, [t("status.waived"), number(check.waived)]),
    ];
  }

  function show([data]) {
    fill(head, data.check ? summary(data.check) : note(t("compliance.unknown")));
    for (const key of ["tenancies", "findings"]) {
      blocks[key].hidden = !data.check;
      tables[key].show(data.check ? data.check[key] : []);
    }
    for (const key of ["waivers", "filings"]) {
      blocks[key].hidden = !data[key];
      fill(missing[key], data[key] ? null : note(t(`${key}.unknown`)));
      tables[key].show(data[key] ?? []);
    }
  }

  return { element, reads: () => ["compliance"], show, tables: () => Object.values(tables) };
}
