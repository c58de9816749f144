// Saving of an entry grid: what is typed goes to localStorage at once, to the server soon, and is forgotten here only when the server
// says it is kept. One request at a time, so versions never cross.
//
//   POST save url, X-CSRFToken, JSON {version, cells: {key: text}}
//   200 {version, saved: [key], computed: {key: {value, text, working}}, faults: [{key, message}], findings: [{key, severity, code, text}]}
//       findings: all that stand now for this grid, not only of the cells sent
//   409 {version, conflicts: [{key, value, who, when}]}   somebody changed these meanwhile; cells not named are sent again by themselves
//   400 {faults: [{key, message}]} or {message}           not kept; waits for the next edit
//   401, 403, or a page instead of JSON                   signed out or not allowed; kept here, sent after signing in
//   429, 5xx, no answer                                   tried again after a pause, and at once when the network is back

import { csrfToken, heard, say } from "./words.js";

const DEBOUNCE_MS = 500;
const PAUSES_MS = [2000, 5000, 10000, 30000];

export class Saving {
  /** `told` is called with {states: Map key→[state, reason], computed, findings, conflicts} after every change of affairs. */
  constructor({ url, version, name, root, told }) {
    Object.assign(this, { url, version, root, told, storageKey: `sk-grid:${name}` });
    this.unsent = new Map(); // key → text, waiting
    this.sending = new Map(); // key → text, under way
    this.refused = new Map(); // key → [text, reason]
    this.conflicts = new Map(); // key → {mine, theirs, who, when}
    this.latest = new Map(); // key → text last handed in, so that leaving a cell does not send it twice
    this.trouble = "";
    this.failures = 0;
    this.timer = null;
    window.addEventListener("online", () => this.flush());
    window.addEventListener("pagehide", () => this.flush({ keepalive: true }));
    document.addEventListener("visibilitychange", () => { if (!document.hidden && this.unsent.size) this.flush(); });
  }

  /** What an earlier visit could not send: [[key, text], …]. */
  kept() {
    try {
      return Object.entries(JSON.parse(localStorage.getItem(this.storageKey) || "{}"));
    } catch (broken) {
      return [];
    }
  }

  store() {
    const open = new Map([...[...this.refused].map(([key, [text]]) => [key, text]), ...[...this.conflicts].map(([key, { mine }]) => [key, mine]), ...this.sending, ...this.unsent]);
    try {
      if (open.size) localStorage.setItem(this.storageKey, JSON.stringify(Object.fromEntries(open)));
      else localStorage.removeItem(this.storageKey);
    } catch (full) {
      this.trouble = say("本机存储已满，断网时输入可能丢失", "this computer's storage is full: typing may be lost while offline");
    }
  }

  queue(key, text) {
    if (this.latest.get(key) === text) return;
    this.latest.set(key, text);
    this.unsent.set(key, text);
    this.refused.delete(key);
    this.conflicts.delete(key);
    this.store();
    this.tell(new Map([[key, ["saving", ""]]]));
    this.wait(DEBOUNCE_MS);
  }

  wait(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), pause);
  }

  tell(states, more = {}) {
    this.told({ states, computed: {}, findings: null, conflicts: this.conflicts, ...more });
  }

  async flush({ keepalive = false } = {}) {
    clearTimeout(this.timer);
    if (this.sending.size || !this.unsent.size) return;
    this.sending = this.unsent;
    this.unsent = new Map();
    try {
      const answer = await fetch(this.url, {
        method: "POST", keepalive, credentials: "same-origin",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken(this.root) },
        body: JSON.stringify({ version: this.version, cells: Object.fromEntries(this.sending) }),
      });
      const isJson = (answer.headers.get("Content-Type") || "").includes("json");
      const body = isJson ? await answer.json() : {};
      if (answer.ok && isJson) this.accept(body);
      else if (answer.status === 409) this.clash(body);
      else if (answer.status === 429 || answer.status >= 500) this.again(say(`服务器暂时忙（${answer.status}），稍后自动重试`, `the server is busy (${answer.status}); trying again soon`));
      else if (answer.ok || answer.status === 401 || answer.status === 403) {
        this.stop(body.message || say("登录已过期或无权修改，输入已存在本机，重新登录后自动补交", "signed out or not allowed; kept on this computer and sent after you sign in"));
      } else this.refuse(body);
    } catch (lost) {
      this.again(say("网络中断，输入已存在本机，连上后自动补交", "no network; kept on this computer and sent when it is back"));
    }
  }

  accept(body) {
    const sent = this.sending;
    this.sending = new Map();
    this.version = body.version;
    this.failures = 0;
    this.trouble = "";
    heard();
    const states = new Map();
    for (const key of body.saved || []) if (!this.unsent.has(key)) states.set(key, ["saved", ""]);
    const saved = new Set(body.saved || []);
    const reasons = new Map((body.faults || []).map(({ key, message }) => [key, message]));
    for (const [key, text] of sent) {
      if (saved.has(key) || this.unsent.has(key)) continue;
      const reason = reasons.get(key) || say("服务器没有确认", "not confirmed by the server");
      this.refused.set(key, [text, reason]);
      states.set(key, ["unsaved", reason]);
    }
    this.store();
    if (body.filled) this.root.dispatchEvent(new CustomEvent("sk:filled", { bubbles: true, detail: body.filled }));
    this.tell(states, { computed: body.computed || {}, findings: body.findings || [] });
    if (this.unsent.size) this.wait(0);
  }

  clash(body) {
    const sent = this.sending;
    this.sending = new Map();
    this.version = body.version;
    const states = new Map();
    for (const { key, value, who, when } of body.conflicts || []) {
      if (!sent.has(key)) continue;
      this.conflicts.set(key, { mine: this.unsent.has(key) ? this.unsent.get(key) : sent.get(key), theirs: value, who, when });
      this.unsent.delete(key);
      states.set(key, ["conflict", say(`${who} ${when} 改为 ${value}`, `${who} changed it to ${value}, ${when}`)]);
      sent.delete(key);
    }
    for (const [key, text] of sent) if (!this.unsent.has(key)) this.unsent.set(key, text);
    this.store();
    this.tell(states);
    // A busy return may clash again and again: each time a little later.
    if (this.unsent.size) this.wait(states.size ? 0 : PAUSES_MS[Math.min(this.failures++, PAUSES_MS.length - 1)] / 10);
  }

  /** Settle a clash: mine is sent over theirs, knowingly; theirs replaces mine. */
  settle(key, keepsMine) {
    const { mine, theirs } = this.conflicts.get(key);
    this.conflicts.delete(key);
    this.latest.set(key, theirs);
    if (keepsMine) this.queue(key, mine);
    else { this.store(); this.tell(new Map([[key, ["saved", ""]]])); }
  }

  refuse(body) {
    const reasons = new Map((body.faults || []).map(({ key, message }) => [key, message]));
    const states = new Map();
    for (const [key, text] of this.sending) {
      const reason = reasons.get(key) || body.message || say("未被接受", "not accepted");
      // A cell without a fault of its own was refused only because of its neighbours: it goes again with the next edit.
      if (reasons.size && !reasons.has(key)) { if (!this.unsent.has(key)) this.unsent.set(key, text); } else if (!this.unsent.has(key)) this.refused.set(key, [text, reason]);
      states.set(key, ["unsaved", reason]);
    }
    const isPartly = reasons.size && this.unsent.size;
    this.sending = new Map();
    this.store();
    this.tell(states);
    if (isPartly) this.wait(DEBOUNCE_MS);
  }

  again(reason) {
    this.stop(reason);
    this.wait(PAUSES_MS[Math.min(this.failures++, PAUSES_MS.length - 1)]);
  }

  stop(reason) {
    const states = new Map([...this.sending.keys()].map((key) => [key, ["unsaved", reason]]));
    this.unsent = new Map([...this.sending, ...this.unsent]);
    this.sending = new Map();
    this.trouble = reason;
    this.store();
    this.tell(states);
  }

  /** One line: what is kept, what is under way, what is not and why. */
  summary() {
    const bad = this.refused.size + this.conflicts.size + (this.trouble ? this.unsent.size : 0);
    if (bad) {
      const [first] = [this.trouble, ...[...this.refused.values()].map(([, reason]) => reason), say("与他人修改冲突", "changed by somebody else")].filter(Boolean);
      return [say(`未保存 ${bad} 格（${first}）`, `${bad} cells not saved (${first})`), "bad"];
    }
    const waiting = this.sending.size + this.unsent.size;
    return waiting ? [say(`正在保存 ${waiting} 格…`, `saving ${waiting} cells…`), "wait"] : [say("已保存", "All saved"), "good"];
  }
}
