"""What a scan of an image found, and whether it may pass: without AWS."""

from ecrkit.images.scans.allow_list import Allowance, AllowList, read_allow_list
from ecrkit.images.scans.judging import Judgement, Verdict, judge
from ecrkit.images.scans.reading import read_scan
from ecrkit.images.scans.sarif import sarif
from ecrkit.images.scans.values import Package, Scan, ScanStatus, Severity, Vulnerability

__all__ = [
    "AllowList",
    "Allowance",
    "Judgement",
    "Package",
    "Scan",
    "ScanStatus",
    "Severity",
    "Verdict",
    "Vulnerability",
    "judge",
    "read_allow_list",
    "read_scan",
    "sarif",
]
