// Reclaim candidates: tenancies that hold far more than they use, by the thresholds of the standards data.

import { fill, h } from "./dom.js";
import { amount, number, ratio } from "./format.js";
import { badge, note, progress, tiles, titled } from "./parts.js";
import { Table } from "./table.js";
import { t } from "./words.js";

const VERDICTS = { idle: "bad", low: "warn", storage: "warn" };
const RANK = { idle: 0, low: 1, storage: 2 };

function columns() {
  const free = (key, words) => ({ key, words: t(words), numeric: true, sort: (row) => row.free[key], cell: (row) => amount(key, row.free[key]) });
  const part = (key, words) => ({ key: `part-${key}`, words: t(words), numeric: true, sort: (row) => row[key], cell: (row) => ratio(row[key]) });
  return [
    { key: "tenancy", words: t("tenancy"), sort: (row) => row.tenancy, cell: (row) => titled(row.tenancy, row.title) },
    { key: "department", words: t("department"), sort: (row) => row.organ || row.department, cell: (row) => titled(row.department, row.organ) },
    { key: "region", words: t("region"), sort: (row) => row.region, cell: (row) => h("code", {}, row.region) },
    { key: "verdict", words: t("reclaim.verdict"), sort: (row) => RANK[row.verdicts[0]], cell: (row) => row.verdicts.map((one) => badge(VERDICTS[one], t(`reclaim.${one}`))) },
    part("cpu_p95", "reclaim.cpu.p95"),
    part("cpu_mean", "reclaim.cpu.mean"),
    part("cpu_peak", "reclaim.cpu.peak"),
    part("memory_mean", "reclaim.memory.mean"),
    part("storage", "reclaim.storage.share"),
    free("cpu", "reclaim.free.cpu"),
    free("memory", "reclaim.free.memory"),
    free("storage", "reclaim.free.storage"),
  ];
}

function rules(limits) {
  const percent = (value) => ratio(value / 100);
  return h("ul", { class: "rules" },
    h("li", {}, t("reclaim.rule.idle", { cpu: percent(limits.idle.cpu_p95_pct), memory: percent(limits.idle.mem_avg_pct), days: limits.idle.window_days })),
    h("li", {}, t("reclaim.rule.low", { cpu: percent(limits.low.cpu_avg_pct), peak: percent(limits.low.cpu_peak_pct), memory: percent(limits.low.mem_avg_pct), months: limits.low.window_months })),
    h("li", {}, t("reclaim.rule.storage", { storage: percent(limits.storage.used_pct_low) })),
    h("li", {}, t("reclaim.rule.exempt", { days: limits.young_days })),
    h("li", {}, t("reclaim.rule.grace", { days: limits.grace_days })));
}

export function view() {
  const table = new Table({ caption: t("reclaim.caption"), columns: columns(), sort: "verdict", empty: t("reclaim.none") });
  const head = h("div");
  const element = h("div", {}, h("p", { class: "lead" }, t("reclaim.lead")), head, table.element);

  function show([data]) {
    const waiting = data.counts ? data.counts.young + data.counts.unknown : 0;
    const reading = progress(data.read);
    fill(head, rules(data.limits), note(t("reclaim.design")), reading,
      reading ? null : data.counts
        ? tiles(
            [t("reclaim.found"), number(data.rows.length), data.rows.length ? "warn" : ""],
            [t("reclaim.judged"), number(data.counts.judged)],
            [t("reclaim.waiting"), number(waiting)],
            [t("reclaim.standby"), number(data.counts.standby)])
        : note(t("reclaim.unknown")),
      waiting ? note(t("reclaim.short", { waiting: number(waiting) })) : null);
    table.element.hidden = !data.counts || Boolean(reading);
    table.show(data.rows);
  }

  return { element, reads: () => ["reclaim"], show, tables: () => [table] };
}
