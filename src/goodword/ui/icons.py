from functools import lru_cache
from typing import Final

from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

#: our name -> Lucide's
ICONS: Final = {
    "alert": "triangle-alert",
    "archive": "archive",
    "arrow-left": "arrow-left",
    "arrow-right": "arrow-right",
    "bell": "bell",
    "building": "building-2",
    "calendar": "calendar",
    "candidates": "users",
    "check": "check",
    "chevron-down": "chevron-down",
    "chevron-right": "chevron-right",
    "clock": "clock",
    "computer": "monitor",
    "copy": "copy",
    "download": "download",
    "edit": "pencil",
    "external": "external-link",
    "eye": "eye",
    "eye-off": "eye-off",
    "file": "file-text",
    "filter": "list-filter",
    "flag": "flag",
    "globe": "globe",
    "help": "circle-question-mark",
    "history": "history",
    "home": "house",
    "info": "info",
    "key": "key-round",
    "library": "library",
    "link": "link",
    "list": "list",
    "lock": "lock",
    "mail": "mail",
    "menu": "menu",
    "more": "ellipsis",
    "note": "sticky-note",
    "pause": "pause",
    "play": "play",
    "plug": "plug",
    "plus": "plus",
    "refresh": "refresh-cw",
    "results": "clipboard-check",
    "roles": "briefcase",
    "scales": "scale",
    "search": "search",
    "send": "send",
    "settings": "sliders-horizontal",
    "shield": "shield",
    "sign-out": "log-out",
    "sort-down": "arrow-down",
    "sort-up": "arrow-up",
    "trash": "trash-2",
    "undo": "undo-2",
    "upload": "upload",
    "user": "user",
    "x": "x",
}


@lru_cache(maxsize=1024)
def icon_svg(name: str, *, size: int | str = 18, label: str = "") -> SafeString:
    """With a `label` it is announced, without one hidden. Raises KeyError for an unknown name."""
    accessible = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    # without inline styles, which our content security policy would block
    svg = lucide(
        ICONS[name], size=int(size), stroke_width="1.75", focusable="false", **{"class": "icon"}, **accessible
    )
    return mark_safe("".join(line.strip() for line in svg.splitlines()))  # noqa: S308  the package escapes the attributes
