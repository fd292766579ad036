"""Tests of policies: cases in files beside the versions."""
