"""How Sphinx builds the documentation; `make docs` runs it, with warnings as errors."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import ecrkit  # noqa: E402 - after the path of the generator beside this file
from ecrkit.lifecycle.evaluation.open_questions import OpenQuestion  # noqa: E402 - as above

project = "ecrkit"
author = "the ecrkit developers"
version = release = ecrkit.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "drawings", "generate"]
# The site has a page for each rule; rules.md is for reading them in the repository.
exclude_patterns = ["_build", "rules.md"]

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "fieldlist", "substitution"]
# What the evaluation decides without a source, as a list.
myst_substitutions = {
    "decisions": "\n".join(f"- {question.value[0].upper()}{question.value[1:]}." for question in OpenQuestion)
}
myst_heading_anchors = 4
# Samples leave out text by `…`, which is not JSON. Two packages have a Verdict and a Severity, and signatures name them
# without their package.
suppress_warnings = ["misc.highlighting_failure", "ref.python"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
# A field of a dataclass is described once, where its class lists it.
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"ecrkit {version}"
html_static_path = ["_static"]
html_css_files = ["ecrkit.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
pygments_style = "default"
pygments_dark_style = "github-dark"
