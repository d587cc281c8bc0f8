// Sharings: who reaches what of whom, and until when.

import { fill, h } from "./dom.js";
import { fromNow, list, moment } from "./format.js";
import { badge, note, titled } from "./parts.js";
import { Table } from "./table.js";
import { t } from "./words.js";

const SOON = 14 * 86400;

/** A moment at which something ends, with what that means now. */
export function ends(until, at) {
  const [kind, words] = until <= at ? ["bad", "ends.over"] : until - at < SOON ? ["warn", "ends.soon"] : ["good", "ends.later"];
  return [badge(kind, t(words)), " ", moment(until), " ", h("span", { class: "quiet" }, fromNow(until, at))];
}

function columns(at) {
  return [
    { key: "sharing", words: t("sharing"), sort: (row) => row.sharing, cell: (row) => h("code", {}, row.sharing) },
    { key: "provider", words: t("provider"), sort: (row) => row.provider, cell: (row) => titled(row.provider, row.provider_title) },
    { key: "consumer", words: t("consumer"), sort: (row) => row.consumer, cell: (row) => titled(row.consumer, row.consumer_title) },
    { key: "ports", words: t("ports"), sort: (row) => row.ports.join(), cell: (row) => list(row.ports) },
    { key: "level", words: t("level"), sort: (row) => row.level, cell: (row) => row.level },
    { key: "until", words: t("until"), sort: (row) => row.until, cell: (row) => ends(row.until, at()) },
    { key: "purpose", words: t("purpose"), cell: (row) => h("span", { class: "prose" }, row.purpose) },
  ];
}

export function view(now) {
  const table = new Table({ caption: t("sharings"), columns: columns(now), sort: "until", empty: t("sharings.none") });
  const head = h("div");
  const element = h("div", {}, h("p", { class: "lead" }, t("sharings.lead")), head, table.element);
  const show = ([data]) => {
    fill(head, data.known ? null : note(t("sharings.unknown")));
    table.element.hidden = !data.known;
    table.show(data.rows);
  };
  return { element, reads: () => ["sharings"], show, tables: () => [table] };
}
