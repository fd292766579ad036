"""
How long `ecrkit policy preview` takes and how much memory, as ratios to reading the same file with Python's own parser.

Run it with ``make benchmark``. The commands of a ratio run in turn, on this machine, one after the other; every figure
is a median.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

__all__ = ["main"]

ECRKIT = str(Path(sys.executable).with_name("ecrkit"))
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ROUNDS = 7
WITHOUT_MSGSPEC = "import sys; sys.modules['msgspec'] = None; from ecrkit.cli import main; main()"
IMAGES = 100_000


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as directory:
        policy = Path(directory, "policy.json")
        policy.write_text(json.dumps({"rules": rules()}), encoding="utf-8")
        path = write(Path(directory, "images.json"), IMAGES)
        parse = [sys.executable, "-c", f"import json; json.load(open({str(path)!r}))"]
        ours = preview(policy, path)
        plain = [sys.executable, "-c", WITHOUT_MSGSPEC, *ours[1:]]
        measured = [(run(parse), run(ours), run(plain)) for _ in range(ROUNDS)]
        reference, seconds, without = (median([found[index][0] for found in measured]) for index in range(3))
        memory = median([found[1][1] for found in measured])
        report("preview of 100,000 images / json.load", seconds, reference, target="at most 2")
        report("the same without msgspec / json.load", without, reference, target="no target")
        size = path.stat().st_size
        figures = f"{memory / 1e6:5.0f} MB / {size / 1e6:4.0f} MB"
        print(f"{'its memory / size of the file':<40} {memory / size:5.2f}   {figures}   (at most 8)")  # noqa: T201 - a script
        for number in (10_000, 100_000, 1_000_000):
            lines = write(Path(directory, "images.jsonl"), number)
            seconds, peak = run(preview(policy, lines))
            print(  # noqa: T201 - as above
                f"{number:>9,} images in JSON Lines {'':<12} {seconds * 1e6 / number:5.1f} µs each"
                f"   {seconds:5.2f} s, {peak / lines.stat().st_size:4.2f} times the file in memory"
            )
        layered = write(Path(directory, "layered.json"), IMAGES, layers=20)
        for name, command in (("", ours), (" without msgspec", plain)):
            seconds, peak = run([str(layered) if each == str(path) else each for each in command])
            print(  # noqa: T201 - as above
                f"{f'100,000 images with 20 layers{name}':<40} {seconds:5.2f} s, {peak / 1e6:4.0f} MB"
                f" / {layered.stat().st_size / 1e6:4.0f} MB"
            )
        html = subprocess.run([*preview(policy, path)[:-1], "html"], capture_output=True, check=True)  # noqa: S603 - our own command
        print(f"{'report on 100,000 images':<40} {len(html.stdout) / 1e6:5.2f} MB   (below 10 MB)")  # noqa: T201 - as above


def preview(policy: Path, images: Path) -> list[str]:
    """Write the command."""
    return [
        *(ECRKIT, "policy", "preview", str(policy), "--images", str(images)),
        *("--now", NOW.isoformat(), "--output", "json"),
    ]


def run(command: list[str]) -> tuple[float, int]:
    """Run a command; give its seconds on the clock and its bytes at most."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - commands of this file
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return time.perf_counter() - start, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def median(values: list[float] | list[int]) -> float:
    """Give the median."""
    return statistics.median(values)


def report(name: str, seconds: float, reference: float, *, target: str) -> None:
    """Print a ratio, what it is made of and what it should be."""
    figures = f"{seconds * 1000:5.0f} ms / {reference * 1000:4.0f} ms"
    print(f"{name:<40} {seconds / reference:5.2f}   {figures}   ({target})")  # noqa: T201 - a script


def write(path: Path, number: int, *, layers: int = 0) -> Path:
    """Write so many images as ``describe-images`` prints them, or a line each; with so many layers."""
    chance = random.Random(number)  # noqa: S311 - nothing secret
    with path.open("w", encoding="utf-8") as file:
        if path.suffix == ".jsonl":
            file.writelines(f"{json.dumps(image(index, chance))}\n" for index in range(number))
        else:
            images = [image(index, chance) | layers_of(index, layers) for index in range(number)]
            json.dump({"imageDetails": images}, file, indent=None if layers else 4)
    return path


def image(number: int, chance: random.Random) -> dict[str, Any]:
    """Make an image of the last three years."""
    pushed = NOW - timedelta(seconds=chance.randrange(3 * 365 * 86_400))
    tag = f"{chance.choice(['prod', 'beta', 'dev', 'v1.', 'feature-'])}{number:06}"
    return {
        "registryId": "123456789012",
        "repositoryName": "payments/api",
        "imageDigest": f"sha256:{sha256(str(number).encode()).hexdigest()}",
        **({"imageTags": [tag]} if chance.random() < 0.7 else {}),  # noqa: PLR2004 - two thirds or so have a tag
        "imageSizeInBytes": chance.randrange(1_000_000_000),
        "imagePushedAt": pushed.isoformat(),
        "imageManifestMediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "artifactMediaType": "application/vnd.docker.container.image.v1+json",
        "lastRecordedPullTime": (pushed + timedelta(seconds=chance.randrange(1_000_000))).isoformat(),
        "imageStatus": "ACTIVE",
    }


def layers_of(number: int, count: int) -> dict[str, Any]:
    """Make layers: four of an image alone, the others shared by a hundred images."""
    names = [f"{number if place < 4 else number // 100}/{place}" for place in range(count)]  # noqa: PLR2004 - as said
    found = [{"digest": f"sha256:{sha256(name.encode()).hexdigest()}", "size": len(name) * 100_000} for name in names]
    return {"layers": found} if found else {}


def rules() -> list[dict[str, Any]]:
    """Write five rules of every kind."""
    days = {"countUnit": "days"}
    selections = [
        {"tagStatus": "tagged", "tagPatternList": ["prod*"], "countType": "imageCountMoreThan", "countNumber": 500},
        {"tagStatus": "tagged", "tagPatternList": ["v*.*"], "countType": "imageCountMoreThan", "countNumber": 100},
        {"tagStatus": "tagged", "tagPrefixList": ["beta"], "countType": "sinceImagePushed", **days, "countNumber": 90},
        {"tagStatus": "untagged", "countType": "sinceImagePushed", **days, "countNumber": 14},
        {"tagStatus": "any", "countType": "sinceImagePulled", **days, "countNumber": 180},
    ]
    actions: list[dict[str, str]] = [{"type": "expire"}] * 4
    actions.append({"type": "transition", "targetStorageClass": "archive"})
    return [
        {"rulePriority": number, "selection": selection, "action": action}
        for number, (selection, action) in enumerate(zip(selections, actions, strict=True), start=1)
    ]


if __name__ == "__main__":
    main()
