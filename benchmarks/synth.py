"""
How long synthesis takes: many repositories beside a bare loop, and the shipped catalog beside an empty app.

Run it with ``make benchmark``; it takes about three minutes. The programs of a ratio run in turn, with the same Node,
the same feature flags, and CDK's validation by CloudFormation's own rules in both. Figures are medians, from the start
of Python to its end.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path
from textwrap import dedent

import aws_cdk as cdk
import constructs

from ecrkit.cdk.node import bundled_node

__all__ = ["main"]

ROOT = Path(__file__).parents[1]
ROUNDS = 7
PAUSE_SECONDS = 1
POLL_SECONDS = 0.2

EMPTY = """
    import aws_cdk as cdk

    cdk.App().synth()
"""

BARE = """
    import aws_cdk as cdk
    from aws_cdk import aws_ecr as ecr

    app = cdk.App()
    env = cdk.Environment(account="123456789012", region="us-east-1")
    stacks = [cdk.Stack(app, f"Repositories-dev-{{shard}}", env=env) for shard in range(16)]
    for number in range({count}):
        stack = stacks[number % 16]
        repository = ecr.Repository(stack, f"team-app-{{number}}", repository_name=f"team/app-{{number}}")
        cdk.CfnOutput(stack, f"TeamApp{{number}}RepositoryUri", value=repository.repository_uri)
    app.synth()
"""

IN_NODE = """
    const cdk = require('aws-cdk-lib');
    const ecr = require('aws-cdk-lib/aws-ecr');

    const app = new cdk.App();
    const env = {{ account: '123456789012', region: 'us-east-1' }};
    const stacks = [];
    for (let shard = 0; shard < {shards}; shard++) {{
      stacks.push(new cdk.Stack(app, `Repositories-dev-${{shard}}`, {{ env }}));
    }}
    for (let number = 0; number < {count}; number++) {{
      const stack = stacks[number % {shards}];
      const props = {{ repositoryName: `team/app-${{number}}` }};
      const repository = new ecr.Repository(stack, `team-app-${{number}}`, props);
      new cdk.CfnOutput(stack, `TeamApp${{number}}RepositoryUri`, {{ value: repository.repositoryUri }});
    }}
    app.synth();
"""
"""What a program in TypeScript runs, without Python and jsii."""


def main() -> None:
    """Measure, and print a line a figure."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        empty = program(directory / "empty.py", EMPTY)
        bare = program(directory / "bare.py", BARE, count=1_000)
        app = [sys.executable, str(ROOT / "app.py")]

        shipped = in_turn({"ours": (app, {}), "theirs": (empty, {})})
        report("shipped catalog / empty app", shipped, target="at most 1.4")
        many = catalog(directory, 1_000, shards=16)
        thousand = in_turn({"ours": (app, many), "theirs": (bare, {})})
        report("1,000 repositories / bare loop", thousand, target="at most 0.75")
        print(f"calls of jsii: {calls(app, many):,} / {calls(bare, {}):,}")  # noqa: T201 - the result
        for count, shards in ((2_500, 32), (5_000, 64), (10_000, 128)):
            seconds, peak = run(app, catalog(directory, count, shards=shards))
            per_repository = f"{1_000 * seconds / count:.2f} ms each"
            print(f"{count:,} repositories: {seconds:.1f} s, {per_repository}, {peak / 2**30:.2f} GiB at most")  # noqa: T201 - the result
        compare_with_node(directory)


def compare_with_node(directory: Path, *, count: int = 10_000, shards: int = 128) -> None:
    """Compare the catalog with the same loop in Node alone, by processor time, which other programs disturb least."""
    unpack_libraries(directory / "node_modules")
    script = directory / "loop.js"
    script.write_text(dedent(IN_NODE).format(count=count, shards=shards))
    commands = {
        "ours": ([sys.executable, str(ROOT / "app.py")], catalog(directory, count, shards=shards)),
        "theirs": ([str(bundled_node()), str(script)], {}),
    }
    seconds = {name: processor_seconds(command, context) for name, (command, context) in commands.items()}
    report(f"{count:,} repositories / loop in Node, processor time", seconds, target="at most 1.0")


def unpack_libraries(folder: Path) -> None:
    """Unpack the JavaScript of aws_cdk and constructs, which their Python packages contain."""
    for package in (Path(cdk.__file__).parent, Path(constructs.__file__).parent):
        for archive in package.glob("**/*.jsii.tgz"):
            with tarfile.open(archive) as opened:
                manifest = opened.extractfile("package/package.json")
                name = json.load(manifest)["name"] if manifest else archive.stem
                opened.extractall(folder / f"{name}.unpacked", filter="data")
            (folder / f"{name}.unpacked" / "package").rename(folder / name)


def processor_seconds(command: list[str], context: dict[str, str]) -> float:
    """Run a program, and give the processor time of its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command, context)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def program(path: Path, text: str, **values: object) -> list[str]:
    """Write a program to run."""
    path.write_text(dedent(text).format(**values))
    return [sys.executable, str(path)]


def catalog(directory: Path, count: int, *, shards: int) -> dict[str, str]:
    """Write a catalog of *count* repositories; give the context that names it."""
    path = directory / f"{count}.yaml"
    head = f'environments:\n  dev: {{account: "123456789012", region: us-east-1, shards: {shards}}}\n'
    defaults = "defaults: {lifecycle: keep-last-10@1, tags: {managed-by: ecrkit}, silence: {ECR213: Measured.}}\n"
    entries = "".join(f"  team/app-{number}:\n" for number in range(count))
    path.write_text(f"{head}{defaults}repositories:\n{entries}")
    return {"catalog": str(path)}


def in_turn(programs: dict[str, tuple[list[str], dict[str, str]]]) -> dict[str, float]:
    """Run each program, round by round, and give the median of its seconds."""
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, (command, context) in programs.items():
            seconds[name].append(run(command, context)[0])
            time.sleep(PAUSE_SECONDS)
    return {name: statistics.median(measured) for name, measured in seconds.items()}


def run(command: list[str], context: dict[str, str]) -> tuple[float, int]:
    """Run a program; give its seconds, and the most bytes that it and its children had in memory together."""
    with tempfile.TemporaryDirectory() as outdir:
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - commands of this file
            command,
            cwd=ROOT,
            env=_environment(context, outdir),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        peaks = [0]
        watch = threading.Thread(target=_watch, args=(process, peaks))
        watch.start()
        _, errors = process.communicate()
        seconds = time.perf_counter() - start
        watch.join()
    if process.returncode:
        sys.exit(errors.decode())
    return seconds, max(peaks)


def calls(command: list[str], context: dict[str, str]) -> int:
    """Count the requests that Python sends to Node, each of which it waits for."""
    with tempfile.TemporaryDirectory() as outdir:
        environment = {**_environment(context, outdir), "JSII_DEBUG": "1"}
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)  # noqa: S603 - of this file
    return run.stderr.count(b"\n> {")


def report(name: str, seconds: dict[str, float], *, target: str) -> None:
    """Print a ratio, what it is made of and what it should be."""
    ratio = seconds["ours"] / seconds["theirs"]
    print(f"{name}: {ratio:.2f} ({seconds['ours']:.2f} s / {seconds['theirs']:.2f} s), {target}")  # noqa: T201 - the result


def _environment(context: dict[str, str], outdir: str) -> dict[str, str]:
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    passed_on = {**flags, "aws:cdk:enable-path-metadata": True, **context}
    settings = {"CDK_OUTDIR": outdir, "CDK_CONTEXT_JSON": json.dumps(passed_on), "JSII_NODE": str(bundled_node())}
    return {**os.environ, **settings}


def _watch(process: subprocess.Popen[bytes], peaks: list[int]) -> None:
    while process.poll() is None:
        peaks.append(sum(_resident(pid) for pid in _family(process.pid)))
        time.sleep(POLL_SECONDS)


def _family(pid: int) -> list[int]:
    """Find a process and all below it; Linux only."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(member for child in children for member in _family(int(child)))]


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    main()
