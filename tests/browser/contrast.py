"""Checks the contrast of texts, which is most of axe's work, once per text style.

A style is a hash of the properties of a text and its ancestors that affect contrast, including their colours. On each
page, two texts of each new style are checked, or all of them if axe can't determine the contrast of one.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

#: Runs axe, checking contrast only for styles that haven't passed yet. Returns [violations, styles passed].
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
  const styles = new Map();
  const roots = within ? [...document.querySelectorAll(within)] : [document.body];
  for (const element of roots.flatMap((root) => [root, ...root.querySelectorAll("*")])) {
    if (!(text(element) || element.matches(field)) || off(element) || hidden(element)) continue;
    const its = getComputedStyle(element);
    const own = [its.color, its.fontSize, its.fontWeight, its.textShadow, element.localName, !element.value];
    const style = hash(ground(element) + own);
    if (!known.has(style)) styles.set(style, [...(styles.get(style) ?? []), element]);
  }
  const contrastOnly = options.runOnly.type === "rule";
  if (contrastOnly && !styles.size) return [[], []];
  const fine = new Set(styles.keys());
  const judge = async (elements, options) => {
    for (const element of elements) element.setAttribute("data-to-judge", "");
    axe.configure({ rules: [{ id: "color-contrast", selector: "[data-to-judge]" }] });
    const { violations, incomplete } = await axe.run(within || document, options);
    axe.configure({ rules: [{ id: "color-contrast", selector: "*" }] });
    for (const element of elements) element.removeAttribute("data-to-judge");
    const unsure = new Set();
    const nodes = (rules) => rules.filter((one) => one.id === "color-contrast").flatMap((one) => one.nodes);
    for (const [style, its] of styles) {
      const found = (rules) => nodes(rules).some((node) => its.includes(node.element));
      if (found(incomplete)) unsure.add(style);
      if (unsure.has(style) || found(violations)) fine.delete(style);
    }
    return [violations, unsure];
  };
  const [found, unsure] = await judge([...styles.values()].flatMap((its) => its.slice(0, 2)), options);
  const others = [...unsure].flatMap((style) => styles.get(style).slice(2));
  if (others.length) {
    found.push(...(await judge(others, { ...options, runOnly: { type: "rule", values: ["color-contrast"] } }))[0]);
  }
  const violations = found.map((rule) => ({
    id: rule.id,
    nodes: rule.nodes.map((node) => ({ target: node.target, failureSummary: node.failureSummary })),
  }));
  return [violations, [...fine]];
}
"""
#: the styles that have passed in this run, one per line
_PASSED = Path(os.environ["TESTS_LOOKED"]) / "styles"


def run(page: Page, *, within: str, only: dict[str, Sequence[str] | str]) -> Any:
    """Return axe's violations in the current colour scheme, on a page where axe is loaded."""
    options = {"runOnly": only, "resultTypes": ["violations", "incomplete"], "elementRef": True}
    with _PASSED.open("a+") as file:
        file.seek(0)
        violations, passed = page.evaluate(_RUN, [within, options, file.read().split()])
        # appended in one write, since other processes append too
        file.write("".join(f"{style}\n" for style in passed))
    return violations
