// Keys of every page: / goes to the search field (data-search), g then a letter follows the link that carries it (data-go="b"),
// ? lists them. Links on the page are the list, so a key can never point at what a person may not open.

import { make, say } from "./words.js";

const PAUSE_MS = 1500;
let waitingSince = 0;
let listening = false;

const isTyping = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
const ways = () => [...document.querySelectorAll("[data-go]")];

function list() {
  const old = document.getElementById("sk-keys");
  if (old) old.remove();
  const rows = [
    ["/", say("搜索", "search")],
    ...ways().map((way) => [`g ${way.dataset.go}`, way.dataset.goName || way.textContent.trim()]),
    ["?", say("显示本表", "show this list")],
    [say("表格内", "in a grid"), say("方向键、Enter、Tab 移动；F2 编辑；Esc 还原；Ctrl+Z 撤销；Shift+方向键选择；Ctrl+C、Ctrl+V 与 Excel 互贴",
      "arrows, Enter, Tab move; F2 edits; Esc restores; Ctrl+Z undoes; Shift+arrows select; Ctrl+C and Ctrl+V exchange with Excel")],
  ];
  const dialog = make("dialog", { class: "sk-dialog", id: "sk-keys", "aria-label": say("快捷键", "keys") },
    make("h2", {}, say("快捷键", "Keys")),
    make("dl", { class: "sk-facts" }, ...rows.flatMap(([key, what]) => [
      make("dt", {}, ...key.split(" ").map((part) => make("kbd", {}, part))), make("dd", {}, what)])),
    make("form", { method: "dialog" }, make("button", { class: "btn btn-primary" }, say("关闭", "Close"))));
  document.body.append(dialog);
  dialog.showModal();
}

function act(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  if (Date.now() - waitingSince < PAUSE_MS) {
    waitingSince = 0;
    const way = ways().find((one) => one.dataset.go === event.key.toLowerCase());
    if (way) { event.preventDefault(); way.click(); }
    return;
  }
  if (event.key === "g") waitingSince = Date.now();
  else if (event.key === "/") {
    const field = document.querySelector("[data-search]");
    if (field) { event.preventDefault(); field.focus(); field.select(); }
  } else if (event.key === "?" && !document.querySelector("dialog[open]")) { event.preventDefault(); list(); }
}

export function start() {
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", act);
}
