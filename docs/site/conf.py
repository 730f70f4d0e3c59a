"""Sphinx's settings for the documentation site. `scripts/docs.py` lays out the sources."""

project = "Goodword"
html_title = "Goodword"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
# anchors as on Git hosts, so that links in the Markdown files lead to the same headings there and here
myst_heading_anchors = 4
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1f5f4a", "color-brand-content": "#1f5f4a"},
    "dark_css_variables": {"color-brand-primary": "#7fc8ad", "color-brand-content": "#7fc8ad"},
}
