// Warns before an idle session ends, so that nobody types into a page that cannot save:
//   <meta name="sk-session" content="1800" data-keep-url="/session/keep" data-login-url="/login">   content: idle limit in seconds
// Tabs share one clock through localStorage. The dialog's button asks the keep address; any answer of the server counts as heard.

import { csrfToken, heard, make, say } from "./words.js";

const WARN_S = 120;
const LOOK_MS = 5000;
const SHARED = "sk-heard";
let started = false;

export function start() {
  const about = document.querySelector('meta[name="sk-session"]');
  if (!about || started) return;
  started = true;
  const limit = Number(about.content);
  const warn = Math.min(WARN_S, limit / 4);
  let dialog = null;
  const remember = () => localStorage.setItem(SHARED, String(Date.now()));
  const idle = () => (Date.now() - Number(localStorage.getItem(SHARED) || Date.now())) / 1000;
  const close = () => { if (dialog) { dialog.close(); dialog.remove(); dialog = null; } };
  const keep = async () => {
    try {
      const answer = await fetch(about.dataset.keepUrl, { method: "POST", headers: { "X-CSRFToken": csrfToken() } });
      if (answer.ok) { heard(); close(); } else window.location.assign(about.dataset.loginUrl);
    } catch (lost) { dialog.querySelector("p").textContent = say("暂时连不上服务器，请稍后再试。", "The server cannot be reached just now; please try again."); }
  };
  const open = (over) => {
    if (dialog && dialog.dataset.over === String(over)) return;
    close();
    const text = over
      ? say("登录已过期。已输入的内容保存在本机，重新登录后自动补交。", "You have been signed out. What you typed is kept on this computer and will be sent after you sign in again.")
      : say("长时间没有操作，即将自动退出。", "You have been idle and will be signed out soon.");
    const act = over
      ? make("a", { class: "btn btn-primary", href: about.dataset.loginUrl }, say("重新登录", "Sign in"))
      : make("button", { class: "btn btn-primary", type: "button" }, say("继续使用", "Stay signed in"));
    if (!over) act.addEventListener("click", keep);
    dialog = make("dialog", { class: "sk-dialog", "data-over": over }, make("p", {}, text), make("div", { class: "sk-dialog-buttons" }, act));
    dialog.dataset.over = String(over);
    document.body.append(dialog);
    dialog.showModal();
  };
  remember();
  document.addEventListener("sk:heard", remember);
  document.addEventListener("htmx:afterRequest", remember);
  setInterval(() => {
    const passed = idle();
    if (passed >= limit) open(true);
    else if (passed >= limit - warn) open(false);
    else close();
  }, LOOK_MS);
}
