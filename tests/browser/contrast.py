"""Checks the contrast of texts, most of axe's work, only once for each text style.

A style is a hash of the properties of a text and its ancestors that affect contrast, including their colours.
"""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

#: Runs axe, checking contrast only for texts whose style hasn't passed yet. Returns [violations, styles passed].
_RUN = r"""
async ([within, options, passed]) => {
  const hash = (text) => {
    let [a, b] = [0xdeadbeef, 0x41c6ce57];
    for (let place = 0; place < text.length; place++) {
      a = Math.imul(a ^ text.charCodeAt(place), 2654435761);
      b = Math.imul(b ^ text.charCodeAt(place), 1597334677);
    }
    return `${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`;
  };
  const grounds = new Map([[null, `${matchMedia("(prefers-color-scheme: dark)").matches}`]]);
  const ground = (element) => {
    if (!grounds.has(element)) {
      const its = getComputedStyle(element);
      const own = [
        its.backgroundColor, its.backgroundImage, its.backgroundClip, its.opacity, its.filter, its.mixBlendMode,
        its.position, its.zIndex, its.float, its.transform === "none", its.colorScheme,
      ];
      grounds.set(element, hash(ground(element.parentElement) + own));
    }
    return grounds.get(element);
  };
  const field = "select, textarea, input:not([type=checkbox], [type=radio], [type=file], [type=hidden], [type=range])";
  const text = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  // axe skips these, so they say nothing about other texts of the same style
  const off = (element) =>
    element.closest(":disabled, [aria-disabled=true], svg, option, script, style, noscript")
    || element.closest("label")?.control?.disabled;
  const hidden = (element) => {
    const box = element.getBoundingClientRect();
    return box.width <= 1 || box.height <= 1 || box.bottom + scrollY < 0 || box.right + scrollX < 0
      || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  };
  const known = new Set(passed);
  const ways = new Map();
  const roots = within ? [...document.querySelectorAll(within)] : [document.body];
  for (const element of roots.flatMap((root) => [root, ...root.querySelectorAll("*")])) {
    if (!(text(element) || element.matches(field)) || off(element) || hidden(element)) continue;
    const its = getComputedStyle(element);
    const own = [its.color, its.fontSize, its.fontWeight, its.textShadow, element.localName, !element.value];
    const way = hash(ground(element) + own);
    if (!known.has(way)) ways.set(element, way);
  }
  const contrastOnly = options.runOnly.type === "rule";
  if (contrastOnly && !ways.size) return [[], []];
  for (const element of ways.keys()) element.setAttribute("data-to-judge", "");
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-to-judge]" }] });
  const found = await axe.run(within || document, options);
  axe.configure({ rules: [{ id: "color-contrast", selector: "*" }] });
  for (const element of ways.keys()) element.removeAttribute("data-to-judge");
  const fine = new Set(ways.values());
  for (const rule of [...found.violations, ...found.incomplete].filter((one) => one.id === "color-contrast")) {
    for (const node of rule.nodes) fine.delete(ways.get(node.element));
  }
  const violations = found.violations.map((rule) => ({
    id: rule.id,
    nodes: rule.nodes.map((node) => ({ target: node.target, failureSummary: node.failureSummary })),
  }));
  return [violations, [...fine]];
}
"""
#: styles that have passed in this process
_passed: set[str] = set()


def run(page: Page, *, within: str, only: dict[str, Sequence[str] | str]) -> Any:
    """Returns axe's violations on a page where it is loaded, in the current colour scheme."""
    options = {"runOnly": only, "resultTypes": ["violations", "incomplete"], "elementRef": True}
    violations, passed = page.evaluate(_RUN, [within, options, sorted(_passed)])
    _passed.update(passed)
    return violations
