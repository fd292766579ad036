"""Hosts of registries."""

from __future__ import annotations

import pytest

from ecrkit.errors import InvalidNameError
from ecrkit.images.hosts import HostKind, RegistryHost, is_aws_host

ACCOUNT = "123456789012"


@pytest.mark.parametrize(
    ("text", "region"),
    [
        (f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com", "us-east-1"),
        (f"{ACCOUNT}.dkr.ecr.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        (f"{ACCOUNT}.dkr.ecr-fips.us-west-2.amazonaws.com", "us-west-2"),
        (f"{ACCOUNT}.dkr.ecr-fips.us-gov-east-1.amazonaws.com", "us-gov-east-1"),
        (f"{ACCOUNT}.dkr-ecr.eu-west-1.on.aws", "eu-west-1"),
        (f"{ACCOUNT}.dkr-ecr-fips.us-east-2.on.aws", "us-east-2"),
        (f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        (f"{ACCOUNT}.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn", "cn-northwest-1"),
        (f"{ACCOUNT}.dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
        (f"{ACCOUNT}.dkr.ecr-fips.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
        (f"{ACCOUNT}.dkr.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
        (f"{ACCOUNT}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"),
        (f"{ACCOUNT}.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1"),
        (f"{ACCOUNT}.dkr.ecr.us-isof-east-1.csp.hci.ic.gov", "us-isof-east-1"),
        (f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com:443", "us-east-1"),
        (f"{ACCOUNT}.DKR.ECR.us-east-1.amazonaws.com", "us-east-1"),
    ],
)
def test_private_registry(text: str, region: str) -> None:
    """Every form of a private registry's host tells the account and the Region."""
    assert RegistryHost.parse(text) == RegistryHost(text=text, kind=HostKind.PRIVATE, account=ACCOUNT, region=region)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("public.ecr.aws", HostKind.PUBLIC),
        ("ecr-public.aws.com", HostKind.PUBLIC),
        ("public.ecr.aws:443", HostKind.PUBLIC),
        ("localhost", HostKind.CUSTOM),
        ("localhost:4566", HostKind.CUSTOM),
        ("registry:5000", HostKind.CUSTOM),
        ("10.0.0.7", HostKind.CUSTOM),
        ("[fd00::7]:5000", HostKind.CUSTOM),
        ("000000000000.dkr.ecr.us-east-1.localhost.localstack.cloud:4566", HostKind.CUSTOM),
        ("docker.io", HostKind.OTHER),
        ("registry-1.docker.io", HostKind.OTHER),
        ("ghcr.io", HostKind.OTHER),
        ("quay.io", HostKind.OTHER),
        ("registry.k8s.io", HostKind.OTHER),
        ("registry.gitlab.com", HostKind.OTHER),
        ("cgr.dev", HostKind.OTHER),
        ("acme.azurecr.io", HostKind.OTHER),
        ("api.ecr.us-east-1.amazonaws.com", HostKind.OTHER),
        ("api.ecr-public.us-east-1.amazonaws.com", HostKind.OTHER),
    ],
)
def test_other_hosts(text: str, kind: HostKind) -> None:
    """ECR Public has two hosts; any other host is told by its port, or is somebody else's."""
    assert RegistryHost.parse(text) == RegistryHost(text=text, kind=kind)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com.fake.example.com", id="suffix goes on"),
        pytest.param(f"x.{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com", id="something before"),
        pytest.param("12345678901.dkr.ecr.us-east-1.amazonaws.com", id="eleven digits"),
        pytest.param("1234567890123.dkr.ecr.us-east-1.amazonaws.com", id="thirteen digits"),
        pytest.param(f"{ACCOUNT}.dkr.ecr.amazonaws.com", id="no Region"),
        pytest.param(f"{ACCOUNT}.dkr.ecr.us-east-1.example.com", id="another suffix"),
        pytest.param(f"{ACCOUNT}.dkr.ecr.us-east-1.vpce.amazonaws.com", id="a label too many"),
        pytest.param(f"{ACCOUNT}.dkr.ecs.us-east-1.amazonaws.com", id="another service"),
        pytest.param("public.ecr.aws.example.com", id="public, suffix goes on"),
        pytest.param("my.public.ecr.aws", id="public, something before"),
    ],
)
def test_near_misses_are_not_of_ecr(text: str) -> None:
    """A host that only resembles one of ECR's is somebody else's."""
    assert RegistryHost.parse(text).kind is HostKind.OTHER


@pytest.mark.parametrize(
    "text", ["", "-a.example", "a..example", "a_b.example", "host:", "host:port", "a.example/b", " "]
)
def test_not_a_host(text: str) -> None:
    """What cannot be a host is rejected."""
    with pytest.raises(InvalidNameError) as rejected:
        RegistryHost.parse(text)

    assert str(rejected.value) == f"must be a host, as in 'public.ecr.aws' or 'localhost:5000', got {text!r}"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param(
            f"{ACCOUNT}.dkr-ecr.eu-west-1.on.aws", f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com", True, id="dual"
        ),
        pytest.param(
            f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com",
            f"{ACCOUNT}.dkr.ecr.eu-west-2.amazonaws.com",
            False,
            id="Region",
        ),
        pytest.param(
            f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com",
            "210987654321.dkr.ecr.eu-west-1.amazonaws.com",
            False,
            id="account",
        ),
        pytest.param("public.ecr.aws", "ecr-public.aws.com", True, id="public"),
        pytest.param("public.ecr.aws", "ghcr.io", False, id="public and another"),
        pytest.param("localhost:4566", "localhost:4566", True, id="local"),
        pytest.param("localhost:4566", "localhost:4567", False, id="another port"),
    ],
)
def test_names_of_one_registry(one: str, other: str, *, is_same: bool) -> None:
    """A registry is the same by every host that it has."""
    assert RegistryHost.parse(one).is_same_registry(RegistryHost.parse(other)) is is_same


@pytest.mark.parametrize(
    ("host", "is_aws"),
    [
        ("api.ecr.us-east-1.amazonaws.com", True),
        ("api.ecr-fips.us-gov-west-1.amazonaws.com", True),
        ("ecr.us-east-1.api.aws", True),
        ("api.ecr.cn-north-1.amazonaws.com.cn", True),
        ("ecr.cn-north-1.api.amazonwebservices.com.cn", True),
        ("ecr.eusc-de-east-1.api.amazonwebservices.eu", True),
        ("ecr.us-iso-east-1.api.aws.ic.gov", True),
        ("ecr.us-isob-east-1.api.aws.scloud", True),
        ("ecr.eu-isoe-west-1.api.cloud-aws.adc-e.uk", True),
        ("ecr.us-isof-east-1.api.aws.hci.ic.gov", True),
        ("vpce-1.api.ecr.us-east-1.vpce.amazonaws.com:443", True),
        ("ecr-public.aws.com", True),
        ("localhost:4566", False),
        ("notamazonaws.com", False),
        ("amazonaws.com.example.com", False),
    ],
)
def test_hosts_of_aws(host: str, *, is_aws: bool) -> None:
    """APIs and VPC endpoints of every partition are hosts of AWS."""
    assert is_aws_host(host) is is_aws
