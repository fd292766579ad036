"""A preview as one HTML file that opens offline; needs ``ecrkit[report]``."""

from ecrkit.preview.report.page import render_page

__all__ = ["render_page"]
