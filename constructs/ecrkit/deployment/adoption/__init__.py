"""
Adopt existing repositories and registry-wide settings: write the catalog entries that declare them as they are.

:class:`Adopter` decides, without AWS and without writing; :func:`write_adopted` writes.
"""

from ecrkit.deployment.adoption.adopter import Adopter
from ecrkit.deployment.adoption.importing import import_steps, resource_mappings, setting_mappings
from ecrkit.deployment.adoption.values import Adopted, AdoptedSetting
from ecrkit.deployment.adoption.writing import published_in, write_adopted, write_mapping

__all__ = [
    "Adopted",
    "AdoptedSetting",
    "Adopter",
    "import_steps",
    "published_in",
    "resource_mappings",
    "setting_mappings",
    "write_adopted",
    "write_mapping",
]
