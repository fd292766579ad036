from __future__ import annotations

import pytest

from ecrkit.cdk.trust import GitHubWorkflow, GitLabPipeline, Pipeline, trust_conditions

MAIN = GitHubWorkflow(repository="acme/registries", branch="main")
GITHUB = {"issuer": GitHubWorkflow.issuer, "audience": "sts.amazonaws.com"}


class TestSubject:
    @pytest.mark.parametrize(
        ("pipeline", "subject"),
        [
            pytest.param(MAIN, "repo:acme/registries:ref:refs/heads/main", id="branch"),
            pytest.param(GitHubWorkflow(repository="acme/web", tag="v*"), "repo:acme/web:ref:refs/tags/v*", id="tags"),
            pytest.param(
                GitHubWorkflow(repository="acme/web", environment="prod: eu"),
                "repo:acme/web:environment:prod%3A eu",
                id="environment",
            ),
            pytest.param(
                GitHubWorkflow(repository="acme@123456/web@456789", branch="main"),
                "repo:acme@123456/web@456789:ref:refs/heads/main",
                id="immutable",
            ),
            pytest.param(
                GitLabPipeline(project="acme/platform/web", branch="release/*"),
                "project_path:acme/platform/web:ref_type:branch:ref:release/*",
                id="gitlab-branches",
            ),
            pytest.param(
                GitLabPipeline(project="acme/web", tag="v1"),
                "project_path:acme/web:ref_type:tag:ref:v1",
                id="gitlab-tag",
            ),
        ],
    )
    def test_subject(self, pipeline: Pipeline, subject: str) -> None:
        """The subject is what GitHub and GitLab write into their tokens."""
        assert pipeline.subject == subject
        assert list(pipeline.problems()) == []


class TestProblems:
    @pytest.mark.parametrize("repository", ["*", "acme/*", "*/web", "acme/we?", "acme*/web"])
    def test_wildcard_of_a_repository(self, repository: str) -> None:
        """A repository has no wildcard, since one would let other repositories in."""
        assert list(GitHubWorkflow(repository=repository, branch="main").problems()) == [
            (
                f"repository: must not have wildcards, which give other repositories access, got {repository!r}; name "
                "each one"
            )
        ]

    @pytest.mark.parametrize("project", ["*", "acme/*", "acme/**/web"])
    def test_wildcard_of_a_project(self, project: str) -> None:
        """Nor has a project of GitLab."""
        assert list(GitLabPipeline(project=project, branch="main").problems()) == [
            f"project: must not have wildcards, which give other repositories access, got {project!r}; name each one"
        ]

    @pytest.mark.parametrize(
        "repository",
        ["registries", "acme/", "a/b/c", "acme/web:ref", "acme@12/web", "acme/web@12", "acme/${aws:username}", ""],
    )
    def test_form_of_a_repository(self, repository: str) -> None:
        """A repository is an owner and a name, both with their ID or none."""
        assert list(GitHubWorkflow(repository=repository, branch="main").problems()) == [
            f"repository: must be a path as in 'acme/registries', got {repository!r}"
        ]

    @pytest.mark.parametrize("project", ["web", "acme/", "/web", "acme/web:ref_type:branch"])
    def test_form_of_a_project(self, project: str) -> None:
        """A project of GitLab has a group."""
        assert list(GitLabPipeline(project=project, tag="v1").problems()) == [
            f"project: must be a path as in 'acme/platform/registries', got {project!r}"
        ]

    @pytest.mark.parametrize(
        ("pipeline", "problem"),
        [
            pytest.param(
                GitHubWorkflow(repository="acme/web"), "give one of branch, tag and environment, got none", id="none"
            ),
            pytest.param(
                GitHubWorkflow(repository="acme/web", branch="main", environment="prod"),
                "give one of branch, tag and environment, got branch and environment",
                id="two",
            ),
            pytest.param(GitLabPipeline(project="acme/web"), "give one of branch and tag, got none", id="gitlab-none"),
        ],
    )
    def test_place(self, pipeline: Pipeline, problem: str) -> None:
        """A subject has exactly one of branch, tag and environment."""
        assert list(pipeline.problems()) == [problem]

    @pytest.mark.parametrize(
        ("pipeline", "problem"),
        [
            pytest.param(
                GitHubWorkflow(repository="acme/web", branch="refs/heads/release/1"),
                "branch: must be a name without 'refs/…', got 'refs/heads/release/1'; write 'release/1'",
                id="full-ref",
            ),
            pytest.param(
                GitHubWorkflow(repository="acme/web", tag="v?"), "tag: must be the name of a tag, got 'v?'", id="one-of"
            ),
            pytest.param(
                GitLabPipeline(project="acme/web", branch="${aws:userid}"),
                "branch: must be the name of a branch, got '${aws:userid}'",
                id="variable-of-iam",
            ),
            pytest.param(
                GitHubWorkflow(repository="acme/web", environment="*"),
                "environment: must be a name without wildcards, got '*'; name each environment",
                id="environment",
            ),
        ],
    )
    def test_name(self, pipeline: Pipeline, problem: str) -> None:
        """The name of a branch, a tag or an environment is one that there can be."""
        assert list(pipeline.problems()) == [problem]


class TestConditions:
    def test_exact(self) -> None:
        """Names without wildcards are compared exactly, and the audience always is."""
        assert trust_conditions([MAIN], **GITHUB) == {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": ["repo:acme/registries:ref:refs/heads/main"],
            }
        }

    def test_pattern(self) -> None:
        """One pattern makes the condition on all subjects a comparison with patterns."""
        tags = GitHubWorkflow(repository="acme/web", tag="v*")

        assert trust_conditions([tags, MAIN, MAIN], **GITHUB) == {
            "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
            "StringLike": {
                "token.actions.githubusercontent.com:sub": [
                    "repo:acme/registries:ref:refs/heads/main",
                    "repo:acme/web:ref:refs/tags/v*",
                ]
            },
        }
