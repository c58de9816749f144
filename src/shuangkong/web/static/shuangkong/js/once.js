// An act happens once, and long work can be watched.
//   every <form method="post">                        its buttons rest after the first sending (data-again: not)
//   <button data-confirm="锁定后不能直接修改。确定锁定？">  asks first: only where there is no way back
//   <div class="sk-progress" data-progress-url="…">    asks the address every second or so for
//       {state: "running"|"done"|"failed", done, total, remaining_s, message, url}; data-follow opens the url when done

import { fresh, heard, make, say } from "./words.js";

const PATIENCE_MS = [1000, 1000, 2000, 3000, 5000];

function guard(form) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (form.dataset.skSent) { event.preventDefault(); return; }
    if (button && button.dataset.confirm && !button.dataset.skAgreed) {
      event.preventDefault();
      ask(button.dataset.confirm, button.textContent.trim(), () => { button.dataset.skAgreed = "1"; form.requestSubmit(button); });
      return;
    }
    // After this turn of the loop: a button disabled now would not be sent.
    setTimeout(() => {
      if (event.defaultPrevented) return;
      form.dataset.skSent = "1";
      form.setAttribute("aria-busy", "true");
      form.querySelectorAll("button, input[type=submit]").forEach((one) => { one.disabled = true; });
      if (button) { button.dataset.skWords = button.textContent; button.textContent = say("正在提交…", "Sending…"); }
    });
  });
}

function ask(question, verb, agree) {
  const dialog = make("dialog", { class: "sk-dialog", "aria-label": verb }, make("p", {}, question),
    make("form", { method: "dialog" }, make("button", { class: "btn btn-primary", value: "yes" }, verb),
      make("button", { class: "btn btn-outline-secondary", value: "no", autofocus: true }, say("不，返回", "No, go back"))));
  dialog.addEventListener("close", () => { dialog.remove(); if (dialog.returnValue === "yes") agree(); });
  document.body.append(dialog);
  dialog.showModal();
}

/** A page brought back by the Back button must be usable again. */
function wake(event) {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sk-sent]").forEach((form) => {
    delete form.dataset.skSent;
    form.removeAttribute("aria-busy");
    form.querySelectorAll("button, input[type=submit]").forEach((one) => {
      one.disabled = false;
      delete one.dataset.skAgreed;
      if (one.dataset.skWords) one.textContent = one.dataset.skWords;
    });
  });
}

const duration = (seconds) => (seconds < 60
  ? say(`约剩 ${Math.ceil(seconds)} 秒`, `about ${Math.ceil(seconds)} s left`)
  : say(`约剩 ${Math.ceil(seconds / 60)} 分钟`, `about ${Math.ceil(seconds / 60)} min left`));

function watch(box) {
  const bar = make("progress", { "aria-label": say("进度", "progress") });
  const words = make("span", { role: "status" }, say("正在处理…", "Working…"));
  box.replaceChildren(bar, words);
  let turn = 0;
  const look = async () => {
    let told = null;
    try {
      const answer = await fetch(box.dataset.progressUrl, { headers: { Accept: "application/json" } });
      if (answer.ok) { told = await answer.json(); heard(); }
    } catch (lost) { /* asked again below */ }
    if (told && told.state === "done") {
      bar.remove();
      words.replaceChildren(told.message || say("已完成", "Done"), " ", told.url ? make("a", { href: told.url }, say("打开", "Open")) : "");
      if (told.url && "follow" in box.dataset) window.location.assign(told.url);
      return;
    }
    if (told && told.state === "failed") { bar.remove(); words.textContent = told.message || say("未完成", "Not finished"); box.dataset.kind = "ERROR"; return; }
    if (told) {
      if (told.total) { bar.max = told.total; bar.value = told.done || 0; }
      const left = told.remaining_s === null || told.remaining_s === undefined ? "" : duration(Number(told.remaining_s));
      words.textContent = [told.message || say("正在处理…", "Working…"), told.total ? `${told.done || 0} / ${told.total}` : "", left].filter(Boolean).join(" · ");
    } else words.textContent = say("连接中断，正在重试；离开本页不影响处理", "Connection lost, trying again; the work goes on if you leave");
    setTimeout(look, PATIENCE_MS[Math.min(turn++, PATIENCE_MS.length - 1)]);
  };
  look();
}

let listening = false;

export function start(root) {
  fresh(root, "form", "Once").filter((form) => form.method === "post" && !("again" in form.dataset)).forEach(guard);
  fresh(root, "[data-progress-url]", "Progress").forEach(watch);
  if (!listening) { listening = true; window.addEventListener("pageshow", wake); }
}
