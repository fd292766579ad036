"""Catalogs with public repositories: one with every key, and what is wrong with others."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PUBLIC", "REFUSED", "RefusedPublic"]

PUBLIC = """\
environments:
  dev: {account: "123456789012", region: us-east-1, public_alias: a1b2c3d4}
  prod: {account: "210987654321", region: us-east-1}
  dr: {account: "210987654321", region: eu-west-1}
defaults:
  tags: {managed-by: ecrkit, team: platform}
repositories:
  tools/cli: {lifecycle: [keep-five-prod@1, keep-last-10@1]}
public_repositories:
  tools/cli:
    description: The command line of our platform.
    about: "# CLI"
    usage: "`docker run` it."
    architectures: [x86-64, ARM 64]
    operating_systems: [Linux]
    push: {accounts: ["333333333333"], organization: o-a1b2c3d4e5}
    statements:
      - {Sid: Look, Effect: Allow, Principal: {AWS: "333333333333"}, Action: "ecr-public:DescribeImages"}
    tags: {team: tools}
    removal: destroy
    output: CliUri
  base: {only: [prod]}
"""
"""Three environments, one of them elsewhere; a private repository has the name of a public one."""

_HEAD = 'environments: {dev: {account: "123456789012", region: us-east-1}}\n'


@dataclass(frozen=True, kw_only=True)
class RefusedPublic:
    """
    A catalog that cannot be deployed.

    Attributes:
        code: of the only error.
        id: of the case.
        text: the catalog.
        finding: the error, without the file.
        beyond: why a schema cannot say it; empty if it can.
    """

    code: str
    id: str
    text: str
    finding: str
    beyond: str = ""


def _only(settings: str) -> str:
    return f"{_HEAD}public_repositories:\n  cli: {{{settings}}}\n"


REFUSED = (
    RefusedPublic(
        code="CAT281",
        id="elsewhere",
        text=(
            "environments:\n"
            '  dev: {account: "123456789012", region: us-east-1}\n'
            '  dr: {account: "123456789012", region: eu-west-1}\n'
            "repositories: {web: }\n"
            "public_repositories: {cli: {only: [dev, dr]}}\n"
        ),
        finding=(
            "5:35: public_repositories.cli.only: must be in us-east-1, the only Region of ECR Public, got 'dr' in "
            "eu-west-1; remove 'dr' from 'only' [CAT281]"
        ),
        beyond="what is beside it decides",
    ),
    RefusedPublic(
        code="CAT282",
        id="no environment",
        text=(
            'environments: {dr: {account: "123456789012", region: eu-west-1}}\n'
            "repositories: {web: }\n"
            "public_repositories: {cli: }\n"
        ),
        finding=(
            "3:23: public_repositories.cli: is in no environment: ECR Public is in us-east-1 only; add an environment "
            "in us-east-1 [CAT282]"
        ),
        beyond="what is beside it decides",
    ),
    RefusedPublic(
        code="CAT283",
        id="text",
        text=_only(f"description: {'x' * 1_025}"),
        finding="3:22: public_repositories.cli.description: must have at most 1,024 characters, got 1,025 [CAT283]",
    ),
    RefusedPublic(
        code="CAT284",
        id="twice",
        text=_only("architectures: [x86, x86]"),
        finding="3:30: public_repositories.cli.architectures[1]: 'x86' is listed twice; remove one [CAT284]",
    ),
    RefusedPublic(
        code="CAT284",
        id="long",
        text=_only(f"operating_systems: [Linux, {'x' * 51}]"),
        finding="3:36: public_repositories.cli.operating_systems[1]: must have 1 to 50 characters, got 51 [CAT284]",
    ),
    RefusedPublic(
        code="CAT286",
        id="alias",
        text=_HEAD.replace("us-east-1", "us-east-1, public_alias: Acme") + "public_repositories: {cli: }\n",
        finding=(
            "1:80: environments.dev.public_alias: must be a letter and then lower-case letters and digits, joined by "
            "'.', '_' or '-', of 2 to 50 characters, as in 'a1b2c3d4', got 'Acme' [CAT286]"
        ),
    ),
)
