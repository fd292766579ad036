"""Deployed repositories compared with declared ones: guard, audit and adoption, without AWS."""
