"""What a scan of an image found, and whether it may pass: without AWS."""

from ecrkit.scanning.allow_list import Allowance, AllowList, read_allow_list
from ecrkit.scanning.judging import Judgement, Verdict, judge
from ecrkit.scanning.reading import read_scan
from ecrkit.scanning.sarif import sarif
from ecrkit.scanning.values import Package, Scan, ScanStatus, Severity, Vulnerability

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
