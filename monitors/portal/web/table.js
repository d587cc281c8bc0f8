// A table that sorts by its heads, shows a part of its rows and prints all of them.

import { fill, h, id } from "./dom.js";
import { NONE, number } from "./format.js";
import { t, LANGUAGE } from "./words.js";

const collator = new Intl.Collator(LANGUAGE, { numeric: true });
const PAGE = 50;

function compare(one, another) {
  const missing = (value) => value === null || value === undefined;
  if (missing(one) || missing(another)) return missing(one) - missing(another);
  return typeof one === "string" ? collator.compare(one, another) : one - another;
}

/**
 * A table. Columns are {key, words, cell(row), sort(row)?, numeric?}; the first column names its row.
 * `show(rows)` gives it rows; which column sorts, and which part is shown, stays as the person chose.
 */
export class Table {
  constructor({ caption, columns, sort = null, descending = false, page = PAGE, empty = t("table.none") }) {
    Object.assign(this, { caption, page, empty, rows: [], from: 0 });
    this.order = { key: sort, descending };
    this.body = h("tbody");
    this.count = h("p", { class: "count", role: "status" });
    this.pager = h("nav", { class: "pager", "aria-label": t("table.pages", { caption }) });
    this.head = h("tr");
    const name = id("caption");
    this.element = h("div", { class: "table" },
      h("div", { class: "scroll", role: "region", tabIndex: 0, "aria-labelledby": name },
        h("table", {}, h("caption", { id: name, class: "hidden" }, caption), h("thead", {}, this.head), this.body)),
      h("div", { class: "under" }, this.count, this.pager));
    this.setColumns(columns);
  }

  setColumns(columns) {
    this.columns = columns;
    fill(this.head, columns.map((column) => this.#heading(column)));
    this.#mark();
    this.#draw();
  }

  show(rows) {
    this.rows = rows;
    this.#arrange();
  }

  whole(all) {
    this.all = all;
    this.#draw();
  }

  #heading(column) {
    const shape = { scope: "col", "data-key": column.key, class: column.numeric ? "numeric" : null };
    if (!column.sort) return h("th", shape, column.words);
    const button = h("button", { type: "button", on: { click: () => this.#sortBy(column) } },
      column.words, h("span", { class: "arrow", "aria-hidden": "true" }));
    return h("th", shape, button);
  }

  #sortBy(column) {
    const same = this.order.key === column.key;
    this.order = { key: column.key, descending: same ? !this.order.descending : Boolean(column.numeric) };
    this.#mark();
    this.#arrange();
  }

  #mark() {
    for (const cell of this.head.children) {
      const sorted = cell.dataset.key === this.order.key;
      if (sorted) cell.setAttribute("aria-sort", this.order.descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
  }

  #arrange() {
    const column = this.columns.find((one) => one.key === this.order.key);
    const keyed = this.rows.map((row) => [column?.sort ? column.sort(row) : null, row]);
    const sign = this.order.descending ? -1 : 1;
    const missing = (value) => value === null || value === undefined;
    if (column?.sort) keyed.sort((one, another) =>
      missing(one[0]) || missing(another[0]) ? compare(one[0], another[0]) : sign * compare(one[0], another[0]));
    this.sorted = keyed.map((one) => one[1]);
    if (this.from >= this.sorted.length) this.from = 0;
    this.#draw();
  }

  #draw() {
    const rows = this.sorted ?? [];
    const shown = this.all ? rows : rows.slice(this.from, this.from + this.page);
    const lines = shown.map((row) => h("tr", { class: row.mark ?? null }, this.columns.map((column, place) => this.#cell(column, row, place))));
    fill(this.body, lines.length ? lines : h("tr", {}, h("td", { colspan: this.columns.length, class: "quiet" }, this.empty)));
    this.#tell(rows.length, shown.length);
  }

  #cell(column, row, place) {
    const shape = { class: column.numeric ? "numeric" : null };
    const told = column.cell(row);
    const children = told === null || told === "" ? NONE : told;
    return place === 0 ? h("th", { scope: "row", ...shape }, children) : h("td", shape, children);
  }

  #tell(total, shown) {
    const many = total > this.page;
    const words = many && !this.all
      ? t("table.part", { from: number(this.from + 1), to: number(this.from + shown), total: total.toLocaleString(LANGUAGE) })
      : t("table.rows", { total: total.toLocaleString(LANGUAGE) });
    if (this.count.textContent !== words) this.count.textContent = words;
    this.pager.hidden = !many;
    if (!many) return;
    const step = (words, from, off) => h("button", { type: "button", disabled: off, on: { click: () => this.#turn(from, words) } }, words);
    const focused = this.pager.contains(document.activeElement) ? document.activeElement.textContent : null;
    fill(this.pager,
      step(t("table.previous"), this.from - this.page, this.all || this.from === 0),
      step(t("table.next"), this.from + this.page, this.all || this.from + this.page >= total),
      h("button", { type: "button", "aria-pressed": String(Boolean(this.all)), on: { click: () => { this.whole(!this.all); this.#focus(t("table.all")); } } }, t("table.all")));
    if (focused) this.#focus(focused);
  }

  #turn(from, words) {
    this.from = Math.max(0, from);
    this.#draw();
    this.#focus(words);
  }

  #focus(words) {
    const buttons = [...this.pager.children];
    const same = buttons.find((one) => one.textContent === words);
    (same && !same.disabled ? same : buttons.find((one) => !one.disabled))?.focus();
  }
}
