"""What `kubectl get --output json` says of images: every kind of workload, and what is no list."""

from __future__ import annotations

import json

import pytest

from ecrkit.errors import UnreadableInputError
from ecrkit.images.kubernetes import parse_workloads

DIGEST = f"sha256:{'a' * 64}"
ADVICE = "pass the output of `kubectl get … --all-namespaces --output json`"


def workload(kind: str, spec: object, *, name: str = "web", **others: object) -> dict[str, object]:
    return {"kind": kind, "metadata": {"namespace": "shop", "name": name}, "spec": spec, **others}


def pods(image: str) -> dict[str, object]:
    return {"template": {"spec": {"containers": [{"name": "c", "image": image}]}}}


def images(*items: object) -> list[tuple[str, str]]:
    found = parse_workloads(json.dumps({"kind": "List", "items": items}), file="-")
    return [(one.image, one.workload) for one in found]


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(workload("Deployment", {"replicas": 0, **pods("web:v1")}), id="scaled to zero"),
        pytest.param(workload("ReplicaSet", {"replicas": 0, **pods("web:v1")}), id="previous revision"),
        pytest.param(workload("StatefulSet", pods("web:v1")), id="stateful set"),
        pytest.param(workload("DaemonSet", pods("web:v1")), id="daemon set"),
        pytest.param(workload("Job", pods("web:v1")), id="job"),
        pytest.param(workload("CronJob", {"jobTemplate": {"spec": pods("web:v1")}}), id="cron job"),
        pytest.param(workload("ReplicationController", pods("web:v1")), id="replication controller"),
        pytest.param(workload("ControllerRevision", None, data={"spec": pods("web:v1")}), id="revision of a set"),
        pytest.param(workload("Rollout", {"strategy": [pods("web:v1")]}), id="somebody's own kind"),
        pytest.param(workload("Pod", {"initContainers": [{"image": "web:v1"}]}), id="init container"),
        pytest.param(workload("Pod", {"ephemeralContainers": [{"image": "web:v1"}]}), id="ephemeral container"),
        pytest.param(workload("Pod", {"volumes": [{"image": {"reference": "web:v1"}}, {}]}), id="volume"),
    ],
)
def test_every_kind_of_workload(item: dict[str, object]) -> None:
    """The image of a workload is found wherever its pods are described, whether any runs or not."""
    assert images(item) == [("web:v1", f"{item['kind']} shop/web")]


def test_running_digest_beside_the_tag() -> None:
    """A pod has the tag, which its next start pulls, and the digest that runs; a digest without a name is left out."""
    statuses = [
        {"image": "web:v1", "imageID": f"docker-pullable://registry/web@{DIGEST}"},
        {"image": "built", "imageID": DIGEST},
        {"image": "waits", "imageID": ""},
    ]
    pod = workload("Pod", {"containers": [{"image": "web:v1"}]}, status={"containerStatuses": statuses})

    assert images(pod) == [("web:v1", "Pod shop/web"), (f"registry/web@{DIGEST}", "Pod shop/web")]


def test_single_workload() -> None:
    """One workload, as `kubectl get deployment web` prints it, is a list of one; not every kind has a namespace."""
    text = json.dumps({"kind": "Own", "metadata": {"name": "web"}, **pods("web:v1")})

    assert [one.workload for one in parse_workloads(text, file="web.json")] == ["Own web"]


def test_any_depth() -> None:
    """Resources of any depth are read."""
    spec: object = {"containers": [{"image": "web:v1"}]}
    for _ in range(400):
        spec = {"spec": [spec]}

    assert images(workload("Own", spec)) == [("web:v1", "Own shop/web")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "not JSON: Expecting value: line 1 column 1 (char 0)", id="empty"),
        pytest.param("[]", "not a list of workloads", id="array"),
        pytest.param('{"items": {}}', "not a list of workloads", id="object"),
        pytest.param('{"items": []}', "no container is in it, so it protects nothing", id="no workload"),
        pytest.param(
            '{"items": [1, {"containers": [{"image": 1}, 2]}]}',
            "no container is in it, so it protects nothing",
            id="no image",
        ),
    ],
)
def test_no_list(text: str, problem: str) -> None:
    """What is no list of workloads, or has no container, is an error: the command may have failed."""
    with pytest.raises(UnreadableInputError) as caught:
        parse_workloads(text, file="-")

    assert str(caught.value) == f"-: {problem}; {ADVICE}"
