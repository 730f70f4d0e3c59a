"""Counts the clicks and words of a walk through Goodword."""

import re

from playwright.sync_api import Page

#: reports each press of a pointer; keys, and the clicks that scripts or labels add, are none
_PRESSES = 'document.addEventListener("pointerdown", () => window.countPress(), true);'

#: the visible texts: [whether it is navigation, text]; of a select what is chosen, of an input what is in it
_TEXTS = r"""
() => {
  const found = [];
  const hidden = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const box = one.getBoundingClientRect();
      const clipped = box.width <= 1 && getComputedStyle(one).overflow === "hidden";
      if (clipped || box.bottom + scrollY < 0 || box.right + scrollX < 0) return true;
    }
    return !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      || element.closest("option, textarea, script, style, noscript");
  };
  const add = (element, text) => text.trim()
    && found.push([element.closest("nav, .rail") !== null, text.trim().replace(/\s+/g, " ")]);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!hidden(element)) add(element, walker.currentNode.data);
  }
  for (const select of document.querySelectorAll("select")) {
    if (!hidden(select)) add(select, select.selectedOptions[0]?.text ?? "");
  }
  for (const input of document.querySelectorAll("input[type=text], input:not([type]), textarea")) {
    if (!hidden(input.parentElement)) add(input, input.value || input.placeholder);
  }
  return found;
}
"""


class Effort:
    """`read` counts words that the page shows for the first time. Text that repeats on a page, such as *Copy* in each
    row of a table, and navigation are counted once.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.words: dict[str, int] = {}
        self._seen: dict[str, set[str]] = {}
        page.expose_function("countPress", self._press)
        page.add_init_script(_PRESSES)

    def _press(self) -> None:
        self.clicks += 1

    def read(self, name: str) -> None:
        """Count everything visible on the page as read, above or below the fold. `name`: label for the summary."""
        self.page.wait_for_load_state()
        path = self.page.url.partition("?")[0]
        for navigation, text in self.page.evaluate(_TEXTS):
            seen = self._seen.setdefault("navigation" if navigation else path, set())
            if text not in seen:
                seen.add(text)
                self.words[name] = self.words.get(name, 0) + len(re.findall(r"\w\S*", text))

    @property
    def total(self) -> int:
        return sum(self.words.values())

    def account(self) -> str:
        pages = ", ".join(f"{name} {words}" for name, words in self.words.items())
        return f"{self.clicks} clicks, {self.total} words: {pages}"
