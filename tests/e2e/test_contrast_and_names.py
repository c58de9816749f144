"""Every text can be read (4.5 : 1), every control has a name and an edge that is seen (3 : 1), every table and heading its place."""

from browser import Watch, settle
from conftest import SignedIn
from playwright.sync_api import Page

# Who looks at what: the main pages of every area, a page of an error, one's own account.
SEEN = {
    "lead-agency": ("/", "/targets/T001", "/places/411721", "/units/U002", "/findings", "/returns", "/monitoring", "/monitoring/points/U001.DA001", "/tokens", "/account", "/nowhere"),
    "system-admin": ("/people",),
}  # fmt: skip
FAULTS = """() => {
  const faults = new Set();
  const colour = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return { r, g, b, a }; };
  const light = ({ r, g, b }) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ratio = (one, other) => { const [more, less] = [light(one), light(other)].sort((a, b) => b - a); return (more + 0.05) / (less + 0.05); };
  const over = (top, under) => ({ r: top.r * top.a + under.r * (1 - top.a), g: top.g * top.a + under.g * (1 - top.a), b: top.b * top.a + under.b * (1 - top.a), a: 1 });
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const { backgroundImage, backgroundColor } = getComputedStyle(at);
      layers.push((backgroundImage.match(/rgba?\\([^)]+\\)/g) || [backgroundColor]).map(colour));
      if (layers[layers.length - 1].every(({ a }) => a === 1)) break;
    }
    return layers.reverse().reduce((under, tops) => under.flatMap((one) => tops.map((top) => over(top, one))), [{ r: 255, g: 255, b: 255, a: 1 }]);
  };
  const isSeen = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden" && !element.closest(".sk-unseen, script, style, svg, option");
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const [text, element] = [texts.currentNode.data.trim(), texts.currentNode.parentElement];
    if (!text || !isSeen(element)) continue;
    const ink = colour(getComputedStyle(element).color);
    const worst = Math.min(...behind(element).map((paper) => ratio(over(ink, paper), paper)));
    if (worst < 4.5) faults.add(`${worst.toFixed(2)} : 1 ${element.tagName}.${element.className} ${text.slice(0, 20)}`);
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!isSeen(field)) continue;
    if (!(field.labels.length || field.getAttribute("aria-label"))) faults.add(`no name: ${field.outerHTML.slice(0, 100)}`);
    const { borderTopWidth, borderTopColor, appearance } = getComputedStyle(field);
    if (appearance !== "auto" && parseFloat(borderTopWidth) && ratio(colour(borderTopColor), { r: 255, g: 255, b: 255 }) < 3) faults.add(`edge: ${field.outerHTML.slice(0, 100)}`);
  }
  for (const table of document.querySelectorAll("main table")) if (!table.caption && !table.getAttribute("aria-label")) faults.add(`no name: table ${table.textContent.slice(0, 40)}`);
  let above = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    const level = Number(heading.tagName[1]);
    if (level > above + 1) faults.add(`h${above} then h${level}: ${heading.textContent}`);
    above = level;
  }
  if (document.querySelectorAll("h1").length !== 1) faults.add("not one h1");
  return [...faults];
}"""


def _faults(page: Page, path: str) -> list[str]:
    page.goto(path)
    settle(page)
    return [f"{path} {fault}" for fault in page.evaluate(FAULTS)]


def test_all_can_be_read_and_has_a_name(signed_in: SignedIn, watch: Watch) -> None:
    watch.allow("404")
    found: list[str] = []
    for name, paths in SEEN.items():
        page = signed_in(name, paths[0])
        for path in paths:
            found += _faults(page, path)
        page.close()
    assert found == []
