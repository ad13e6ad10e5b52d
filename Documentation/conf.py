# SPDX-License-Identifier: GPL-2.0
"""For sphinx-build -b html Documentation build/html."""

from pathlib import Path

project = "vmlab"
release = (Path(__file__).parent.parent / "VERSION").read_text(encoding="ascii").strip()
author = "the vmlab authors"

root_doc = "index"
exclude_patterns = ["build"]
highlight_language = "none"
html_theme = "alabaster"
html_show_copyright = False
