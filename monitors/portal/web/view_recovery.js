// Recovery readiness: what each tenancy's tier asks for, what stands by, and what was measured.

import { fill, h } from "./dom.js";
import { fromNow, list, moment, number, span } from "./format.js";
import { badge, note, tiles, titled } from "./parts.js";
import { Table } from "./table.js";
import { t } from "./words.js";

// Ready says what was measured; where nothing was, only the standby itself can be told of.
function verdict(row, at) {
  if (row.standbys.length < row.needed) return ["bad", "recovery.lacking"];
  if (row.stale.length) return ["warn", "recovery.unseen"];
  if (row.needed === 0) return ["quiet", "recovery.none"];
  if (row.copied === null || row.drilled === null) return ["warn", "recovery.unmeasured"];
  const late = at - row.copied > Math.max(row.rpo_target, 60);
  if (late || row.rpo > row.rpo_target || row.rto > row.rto_target) return ["bad", "recovery.missed"];
  return ["good", "recovery.ready"];
}

const RANK = { bad: 0, warn: 1, quiet: 2, good: 3 };

function columns() {
  const against = (value, target) => (value === null ? null : h("span", { class: value > target ? "bad" : null }, span(value)));
  return [
    { key: "tenancy", words: t("tenancy"), sort: (row) => row.tenancy, cell: (row) => titled(row.tenancy, row.title) },
    { key: "tier", words: t("tier"), numeric: true, sort: (row) => row.tier, cell: (row) => row.tier },
    { key: "state", words: t("recovery.state"), sort: (row) => RANK[row.verdict[0]], cell: (row) => badge(row.verdict[0], t(row.verdict[1])) },
    { key: "primary", words: t("role.primary"), sort: (row) => row.primary.join(), cell: (row) => list(row.primary) || null },
    { key: "standby", words: t("role.standby"), sort: (row) => row.standbys.join(), cell: (row) => list(row.standbys) || t("recovery.needs", { needed: row.needed }) },
    { key: "rpo", words: t("recovery.rpo"), numeric: true, sort: (row) => row.rpo_target, cell: (row) => span(row.rpo_target) },
    { key: "rpo-measured", words: t("recovery.rpo.measured"), numeric: true, sort: (row) => row.rpo, cell: (row) => against(row.rpo, row.rpo_target) },
    { key: "rto", words: t("recovery.rto"), numeric: true, sort: (row) => row.rto_target, cell: (row) => span(row.rto_target) },
    { key: "rto-measured", words: t("recovery.rto.measured"), numeric: true, sort: (row) => row.rto, cell: (row) => against(row.rto, row.rto_target) },
    { key: "copied", words: t("recovery.copied"), sort: (row) => row.copied, cell: (row) => when(row.copied, row.at) },
    { key: "drilled", words: t("recovery.drilled"), sort: (row) => row.drilled, cell: (row) => when(row.drilled, row.at) },
  ];
}

function when(seconds, at) {
  return seconds === null ? null : [moment(seconds), " ", h("span", { class: "quiet" }, fromNow(seconds, at))];
}

export function view() {
  const table = new Table({ caption: t("recovery.caption"), columns: columns(), sort: "state" });
  const head = h("div");
  const element = h("div", {}, h("p", { class: "lead" }, t("recovery.lead")), head, table.element);

  function show([data]) {
    const rows = data.rows.map((row) => ({ ...row, at: data.at, verdict: verdict(row, data.at) }));
    const count = (...kinds) => rows.filter((row) => kinds.includes(row.verdict[1])).length;
    fill(head,
      data.measured ? null : note(t("recovery.unknown")),
      tiles(
        [t("recovery.ready"), number(count("recovery.ready")), "good"],
        [t("recovery.unmeasured"), number(count("recovery.unmeasured", "recovery.unseen")), count("recovery.unmeasured", "recovery.unseen") ? "warn" : ""],
        [t("recovery.missed"), number(count("recovery.missed")), count("recovery.missed") ? "bad" : ""],
        [t("recovery.lacking"), number(count("recovery.lacking")), count("recovery.lacking") ? "bad" : ""],
        [t("recovery.none"), number(count("recovery.none"))]));
    table.show(rows);
  }

  return { element, reads: () => ["recovery"], show, tables: () => [table] };
}
