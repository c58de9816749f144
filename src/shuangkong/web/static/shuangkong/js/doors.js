// A figure that opens: <a class="sk-door" href="…" data-unit="万吨标准煤" data-period="2023年" data-basis="等价值" data-coverage="12/13"
//   data-as-of="2024-03-01" data-source="县年报" data-grade="模拟">123.45</a>. Hover or focus says what it is; a click follows the link.

import { make, say } from "./words.js";

const FACTS = [
  ["unit", "单位", "unit"], ["period", "期间", "period"], ["basis", "口径", "basis"], ["coverage", "覆盖", "coverage"],
  ["asOf", "截至", "as known on"], ["source", "来源", "source"], ["grade", "标记", "mark"], ["why", "说明", "note"],
];
let popover = null;

function show(door) {
  const facts = FACTS.filter(([key]) => door.dataset[key]);
  if (!facts.length) return;
  if (!popover) {
    popover = make("div", { class: "sk-popover", role: "tooltip", id: "sk-popover", hidden: true });
    document.body.append(popover);
  }
  popover.replaceChildren(make("dl", { class: "sk-facts" }, ...facts.flatMap(([key, zh, en]) => [make("dt", {}, say(zh, en)), make("dd", {}, door.dataset[key])])));
  popover.hidden = false;
  door.setAttribute("aria-describedby", "sk-popover");
  const at = door.getBoundingClientRect();
  const own = popover.getBoundingClientRect();
  const below = at.bottom + 8 + own.height < window.innerHeight;
  popover.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - own.width - 8))}px`;
  popover.style.top = `${below ? at.bottom + 8 : Math.max(8, at.top - own.height - 8)}px`;
}

function hide() {
  if (popover) popover.hidden = true;
  document.querySelectorAll('[aria-describedby="sk-popover"]').forEach((door) => door.removeAttribute("aria-describedby"));
}

let listening = false;

export function start() {
  if (listening) return;
  listening = true;
  const over = (event) => { const door = event.target.closest && event.target.closest(".sk-door"); if (door) show(door); else hide(); };
  document.addEventListener("mouseover", over);
  document.addEventListener("focusin", over);
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", hide, { passive: true, capture: true });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
}
