// The time machine: <input type="date" data-as-of> sets ?as_of=2023-06-30 and keeps the rest of the address;
// <button data-as-of-today> takes it away. Without script the input stands in a GET form.

import { fresh } from "./words.js";

function go(day) {
  const address = new URL(window.location.href);
  if (day) address.searchParams.set("as_of", day);
  else address.searchParams.delete("as_of");
  if (address.href !== window.location.href) window.location.assign(address.href);
}

export function start(root) {
  for (const input of fresh(root, "input[data-as-of]", "AsOf")) {
    // A half-typed date reads as empty: only a full date, confirmed by Enter or by leaving the field, moves the page.
    const move = () => input.value && input.validity.valid && go(input.value);
    input.addEventListener("blur", () => input.value !== input.defaultValue && move());
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); move(); } });
    if (input.form) input.form.addEventListener("submit", (event) => { event.preventDefault(); go(input.value); });
  }
  for (const button of fresh(root, "[data-as-of-today]", "AsOf")) {
    button.addEventListener("click", (event) => { event.preventDefault(); go(""); });
  }
}
