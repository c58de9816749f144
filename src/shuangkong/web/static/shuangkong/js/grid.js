// Entry grid that moves like Excel. Written by a template as
//
//   <form class="sk-grid" data-grid="17" data-owner="4" data-save-url="/returns/17/cells" data-version="3">{% csrf_token %}
//     <div class="sk-table-wrap"><table class="sk-table">… <tbody><tr><th>原煤</th>
//       <td data-key="205-1.raw_coal.bought"><input class="sk-grid-input" name="205-1.raw_coal.bought" value="12.5" inputmode="decimal" autocomplete="off"
//           data-note="购进量：报告期内实际到厂…"></td>                                     data-text: words, not a figure; readonly: shown, not typed
//       <td data-key="205-1.raw_coal.tce" data-computed title="12.5 × 0.7143"><output>8.93</output></td>
//   <ul class="sk-findings" data-grid-findings="17"></ul>                                  anywhere on the page; filled from the answers
//
// A cell with a finding when the page is made carries data-finding="NEEDS_EXPLANATION" data-finding-text="…".
// Keys are table.row.column. How cells are saved: grid-saving.js. Without script the form is an ordinary form.

import { Saving } from "./grid-saving.js";
import { fresh, make, say } from "./words.js";

const UNDO_LIMIT = 200;
const PASTE_LIMIT = 20000;

/** Tab-separated text of Excel, quotes and line breaks within cells included, as rows of cells. */
export function readBlock(text) {
  const rows = [[""]];
  let quoted = false;
  const clean = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < clean.length; at++) {
    const sign = clean[at];
    const row = rows[rows.length - 1];
    if (quoted) {
      if (sign !== '"') row[row.length - 1] += sign;
      else if (clean[at + 1] === '"') { row[row.length - 1] += '"'; at++; } else quoted = false;
    } else if (sign === '"' && row[row.length - 1] === "") quoted = true;
    else if (sign === "\t") row.push("");
    else if (sign === "\n") rows.push([""]);
    else row[row.length - 1] += sign;
  }
  return rows;
}

/** A figure as typed or pasted, without thousands separators and full-width digits; anything else as it is, for the server to judge. */
export function tidyFigure(text) {
  const plain = text.normalize("NFKC").replace(/\s+/g, "").replace(/[−–]/g, "-");
  const ungrouped = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replace(/,/g, "") : plain;
  return /^[+-]?(\d+\.?\d*|\.\d+)%?$/.test(ungrouped) ? ungrouped : text.trim();
}

const quote = (text) => (/[\t\n"]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);

class Grid {
  constructor(form) {
    this.form = form;
    this.cells = new Map([...form.querySelectorAll("td[data-key]")].map((td) => [td.dataset.key, td]));
    this.maps = [...form.querySelectorAll("table")].map(layout);
    this.undone = [];
    this.done = [];
    this.anchor = null;
    this.before = "";
    this.reasons = new Map();
    this.saving = new Saving({
      url: form.dataset.saveUrl, version: form.dataset.version, root: form,
      name: `${form.dataset.owner || ""}:${form.dataset.grid}`, told: (news) => this.show(news),
    });
    this.saved = make("span", { "data-role": "saved", role: "status" });
    this.note = make("span", { "data-role": "note", id: `sk-note-${form.dataset.grid}` });
    this.clashes = make("div", { hidden: true });
    form.append(make("div", { class: "sk-grid-status" }, this.saved, this.note, this.clashes));
    for (const td of this.cells.values()) if (!field(td)) td.tabIndex = -1;
    for (const [type, act] of Object.entries({
      keydown: this.onKey, mousedown: this.onMouseDown, dblclick: this.onDoubleClick, focusin: this.onFocus, focusout: this.onBlur,
      input: this.onInput, change: this.onInput, paste: this.onPaste, copy: this.onCopy,
    })) form.addEventListener(type, act.bind(this));
    form.addEventListener("submit", () => this.saving.flush({ keepalive: true }));
    this.restore();
    this.summarise();
  }

  /** Cells that an earlier visit could not send are put back and sent. */
  restore() {
    for (const [key, text] of this.saving.kept()) {
      const td = this.cells.get(key);
      if (!td || !field(td) || field(td).readOnly) continue;
      field(td).value = text;
      this.saving.queue(key, text);
    }
  }

  place(td) {
    for (const map of this.maps) {
      const spot = map.spots.get(td);
      if (spot) return { map, ...spot };
    }
    return null;
  }

  step(td, down, right) {
    const here = this.place(td);
    for (let row = here.row + down, column = here.column + right; map(here, row, column) !== undefined; row += down, column += right) {
      const next = map(here, row, column);
      if (next && !next.closest("tr").hidden && !next.hidden) return next;
    }
    return null;
  }

  go(td) {
    if (td) (field(td) || td).focus();
  }

  onKey(event) {
    const td = event.target.closest("td[data-key]");
    if (!td || event.isComposing) return;
    const input = field(td);
    const isEditing = input && "editing" in input.dataset;
    const arrow = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const command = event.ctrlKey || event.metaKey;
    const take = (act) => { event.preventDefault(); act(); };
    if (arrow && !command && !event.altKey && !isEditing) take(() => (event.shiftKey ? this.extend(td, ...arrow) : this.go(this.step(td, ...arrow))));
    else if (arrow && command && !isEditing) take(() => this.go(this.last(td, ...arrow)));
    else if (event.key === "Enter" && !event.altKey) take(() => { const next = this.step(td, event.shiftKey ? -1 : 1, 0); if (next) this.go(next); else this.commit(td); });
    else if (event.key === "F2" && input) take(() => edit(input));
    else if (event.key === "Escape" && input) take(() => this.restoreCell(td));
    else if (command && event.key.toLowerCase() === "z" && !isEditing) take(() => (event.shiftKey ? this.redo() : this.undo(td)));
    else if (command && event.key.toLowerCase() === "y" && !isEditing) take(() => this.redo());
    else if (event.key === "Delete" && this.picked().length > 1) take(() => this.write(new Map(this.picked().map((cell) => [cell, ""]))));
  }

  last(td, down, right) {
    let far = td;
    for (let next = this.step(far, down, right); next; next = this.step(far, down, right)) far = next;
    return far;
  }

  onMouseDown(event) {
    const td = event.target.closest("td[data-key]");
    if (!td) return;
    const input = field(td);
    if (event.shiftKey && this.anchor) {
      event.preventDefault();
      this.pick(this.anchor, td);
    } else if (input && document.activeElement !== input && input.tagName === "INPUT") {
      event.preventDefault();
      input.focus();
    } else if (input && document.activeElement === input) input.dataset.editing = "";
    else if (!input) td.focus();
  }

  onDoubleClick(event) {
    if (event.target.matches("input.sk-grid-input")) edit(event.target);
  }

  onFocus(event) {
    const td = event.target.closest("td[data-key]");
    if (!td) return;
    const input = field(td);
    this.pick(td, td);
    if (input) {
      this.before = input.value;
      delete input.dataset.editing;
      if (input.select) input.select();
      input.setAttribute("aria-describedby", this.note.id);
    }
    this.spilt = false;
    this.explain(td);
  }

  onBlur(event) {
    const td = event.target.closest("td[data-key]");
    if (td && field(td)) this.commit(td);
  }

  /** The typed cell is tidied and becomes one step of undo. */
  commit(td) {
    const input = field(td);
    delete input.dataset.editing;
    if (!("text" in input.dataset) && input.tagName === "INPUT") {
      const tidy = tidyFigure(input.value);
      if (tidy !== input.value) input.value = tidy;
    }
    if (input.value === this.before) return;
    this.remember(new Map([[td, [this.before, input.value]]]));
    this.before = input.value;
    this.saving.queue(td.dataset.key, input.value);
  }

  restoreCell(td) {
    const input = field(td);
    delete input.dataset.editing;
    if (input.value !== this.before) {
      input.value = this.before;
      this.saving.queue(td.dataset.key, input.value);
    }
    input.select();
  }

  onInput(event) {
    const td = event.target.closest("td[data-key]");
    if (!td) return;
    const input = field(td);
    this.saving.queue(td.dataset.key, "text" in input.dataset ? input.value : tidyFigure(input.value));
  }

  remember(change) {
    this.done.push(change);
    if (this.done.length > UNDO_LIMIT) this.done.shift();
    this.undone = [];
  }

  /** Many cells at once: paste, delete. One step of undo. */
  write(wanted) {
    const change = new Map();
    for (const [td, text] of wanted) {
      const input = field(td);
      if (!input || input.readOnly || input.disabled || input.value === text) continue;
      change.set(td, [input.value, text]);
    }
    if (change.size) {
      this.remember(change);
      this.apply(change, 1);
    }
  }

  apply(change, side) {
    for (const [td, texts] of change) {
      field(td).value = texts[side];
      this.saving.queue(td.dataset.key, texts[side]);
    }
    const active = document.activeElement.closest("td[data-key]");
    if (active && field(active)) { this.before = field(active).value; if (field(active).select) field(active).select(); }
  }

  undo(td) {
    const input = field(td);
    if (input && input.value !== this.before) { this.restoreCell(td); return; }
    const change = this.done.pop();
    if (!change) { this.note.textContent = say("没有可以撤销的", "nothing to undo"); return; }
    this.undone.push(change);
    this.apply(change, 0);
    this.note.textContent = say(`已撤销 ${change.size} 格`, `${change.size} cells undone`);
  }

  redo() {
    const change = this.undone.pop();
    if (!change) return;
    this.done.push(change);
    this.apply(change, 1);
  }

  extend(td, down, right) {
    const edge = this.edge || td;
    const next = this.step(edge, down, right);
    if (next) this.pick(this.anchor || td, next);
  }

  pick(from, to) {
    this.form.querySelectorAll(".sk-picked").forEach((td) => td.classList.remove("sk-picked"));
    this.anchor = from;
    this.edge = to;
    const block = this.block();
    if (block.flat().length > 1) block.flat().forEach((td) => td && td.classList.add("sk-picked"));
  }

  /** The picked rectangle, row by row; null where there is no cell. */
  block() {
    const [a, b] = [this.place(this.anchor), this.place(this.edge)];
    if (!a || !b || a.map !== b.map) return [[this.anchor]];
    const span = (one, other) => Array.from({ length: Math.abs(one - other) + 1 }, (_, at) => Math.min(one, other) + at);
    return span(a.row, b.row).map((row) => span(a.column, b.column).map((column) => map(a, row, column) || null));
  }

  picked() {
    return this.anchor ? this.block().flat().filter(Boolean) : [];
  }

  onCopy(event) {
    if (this.picked().length < 2 && !(document.activeElement.matches("td[data-key]"))) return;
    event.preventDefault();
    const text = (td) => (td ? (field(td) ? field(td).value : td.textContent.trim()) : "");
    event.clipboardData.setData("text/plain", this.block().map((row) => row.map((td) => quote(text(td))).join("\t")).join("\n"));
  }

  onPaste(event) {
    const td = event.target.closest("td[data-key]");
    if (!td || (field(td) && "editing" in field(td).dataset)) return;
    event.preventDefault();
    const rows = readBlock(event.clipboardData.getData("text/plain"));
    if (rows.reduce((sum, row) => sum + row.length, 0) > PASTE_LIMIT) {
      this.note.textContent = say(`一次最多粘贴 ${PASTE_LIMIT} 格，请改用模板上传`, `at most ${PASTE_LIMIT} cells at once: please upload the template instead`);
      return;
    }
    const corner = this.block()[0][0] || td;
    const single = rows.length === 1 && rows[0].length === 1;
    const wanted = new Map();
    let outside = 0;
    let computed = 0;
    const put = (cell, text) => {
      if (!cell) { if (text.trim()) outside++; } else if (!field(cell) || field(cell).readOnly) computed++;
      else wanted.set(cell, "text" in field(cell).dataset ? text.trim() : tidyFigure(text));
    };
    if (single) this.picked().forEach((cell) => put(cell, rows[0][0]));
    else {
      const start = this.place(corner);
      rows.forEach((row, down) => row.forEach((text, right) => put(map(start, start.row + down, start.column + right), text)));
    }
    this.write(wanted);
    this.spilt = outside > 0; // what was not pasted is told until one goes on
    this.note.textContent = [
      say(`已粘贴 ${wanted.size} 格`, `${wanted.size} cells pasted`),
      computed ? say(`${computed} 个计算格或只读格未改`, `${computed} computed or read-only cells left alone`) : "",
      outside ? say(`${outside} 格超出表格，未粘贴`, `${outside} cells fell outside the table`) : "",
    ].filter(Boolean).join(say("；", "; "));
  }

  /** News from saving: states of cells, computed figures, findings, clashes. */
  show({ states, computed, findings, conflicts }) {
    for (const [key, [state, reason]] of states) {
      const td = this.cells.get(key);
      if (!td) continue;
      td.dataset.state = state;
      if (reason) this.reasons.set(key, reason); else this.reasons.delete(key);
      if (field(td)) field(td).setAttribute("aria-invalid", String(state === "unsaved" || state === "conflict"));
    }
    for (const [key, { text, value, working }] of Object.entries(computed)) {
      const td = this.cells.get(key);
      if (!td || !td.querySelector("output")) continue;
      td.querySelector("output").textContent = text === undefined ? value : text;
      td.title = working || "";
    }
    if (findings) this.list(findings);
    this.clashes.hidden = !conflicts.size;
    this.clashes.replaceChildren(...[...conflicts].map(([key, clash]) => this.clash(key, clash)));
    this.summarise();
    const active = document.activeElement && document.activeElement.closest("td[data-key]");
    if (active && states.has(active.dataset.key) && ((findings && !this.spilt) || this.reasons.has(active.dataset.key))) this.explain(active);
  }

  summarise() {
    const [words, tone] = this.saving.summary();
    this.saved.textContent = words;
    this.saved.dataset.tone = tone;
  }

  list(findings) {
    for (const td of this.cells.values()) { delete td.dataset.finding; delete td.dataset.findingText; }
    for (const { key, severity, text } of findings) {
      const td = this.cells.get(key);
      if (td) { td.dataset.finding = severity; td.dataset.findingText = text; }
    }
    const box = document.querySelector(`[data-grid-findings="${CSS.escape(this.form.dataset.grid)}"]`);
    if (!box) return;
    const items = new Map(); // a finding on several cells is told once
    for (const { key, severity, code, text } of findings) {
      const same = `${code} ${text}`;
      if (!items.has(same)) items.set(same, make("li", { "data-severity": severity }, make("b", {}, `${code} `), text, " "));
      const td = this.cells.get(key);
      if (!td) continue;
      const button = make("button", { class: "sk-tool", type: "button" }, td.dataset.name || say("到该格", "go to the cell"));
      button.addEventListener("click", () => this.go(td));
      items.get(same).append(button, " ");
    }
    box.replaceChildren(...items.values());
  }

  clash(key, { mine, theirs, who, when }) {
    const td = this.cells.get(key);
    const [useMine, useTheirs] = [say(`用我的 ${mine}`, `keep mine ${mine}`), say(`用对方的 ${theirs}`, `take theirs ${theirs}`)]
      .map((words) => make("button", { class: "sk-tool", type: "button" }, words));
    useMine.addEventListener("click", () => this.saving.settle(key, true));
    useTheirs.addEventListener("click", () => { field(td).value = theirs; this.before = theirs; this.saving.settle(key, false); });
    return make("p", { class: "sk-conflict" }, `${td.dataset.name || key}${say("：", ": ")}${who} ${when} ${say("改为", "changed it to")} ${theirs} `, useMine, " ", useTheirs);
  }

  /** What stands behind the cell at hand: why it is not saved, what is odd, what it means, how it was computed. */
  explain(td) {
    const input = field(td);
    this.note.textContent = [this.reasons.get(td.dataset.key), td.dataset.findingText, td.title, input && input.dataset.note].filter(Boolean).join(say("；", "; "));
  }
}

const field = (td) => td.querySelector(".sk-grid-input");
const map = (here, row, column) => (here.map.grid[row] ? here.map.grid[row][column] : undefined);

function edit(input) {
  input.dataset.editing = "";
  if (input.setSelectionRange && input.type !== "number") input.setSelectionRange(input.value.length, input.value.length);
}

/** Where each cell stands once row and column spans are laid out: what one sees is what paste fills. */
function layout(table) {
  const grid = [];
  const spots = new Map();
  [...table.tBodies].flatMap((body) => [...body.rows]).forEach((tr, row) => {
    grid[row] = grid[row] || [];
    let column = 0;
    for (const cell of tr.cells) {
      while (grid[row][column] !== undefined) column++;
      const isCell = cell.matches("td[data-key]");
      if (isCell) spots.set(cell, { row, column });
      for (let down = 0; down < cell.rowSpan; down++) {
        grid[row + down] = grid[row + down] || [];
        for (let right = 0; right < cell.colSpan; right++) grid[row + down][column + right] = isCell && !down && !right ? cell : null;
      }
    }
  });
  return { grid, spots };
}

export function start(root) {
  fresh(root, "form.sk-grid[data-save-url]", "Grid").forEach((form) => new Grid(form));
}
