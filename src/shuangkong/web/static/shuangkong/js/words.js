// Words in the page's language. Every module says what it shows in both: say("保存", "saved").

export const english = () => document.documentElement.lang.toLowerCase().startsWith("en");

export const say = (zh, en) => (english() ? en : zh);

/** Words of a light and of a mark, as the domain names them. */
export const LIGHTS = {
  GREEN: ["●", "顺利", "on course"], YELLOW: ["▲", "预警", "warning"], RED: ["■", "滞后", "behind"], GREY: ["○", "无数据", "no data"],
};
export const MARKS = {
  SIMULATED: ["模拟", "simulated"], ESTIMATED: ["估算", "estimated"], SUBSTITUTED: ["替代", "substituted"], UNVERIFIED: ["未核实", "unverified"],
  DERIVED: ["推算", "derived"],
};
export const lightWord = (light) => { const [, zh, en] = LIGHTS[light] || LIGHTS.GREY; return say(zh, en); };
export const markWord = (mark) => (MARKS[mark] ? say(...MARKS[mark]) : mark || "");

/** A small element: make("button", {class: "sk-tool", type: "button"}, "文字", child). No style attribute ever: the policy forbids it. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** The elements below (and at) `root` not yet started under this name; each is given once. */
export function fresh(root, selector, name) {
  const found = [...root.querySelectorAll(selector)];
  if (root instanceof Element && root.matches(selector)) found.unshift(root);
  const started = `sk${name}`;
  return found.filter((element) => !element.dataset[started] && (element.dataset[started] = "1"));
}

/** Hand a file to the person. */
export function download(name, blob) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Put text on the clipboard; the old way where the page is not served safely (plain http inside a government network). */
export async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = make("textarea", { class: "sk-unseen" });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export const csrfToken = (root = document) => {
  const field = root.querySelector('input[name="csrfmiddlewaretoken"]') || document.querySelector('input[name="csrfmiddlewaretoken"]');
  if (field) return field.value;
  const meta = document.querySelector('meta[name="csrf-token"]');
  if (meta) return meta.content;
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return cookie ? decodeURIComponent(cookie.slice(10)) : "";
};

/** Tell the session clock (session.js) that the server has just heard from this person. */
export const heard = () => document.dispatchEvent(new CustomEvent("sk:heard"));
