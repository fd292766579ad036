"""Layers that several repositories store."""

from __future__ import annotations

from ecrkit.deployment.audit.sharing import repeated_layers
from ecrkit.errors import Location
from ecrkit.preview.layers import SharedLayers

LOCATION = Location("repositories.yaml", 1, 1, pointer="/environments/dev")


def test_shared_layers_are_one_note() -> None:
    """One note has the number of layers, the bytes that are stored repeatedly, and where: the first three groups."""
    shared = [
        SharedLayers(("api", "job", "web"), 3, 1_000_000),
        *(SharedLayers(("api", f"web-{number}"), 1, 5) for number in range(4)),
    ]

    [found] = repeated_layers(shared, location=LOCATION)

    assert (found.code, found.severity.value) == ("AUD161", "note")
    assert found.text == (
        "environments.dev: 7 layers are in more than one repository: 2.0 MB stored repeatedly, 2.0 MB in api, job, "
        "web; 5 B in api, web-0; 5 B in api, web-1; 10 B in others; turn on blob mounting, so "
        "that repositories with the same encryption share the layers of later pushes: "
        "`aws ecr put-account-setting --name BLOB_MOUNTING --value ENABLED`"
    )


def test_nothing_shared_is_nothing_to_say() -> None:
    """Repositories that share no layer have no note."""
    assert list(repeated_layers((), location=LOCATION)) == []
