// Adds a search, lists of any length, and keys. The page says all that is essential without it.
"use strict";
(() => {
  const ROW = 32;
  const SPARE = 8;
  const tables = JSON.parse(document.getElementById("bulk").textContent);

  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  // A table of any length: only the rows that are in sight are there.
  class List {
    constructor(name, { head, rows }) {
      this.name = name;
      this.columns = head;
      this.all = rows.map((cells) => ({ cells, text: cells.join("\n").toLowerCase() }));
      this.rows = this.all;
      this.at = -1;
      this.widths = head.map((title, column) => {
        const longest = rows.slice(0, 400).reduce((most, row) => Math.max(most, row[column].length), title.length);
        return Math.min(Math.max(longest, 2), 60) + 3;
      });
      this.template = this.widths.map((width) => `${width}ch`).join(" ");
      this.body = make("div", { className: "rows", role: "rowgroup" });
      const top = this.row(head, "columnheader");
      top.className = "head";
      this.box = make("div", { className: "virtual", tabIndex: 0, role: "grid" }, top, this.body);
      this.box.setAttribute("aria-label", `All of ${name}`);
      this.whole = make("dl", { className: "whole", hidden: true });
      this.element = make("div", { hidden: true }, this.box, this.whole);
      this.box.addEventListener("scroll", () => this.draw(), { passive: true });
      this.box.addEventListener("keydown", (event) => this.key(event));
      this.body.addEventListener("click", (event) => {
        const row = event.target.closest("[aria-rowindex]");
        if (row) this.select(Number(row.getAttribute("aria-rowindex")) - 2);
      });
    }

    row(cells, role) {
      const row = make("div", { role: "row" });
      row.style.gridTemplateColumns = this.template;
      for (const cell of cells) row.append(make("div", { role, textContent: cell }));
      return row;
    }

    filter(words) {
      this.rows = words.length ? this.all.filter((row) => words.every((word) => row.text.includes(word))) : this.all;
      this.at = -1;
      this.whole.hidden = true;
      this.box.scrollTop = 0;
      this.box.setAttribute("aria-rowcount", String(this.rows.length + 1));
      this.body.style.height = `${this.rows.length * ROW}px`;
      this.draw();
      return this.rows.length;
    }

    draw() {
      const first = Math.max(0, Math.floor(this.box.scrollTop / ROW) - SPARE);
      const last = Math.min(this.rows.length, first + Math.ceil(this.box.clientHeight / ROW) + 2 * SPARE);
      const rows = document.createDocumentFragment();
      for (let number = first; number < last; number += 1) {
        const row = this.row(this.rows[number].cells, "gridcell");
        row.style.top = `${number * ROW}px`;
        row.id = `${this.name}-row-${number}`;
        row.setAttribute("aria-rowindex", String(number + 2));
        row.setAttribute("aria-selected", String(number === this.at));
        rows.append(row);
      }
      this.body.replaceChildren(rows);
    }

    select(number) {
      if (!this.rows.length) return;
      this.at = Math.max(0, Math.min(this.rows.length - 1, number));
      const top = this.at * ROW;
      const seen = this.box.clientHeight - 2 * ROW;
      if (top < this.box.scrollTop) this.box.scrollTop = top;
      if (top > this.box.scrollTop + seen) this.box.scrollTop = top - seen;
      this.draw();
      this.box.setAttribute("aria-activedescendant", `${this.name}-row-${this.at}`);
      const pairs = this.rows[this.at].cells.flatMap((cell, column) =>
        cell ? [make("dt", { textContent: this.columns[column] }), make("dd", { textContent: cell })] : []);
      this.whole.replaceChildren(...pairs);
      this.whole.hidden = false;
    }

    key(event) {
      const page = Math.max(1, Math.floor(this.box.clientHeight / ROW) - 2);
      const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
      if (!(event.key in steps) || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      this.select(this.at + steps[event.key]);
    }
  }

  // A section of the page: its entries and rows, and the whole list where it is cut short.
  const sections = [...document.querySelectorAll("[data-list]")].map((section) => {
    const name = section.dataset.list;
    const list = tables[name] ? new List(name, tables[name]) : null;
    const link = document.querySelector(`nav a[href="#${section.id}"]`);
    const hits = make("span", { className: "hits" });
    if (link) link.append(hits);
    if (list) {
      const open = make("button", { type: "button", textContent: `Show all ${list.all.length}` });
      open.addEventListener("click", () => {
        list.element.hidden = !list.element.hidden;
        open.setAttribute("aria-expanded", String(!list.element.hidden));
        if (!list.element.hidden) {
          list.filter(words());
          list.box.focus();
        }
      });
      open.setAttribute("aria-expanded", "false");
      section.append(open, list.element);
    }
    const entries = [...section.querySelectorAll(":scope > details.entry, :scope > ol > li")];
    const rows = entries.length ? [] : [...section.querySelectorAll("tbody tr:not(.group)")];
    const items = [...entries, ...rows].map((element) => ({ element, text: element.textContent.toLowerCase() }));
    return { list, hits, items };
  });

  const input = make("input", { type: "search", id: "search", className: "search", autocomplete: "off" });
  const said = make("p", { className: "said", role: "status" });
  const words = () => input.value.toLowerCase().split(/\s+/).filter(Boolean);

  const search = () => {
    const wanted = words();
    let total = 0;
    for (const { list, hits, items } of sections) {
      let found = 0;
      for (const { element, text } of items) {
        const fits = wanted.every((word) => text.includes(word));
        element.hidden = !fits;
        found += fits;
      }
      if (list) {
        found = list.filter(wanted);
        list.element.hidden = !wanted.length;
        if (wanted.length) list.draw();
      }
      hits.textContent = wanted.length ? String(found) : "";
      total += found;
    }
    said.textContent = wanted.length ? `${total} found` : "";
  };

  let soon = 0;
  input.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(search, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    input.value = "";
    search();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  const tools = document.getElementById("tools");
  tools.className = "tools";
  tools.append(make("label", { htmlFor: "search", textContent: "Search (Ctrl+K)" }), input, said);
  tools.hidden = false;

  // A link to an entry opens it.
  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") {
      target.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
