"""
A preview as one HTML file that opens offline.

- ``page``: the report on one repository
- ``repositories``: the report on several
- ``fleet``: the report on many accounts and Regions
- ``decision``: the sentence that it begins with
- ``chart``, ``timeline``: images by time of push, and the next 90 days, as SVG
- ``lanes``, ``facts``, ``rows``: what they and the table show
- ``sections``, ``axis``, ``layout``, ``markup``: parts of all of them
"""

from ecrkit.preview.report.page import render_page
from ecrkit.preview.report.repositories import render_repositories

__all__ = ["render_page", "render_repositories"]
