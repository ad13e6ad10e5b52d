# SPDX-License-Identifier: GPL-2.0
"""For sphinx-build -b html Documentation build/html."""

from importlib.util import find_spec
from pathlib import Path

project = "vmlab"
release = (Path(__file__).parent.parent / "VERSION").read_text(encoding="ascii").strip()
author = "the vmlab authors"

root_doc = "index"
exclude_patterns = ["build"]
highlight_language = "none"
# Without the packages furo and python3-sphinx-copybutton the pages are plainer.
html_theme = "furo" if find_spec("furo") else "alabaster"
html_title = f"vmlab {release}"
html_show_copyright = False
if find_spec("sphinx_copybutton"):
    extensions = ["sphinx_copybutton"]
    # Copy the commands of an example, without prompts and output.
    copybutton_prompt_text = r"\$ |vmlab# "
    copybutton_prompt_is_regexp = True
