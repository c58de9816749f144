// What the entry page of a return adds to its grid: 不适用 for the cell at hand, the next required empty cell, links that go into their cell,
// the counter of what is filled in.

let last = null;
const field = (td) => td && td.querySelector(".sk-grid-input");

/** Write into a cell as if it had been typed, so that the grid keeps, sends and can undo it. */
function type(input, text) {
  input.focus();
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.blur();
  input.focus();
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches(".sk-grid-input")) last = event.target;
});

/** After each saving: how far the return is filled in, at the top of the page. */
document.addEventListener("sk:filled", (event) => {
  for (const one of document.querySelectorAll("[data-filled]")) {
    const count = event.detail[one.dataset.filled];
    if (count === undefined) continue;
    if (one.tagName === "PROGRESS") one.value = count;
    else one.textContent = count;
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-not-applicable]")) {
    if (last && ("mayNotApply" in last.dataset || last.tagName === "SELECT")) type(last, "不适用");
    else if (last) last.focus();
    return;
  }
  if (event.target.closest("[data-next-missing]")) {
    const required = [...document.querySelectorAll(".sk-grid-input[aria-required]")];
    const from = required.indexOf(last) + 1;
    const next = [...required.slice(from), ...required.slice(0, from)].find((input) => !input.value.trim() && !input.placeholder);
    if (next) next.focus();
    return;
  }
  const link = event.target.closest('a[href^="#cell-"]');
  const cell = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (cell) (field(cell) || cell).focus();
});
