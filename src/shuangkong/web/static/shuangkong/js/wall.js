// A wall of tiles that keeps itself up to date:
//   <div data-wall="/monitoring/wall/now?…" data-seconds="10">       asks the address every so many seconds, not while the page is hidden, for
//       {at, answer, tiles: [{code, light, state, age, alarms, alarms_told, figures: [{name, value, limit, unit, basis, share, mark, is_beyond, is_aside}]}]}
// What a tile holds and how it stands is the template's (monitoring/wall.html); here the same parts are filled anew.

import { fresh, heard, make, say } from "./words.js";

function figure({ name, value, limit, unit, basis, share, mark, is_beyond: isBeyond, is_aside: isAside }) {
  const about = [limit ? `/ ${limit}` : "", unit, basis].filter(Boolean).join(" ");
  return make("div", { "data-beyond": isBeyond, "data-side": isAside }, make("dt", {}, name), make("dd", {}, make("b", {}, value), " ", make("span", { class: "sk-unit" }, about),
    ...(share ? [" ", make("span", { class: "sk-share" }, share)] : []), ...(mark ? [" ", make("span", { class: "sk-mark" }, mark)] : [])));
}

function fill(tile, told) {
  tile.dataset.light = told.light;
  const light = tile.querySelector(".sk-light");
  light.dataset.light = told.light;
  light.textContent = told.state;
  tile.querySelector("[data-age]").textContent = told.age;
  const alarms = tile.querySelector("[data-alarms]");
  alarms.hidden = !told.alarms;
  alarms.textContent = told.alarms_told;
  tile.querySelector("dl").replaceChildren(...told.figures.map(figure));
}

function keep(wall) {
  const status = wall.querySelector("[data-wall-status]");
  const answer = wall.querySelector("[data-wall-answer]");
  const every = Number(wall.dataset.seconds) * 1000;
  let last = wall.querySelector("[data-wall-at]").textContent;
  let timer = null;
  const tell = (words, isLost) => { status.textContent = words; status.toggleAttribute("data-lost", isLost); };

  function show(told) {
    last = told.at;
    if (answer.textContent !== told.answer) answer.textContent = told.answer;
    const now = new Map(told.tiles.map((one) => [one.code, one]));
    for (const tile of wall.querySelectorAll("[data-point]")) {
      const one = now.get(tile.dataset.point);
      tile.hidden = !one;
      if (one) { fill(tile, one); now.delete(one.code); }
    }
    tell(say(`更新于 ${last}`, `As of ${last}`), false);
    if (now.size) status.append(" · ", make("a", { href: window.location.href }, say(`另有 ${now.size} 个点，重新载入`, `${now.size} more points, reload`)));
  }

  async function look() {
    timer = null;
    if (document.hidden) return;
    try {
      const reply = await fetch(wall.dataset.wall, { headers: { Accept: "application/json" }, redirect: "error" });
      if (!reply.ok) throw new Error(String(reply.status));
      show(await reply.json());
      heard();
    } catch (lost) {
      tell(say(`连接中断，正在重试；所示为 ${last} 的数据`, `Connection lost, trying again; what is shown is as of ${last}`), true);
    }
    timer = setTimeout(look, every);
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden && timer === null) look(); });
  timer = setTimeout(look, every);
}

export function start(root) {
  fresh(root, "[data-wall]", "Wall").forEach(keep);
}
