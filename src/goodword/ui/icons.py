"""The icons, drawn on a grid of 24 with round strokes of 1.75 in the colour of the text around them."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

ICONS: dict[str, str] = {
    "alert": "M12 4.2 21 19.5H3zM12 10v4M12 16.8v.01",
    "archive": "M4 5h16v4H4zM5.5 9v10h13V9M10 13h4",
    "arrow-left": "M19 12H5m6-6-6 6 6 6",
    "arrow-right": "M5 12h14m-6-6 6 6-6 6",
    "bell": "M6.5 10a5.5 5.5 0 0 1 11 0c0 5 2 6 2 6h-15s2-1 2-6M10 19.5h4",
    "building": "M5 20V5.5L13 4v16M13 9l6 1.5V20M3 20h18M8.5 8.5h1M8.5 12h1M8.5 15.5h1",
    "calendar": "M4.5 6.5h15v13h-15zM4.5 10.5h15M8.5 4v4M15.5 4v4",
    "candidates": (
        "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3 19.5c0-3.3 2.7-5.5 6-5.5s6 2.2 6 5.5"
        "M15.5 5a3.3 3.3 0 0 1 0 6.2M17.5 14.4c2.1.7 3.5 2.6 3.5 5.1"
    ),
    "check": "m5 12.5 4.5 4.5L19 7.5",
    "chevron-down": "m6.5 9.5 5.5 5.5 5.5-5.5",
    "chevron-right": "m9.5 6.5 5.5 5.5-5.5 5.5",
    "clock": "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16M12 7.5V12l3 2",
    "computer": "M4 5h16v11H4zM9 20h6M12 16v4",
    "copy": "M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9",
    "download": "M12 4v11m-4.5-4.5L12 15l4.5-4.5M4.5 19.5h15",
    "edit": "m14.5 6 3.5 3.5M5 19l.8-3.8L16 5a1.5 1.5 0 0 1 2.1 0l.9.9A1.5 1.5 0 0 1 19 8L8.8 18.2z",
    "external": "M14 4.5h5.5V10M19 5l-8 8M16.5 13.5v6h-12v-12h6",
    "eye": (
        "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6"
    ),
    "eye-off": (
        "M4 4l16 16M9.9 5.8c.7-.2 1.4-.3 2.1-.3 6 0 9.5 6.5 9.5 6.5s-1 1.9-2.9 3.6"
        "M6.4 7.6C3.9 9.3 2.5 12 2.5 12S6 18.5 12 18.5c1.7 0 3.2-.5 4.5-1.2M10 10a2.9 2.9 0 0 0 4 4"
    ),
    "file": "M6 3.5h8L18.5 8v12.5H6zM14 3.5V8h4.5M9 12.5h6M9 16h6",
    "filter": "M4 6.5h16M7 12h10M10 17.5h4",
    "flag": "M6 20.5V4M6 5h11.5l-2.5 4 2.5 4H6",
    "globe": "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M3.5 12h17M12 3.5c5 5 5 12 0 17-5-5-5-12 0-17",
    "help": (
        "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17"
        "M9.5 9.5a2.5 2.5 0 1 1 3.7 2.2c-.8.5-1.2 1-1.2 2M12 16.7v.01"
    ),
    "info": "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M12 11v5.5M12 7.5v.01",
    "key": "M8 19.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9M11.2 11.8l8-8M15.5 7.5l3 3",
    "library": "M5 4.5h4v15H5zM9 4.5h4v15H9zM13.2 5.6l3.6-1 3.7 14.2-3.6 1z",
    "link": (
        "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1"
    ),
    "list": "M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01",
    "lock": "M5.5 10.5h13v9.5h-13zM8.5 10.5V7.5a3.5 3.5 0 0 1 7 0v3",
    "mail": "M3.5 5.5h17v13h-17zM4 6.5l8 6.5 8-6.5",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "more": "M5.5 12h.01M12 12h.01M18.5 12h.01",
    "note": "M5 4.5h14v10L14.5 19.5H5zM19 14.5h-4.5v5M8.5 9h7M8.5 12.5h4",
    "pause": "M9 6v12M15 6v12",
    "play": "M8 5.5 18.5 12 8 18.5z",
    "plug": "M9 3.5v5M15 3.5v5M6.5 8.5h11V12a5.5 5.5 0 0 1-11 0zM12 17.5v3",
    "plus": "M12 5v14M5 12h14",
    "refresh": "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4.5V9H15",
    "results": "M6 3.5h12v17H6zM9 8h6M9 11.5h3M9 16l1.8 1.8L15 14",
    "roles": "M3.5 8h17v11.5h-17zM9 8V5h6v3M3.5 13h17M12 12v2",
    "search": "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M16.2 16.2 20.5 20.5",
    "send": "M20.5 3.5 10 14M20.5 3.5 14 20.5 10 14 3.5 10z",
    "settings": (
        "M4 7h9M18 7h2M4 17h3M12 17h8M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5"
        "M9.5 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5"
    ),
    "shield": "M12 3.5 19 6v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6z",
    "sign-out": "M14 4.5H5.5v15H14M10 12h10m-4-4 4 4-4 4",
    "sort-down": "M12 5.5v13m-5-5 5 5 5-5",
    "sort-up": "M12 18.5v-13m-5 5 5-5 5 5",
    "trash": "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.5 11v5.5M13.5 11v5.5",
    "undo": "M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10h-4",
    "upload": "M12 16V5M7.5 9.5 12 5l4.5 4.5M4.5 19.5h15",
    "user": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5c0-3.9 3.3-6.5 7.5-6.5s7.5 2.6 7.5 6.5",
    "x": "m6 6 12 12M18 6 6 18",
}

HEAVY = {"more": "2.75", "list": "1.9"}


def icon_svg(name: str, *, size: int | str = 18, label: str = "") -> SafeString:
    """The icon `name` as an inline SVG, `size` px square; `label` is read aloud, without it the icon is hidden.

    Raises KeyError for a name that is not drawn, so that a slip is seen at once.
    """
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="{1}" stroke-linecap="round" stroke-linejoin="round" focusable="false" {2}><path d="{3}"/></svg>',
        size,
        HEAVY.get(name, "1.75"),
        said,
        ICONS[name],
    )
