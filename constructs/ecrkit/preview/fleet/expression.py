"""
The evaluation of lifecycle policies as one relational expression.

It decides as :mod:`ecrkit.lifecycle.evaluation` does, and each clause quotes the same sentence of the user guide. It is
written in the dialect of Trino, which Athena uses, and SQLGlot translates it for DuckDB. It uses only functions whose
translation the tests run.

It reads four tables. ``images`` is the dataset. The others come from :mod:`ecrkit.preview.fleet.tables`:

- ``repositories``: ``id``, ``account``, ``region``, ``repository``, and ``policy``, the number of its policy, if any
- ``rules``: a row for each rule of each policy; policies count from 1
- ``used``: images in use of a repository, by digest or tag; without a repository, digests in use anywhere
- ``protection``: one row: ``pulled_since`` and ``must_keep``

Source: ECR user guide, "Lifecycle policy evaluation rules", "Lifecycle policy properties", "Archiving an image" (read
2026-11).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from ecrkit.errors import MissingExtraError
from ecrkit.errors.extras import install_command
from ecrkit.preview.fleet.steps import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ROUNDS", "Dialect", "going", "protected_verdicts", "summary", "translated", "verdicts"]

Dialect = Literal["athena", "duckdb", "trino"]

ROUNDS = 4
"""How many references may follow each other: a list, its image, the SBOM of that, the signature of the SBOM."""

_IMAGE = """
  SELECT
    r.id AS repository_id,
    r.policy,
    i.digest,
    i.tags,
    i.size_bytes,
    i.pulled_at,
    i.archived_at,
    i.subject,
    i.children,
    -- An image on its way back from the archive counts as archived until it is active.
    i.status <> 'ACTIVE' AS archived,
    -- "A restored image behaves like a newly pushed one."
    CASE WHEN i.activated_at IS NOT NULL AND i.status = 'ACTIVE' THEN i.activated_at ELSE i.pushed_at END AS came_at,
    i.activated_at
  FROM images AS i
  JOIN repositories AS r
    ON r.account = i.account AND r.region = i.region AND r.repository = i.repository
"""

_MEETS = """
  r.archived = i.archived AND (
    r.tag_status = 'any'
    OR (r.tag_status = 'untagged' AND cardinality(i.tags) = 0)
    -- Every prefix or pattern must match one of an image's tags: different tags may satisfy different entries.
    OR (r.tag_status = 'tagged' AND cardinality(filter(
      r.entries, entry -> cardinality(filter(i.tags, tag -> tag LIKE entry ESCAPE '!')) = 0)) = 0)
  )
"""
"""Whether image ``i`` meets the tagging requirement of rule ``r``, in the storage class of the rule."""

_POLICIES = """
  SELECT array_agg(p.rules ORDER BY p.policy) AS by_number
  FROM (
    SELECT
      policy,
      -- "A lifecycle policy rule with a priority of 1 is applied first."
      array_agg(CAST(ROW(position, archived, tag_status, entries) AS ROW(
        position INTEGER, archived BOOLEAN, tag_status VARCHAR, entries ARRAY(VARCHAR))) ORDER BY position) AS rules
    FROM rules
    GROUP BY policy
  ) AS p
"""

_CLAIMED = """
  SELECT
    i.*,
    -- "An image that matches the tagging requirements of a rule cannot be expired or archived by a rule with a lower
    -- priority": also where the rule spares it.
    element_at(filter(element_at(p.by_number, i.policy), r -> {meets}), 1).position AS position
  FROM image AS i
  CROSS JOIN policies AS p
"""

_COUNTED = """
  SELECT
    i.repository_id,
    r.position,
    r.number_to_keep,
    -- "The images are sorted youngest to oldest by pushed time". A rule counts all of its images, also those that a
    -- higher rule has claimed: "goes through all of the rules and marks the images that each rule affects".
    array_agg(i.came_at ORDER BY i.came_at DESC) AS newest
  FROM image AS i
  JOIN rules AS r ON r.policy = i.policy
  WHERE r.count_type = 'imageCountMoreThan' AND {meets}
  GROUP BY i.repository_id, r.position, r.number_to_keep
"""

_BOUNDARY = """
  SELECT
    repository_id,
    position,
    element_at(newest, number_to_keep) AS came_at,
    -- How many of those that came at this very instant stay; only where others go.
    CASE WHEN element_at(newest, number_to_keep) = element_at(newest, number_to_keep + 1)
      THEN number_to_keep - array_position(newest, element_at(newest, number_to_keep)) + 1 END AS places
  FROM counted
  WHERE cardinality(newest) > number_to_keep
"""

_TIED = """
  SELECT
    b.repository_id,
    b.position,
    -- Of images pushed at the same instant the one with the lower digest counts as the newer.
    element_at(array_agg(i.digest ORDER BY i.digest), max(b.places)) AS digest
  FROM boundary AS b
  JOIN image AS i ON i.repository_id = b.repository_id AND i.came_at = b.came_at
  JOIN rules AS r ON r.policy = i.policy AND r.position = b.position
  WHERE b.places IS NOT NULL AND {meets}
  GROUP BY b.repository_id, b.position
"""

_LAST_KEPT = """
  SELECT b.repository_id, b.position, b.came_at, t.digest
  FROM boundary AS b
  LEFT JOIN tied AS t ON t.repository_id = b.repository_id AND t.position = b.position
"""

_CAUSED = """
  SELECT
    c.*,
    r.action AS action_of_rule,
    CASE
      WHEN c.position IS NULL THEN CASE WHEN c.archived THEN 'NO_RULE_FOR_ARCHIVED' ELSE 'NO_RULE' END
      -- "All images greater than the specified number are expired or archived."
      WHEN r.count_type = 'imageCountMoreThan' THEN
        CASE WHEN c.came_at < k.came_at OR (c.came_at = k.came_at AND c.digest > k.digest)
          THEN 'PAST_THE_COUNT' ELSE 'WITHIN_THE_COUNT' END
      WHEN CASE r.count_type
        WHEN 'sinceImagePushed' THEN c.came_at
        -- The last recorded pull, or the push if never pulled, or the restoration if later.
        WHEN 'sinceImagePulled' THEN CASE
          WHEN c.pulled_at IS NULL THEN c.came_at
          WHEN c.activated_at IS NOT NULL AND c.came_at > c.pulled_at THEN c.came_at
          ELSE c.pulled_at END
        -- From the last time that the image was archived.
        ELSE c.archived_at END < r.oldest_to_keep
      THEN 'PAST_THE_AGE'
      ELSE 'WITHIN_THE_AGE'
    END AS cause
  FROM claimed AS c
  LEFT JOIN rules AS r ON r.policy = c.policy AND r.position = c.position
  LEFT JOIN last_kept AS k ON k.repository_id = c.repository_id AND k.position = c.position
"""

_DECIDED = """
  SELECT
    c.repository_id,
    c.policy,
    c.digest,
    {number} AS number,
    c.size_bytes,
    c.archived,
    c.position,
    c.cause,
    CASE WHEN c.cause IN ('PAST_THE_COUNT', 'PAST_THE_AGE') THEN c.action_of_rule END AS action,
    {protected} AS protected
  FROM caused AS c
  {joins}
"""

_WITH_NUMBERS = """
  LEFT JOIN numbered AS n ON n.repository_id = c.repository_id AND n.digest = c.digest
"""

# What depends on what.

_REFERENCE = """
  -- "An image referenced by a manifest list": it waits for the list.
  SELECT i.repository_id, u.child AS digest, i.digest AS waits_for, TRUE AS is_list
  FROM image AS i
  CROSS JOIN UNNEST(i.children) AS u(child)
  UNION ALL
  -- "Reference artifacts are expired or archived within 24 hours of their subject image."
  SELECT i.repository_id, i.digest, i.subject AS waits_for, FALSE AS is_list
  FROM image AS i
  WHERE i.subject IS NOT NULL
"""

_NUMBERED = """
  -- Numbers are shorter than digests, and in the same order.
  SELECT e.repository_id, e.digest, row_number() OVER (PARTITION BY e.repository_id ORDER BY e.digest) AS number
  FROM (
    SELECT DISTINCT r.repository_id, CASE WHEN side.waits THEN r.digest ELSE r.waits_for END AS digest
    FROM reference AS r
    CROSS JOIN (VALUES (TRUE), (FALSE)) AS side(waits)
  ) AS e
"""

_EDGE = """
  SELECT e.repository_id, a.number, b.number AS waits_for, e.is_list
  FROM reference AS e
  JOIN numbered AS a ON a.repository_id = e.repository_id AND a.digest = e.digest
  JOIN numbered AS b ON b.repository_id = e.repository_id AND b.digest = e.waits_for
"""

_RELATED = """
  SELECT repository_id, number, archived, position, cause, action
  FROM decided
  WHERE number IS NOT NULL
"""

_SETTLED_AT_FIRST = """
  SELECT repository_id, number, archived, position, cause, action, CAST(NULL AS BIGINT) AS because_of, 0 AS depth
  FROM related
"""

_WAITING = """
  SELECT
    e.repository_id,
    e.number,
    -- That with the lowest digest. A list that is in the archive has been archived first.
    min(CASE WHEN e.is_list AND o.action IS NULL AND NOT o.archived THEN o.number END) AS list_that_stays,
    max(CASE WHEN NOT e.is_list THEN o.number END) AS subject,
    max(CASE WHEN NOT e.is_list THEN o.action END) AS subject_action,
    max(CASE WHEN NOT e.is_list THEN o.position END) AS subject_position,
    max(o.depth) + 1 AS depth
  FROM edge AS e
  JOIN {before} AS o ON o.repository_id = e.repository_id AND o.number = e.waits_for
  GROUP BY e.repository_id, e.number
"""

_SETTLED = """
  SELECT
    j.repository_id,
    j.number,
    j.archived,
    CASE WHEN j.cause = 'FOLLOWS_SUBJECT' THEN j.subject_position ELSE j.position END AS position,
    j.cause,
    CASE j.cause
      WHEN 'LIST_STAYS' THEN NULL
      WHEN 'SUBJECT_STAYS' THEN NULL
      WHEN 'FOLLOWS_SUBJECT' THEN j.subject_action
      ELSE j.action END AS action,
    CASE j.cause
      WHEN 'LIST_STAYS' THEN j.list_that_stays
      WHEN 'SUBJECT_STAYS' THEN j.subject
      WHEN 'FOLLOWS_SUBJECT' THEN j.subject END AS because_of,
    coalesce(j.depth, 0) AS depth
  FROM (
    SELECT
      s.repository_id,
      s.number,
      s.archived,
      s.position,
      s.action,
      w.list_that_stays,
      w.subject,
      w.subject_action,
      w.subject_position,
      w.depth,
      CASE
        -- "An image referenced by a manifest list cannot be expired or archived without the manifest list being
        -- deleted or archived first."
        WHEN s.action IS NOT NULL AND w.list_that_stays IS NOT NULL THEN 'LIST_STAYS'
        WHEN w.subject IS NULL THEN s.cause
        -- "Reference artifacts are expired or archived within 24 hours of their subject image."
        WHEN w.subject_action IS NULL AND s.action IS NULL THEN s.cause
        WHEN w.subject_action IS NULL THEN 'SUBJECT_STAYS'
        WHEN s.action = w.subject_action THEN s.cause
        -- It is there already.
        WHEN w.subject_action = 'transition' AND s.archived THEN s.cause
        WHEN w.list_that_stays IS NOT NULL THEN s.cause
        ELSE 'FOLLOWS_SUBJECT'
      END AS cause
    FROM related AS s
    LEFT JOIN {waiting} AS w ON w.repository_id = s.repository_id AND w.number = s.number
  ) AS j
"""

_VERDICT = """
  SELECT
    d.repository_id,
    d.policy,
    d.digest,
    d.size_bytes,
    {position} AS position,
    {cause} AS cause,
    {action} AS action,
    {because_of} AS because_of,
    {is_settled} AS is_settled,
    -- Only what goes is in danger.
    d.protected AND {action} IS NOT NULL AS protected
  FROM decided AS d
  {joins}
"""

_OF_SETTLED = """
  LEFT JOIN {last} AS s ON s.repository_id = d.repository_id AND s.number = d.number
"""

_PROTECTED = """(
      coalesce(c.pulled_at >= p.pulled_since, FALSE)
      OR cardinality(filter(
        p.must_keep, entry -> cardinality(filter(c.tags, tag -> tag LIKE entry ESCAPE '!')) > 0)) > 0
      OR here.digest IS NOT NULL
      OR anywhere.digest IS NOT NULL
      OR coalesce(cardinality(filter(c.tags, tag -> contains(tagged.tags, tag))) > 0, FALSE)
    )"""

_PROTECTIONS = """
  CROSS JOIN protection AS p
  LEFT JOIN (SELECT DISTINCT repository_id, digest FROM used WHERE digest IS NOT NULL) AS here
    ON here.repository_id = c.repository_id AND here.digest = c.digest
  LEFT JOIN (SELECT DISTINCT digest FROM used WHERE repository_id IS NULL) AS anywhere
    ON anywhere.digest = c.digest
  LEFT JOIN (
    SELECT repository_id, array_agg(tag) AS tags FROM used WHERE tag IS NOT NULL GROUP BY repository_id
  ) AS tagged ON tagged.repository_id = c.repository_id
"""

_ALL_VERDICTS = """
SELECT
  n.account,
  n.region,
  n.repository,
  v.digest,
  v.action,
  r.priority AS rule_priority,
  v.cause,
  {because_of} AS because_of,
  v.size_bytes,
  v.protected,
  v.is_settled
FROM verdict AS v
JOIN repositories AS n ON n.id = v.repository_id
LEFT JOIN rules AS r ON r.policy = v.policy AND r.position = v.position
{joins}"""

_WITH_DIGESTS = "LEFT JOIN numbered AS b ON b.repository_id = v.repository_id AND b.number = v.because_of"

_PROTECTED_VERDICTS = """
SELECT
  n.account,
  n.region,
  n.repository,
  v.digest,
  v.action,
  r.priority AS rule_priority,
  v.cause,
  -- No tag has a comma.
  array_join(i.tags, ',') AS tag_list,
  i.pushed_at,
  i.pulled_at
FROM verdict AS v
JOIN repositories AS n ON n.id = v.repository_id
JOIN images AS i
  ON i.account = n.account AND i.region = n.region AND i.repository = n.repository AND i.digest = v.digest
LEFT JOIN rules AS r ON r.policy = v.policy AND r.position = v.position
WHERE v.protected
ORDER BY n.account, n.region, n.repository, v.digest
LIMIT {at_most}
"""

_GOING = """
SELECT v.repository_id, v.digest, v.action, v.size_bytes
FROM verdict AS v
WHERE v.action IS NOT NULL
"""

_SUMMARY = """
SELECT
  v.repository_id,
  count(*) AS images,
  count_if(v.action = 'expire') AS expiring,
  count_if(v.action = 'transition') AS transitioning,
  sum(v.size_bytes) AS bytes,
  sum(v.size_bytes) FILTER (WHERE v.action = 'expire') AS freed_bytes,
  sum(v.size_bytes) FILTER (WHERE v.action = 'transition') AS archived_bytes,
  count_if(v.protected AND v.action = 'expire') AS protected_expiring,
  count_if(v.protected AND v.action = 'transition') AS protected_transitioning,
  count_if(v.size_bytes IS NULL AND v.action = 'expire') AS without_size,
  count_if(NOT v.is_settled) AS unsettled
FROM verdict AS v
GROUP BY v.repository_id
"""


def verdicts(*, rounds: int, protected: bool) -> Query:
    """
    Write the query for the verdict on every image.

    Args:
        rounds: how many references may follow each other; 0 where no image refers to another. An image that more of
            them lead to has ``is_settled`` false, and so have images that refer to each other in a circle.
        protected: whether anything is protected.

    Returns:
        One row for each image: ``account``, ``region``, ``repository``, ``digest``, ``action``
        (``expire``, ``transition`` or ``NULL``), ``rule_priority``, ``cause`` (the name of a
        :class:`~ecrkit.lifecycle.evaluation.verdicts.Cause`), ``because_of``, ``size_bytes``, ``protected``: whether
        it is and would go, and ``is_settled``.
    """
    because_of, joins = ("b.digest", _WITH_DIGESTS) if rounds else ("CAST(NULL AS VARCHAR)", "")
    answer = _ALL_VERDICTS.format(because_of=because_of, joins=joins)
    return Query(tuple(_named(rounds=rounds, protected=protected)), answer)


def protected_verdicts(*, rounds: int, at_most: int) -> Query:
    """
    Write the query for protected images that would expire or be archived; as :func:`verdicts`.

    Args:
        rounds: how many references may follow each other.
        at_most: how many images to give.

    Returns:
        One row for each image, sorted: ``account``, ``region``, ``repository``, ``digest``,
        ``action``, ``rule_priority``, ``cause``, ``tag_list``: tags with commas between them, ``pushed_at``,
        ``pulled_at``.
    """
    return Query(tuple(_named(rounds=rounds, protected=True)), _PROTECTED_VERDICTS.format(at_most=at_most))


def going(*, rounds: int, protected: bool) -> Query:
    """
    Write the query for the images that would expire or be archived; as :func:`verdicts`.

    Returns:
        One row for each of them: ``repository_id``, ``digest``, ``action``, ``size_bytes``.
    """
    return Query(tuple(_named(rounds=rounds, protected=protected)), _GOING)


def summary(*, rounds: int, protected: bool) -> Query:
    """
    Write the query for the totals of every repository; as :func:`verdicts`.

    Returns:
        One row for each repository that has images, with its ``repository_id``.
    """
    return Query(tuple(_named(rounds=rounds, protected=protected)), _SUMMARY)


# To parse it takes longer than to count the images of a thousand repositories.
@lru_cache(maxsize=64)
def translated(query: str, *, dialect: Dialect) -> str:
    """
    Translate a query for an engine.

    Args:
        query: in the dialect of Trino.
        dialect: of the engine.

    Raises:
        MissingExtraError: SQLGlot is not installed.
    """
    try:
        from sqlglot import ErrorLevel, exp, parse_one  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtraError(f"SQLGlot is not installed; {install_command('fleet')}") from None
    tree = parse_one(query, read="trino")
    if dialect == "duckdb":
        # DuckDB would keep all columns of all images in memory, to read them once.
        for clause in tree.find_all(exp.CTE):
            clause.set("materialized", value=False)
    return tree.sql(dialect=dialect, pretty=True, unsupported_level=ErrorLevel.RAISE)


def _named(*, rounds: int, protected: bool) -> Iterator[tuple[str, str]]:
    yield "image", _IMAGE
    yield "policies", _POLICIES
    yield "claimed", _CLAIMED.format(meets=_MEETS)
    yield "counted", _COUNTED.format(meets=_MEETS)
    yield "boundary", _BOUNDARY
    yield "tied", _TIED.format(meets=_MEETS)
    yield "last_kept", _LAST_KEPT
    yield "caused", _CAUSED
    if rounds:
        yield "reference", _REFERENCE
        yield "numbered", _NUMBERED
        yield "edge", _EDGE
    yield (
        "decided",
        _DECIDED.format(
            number="n.number" if rounds else "CAST(NULL AS BIGINT)",
            protected=_PROTECTED if protected else "FALSE",
            joins=(_WITH_NUMBERS if rounds else "") + (_PROTECTIONS if protected else ""),
        ),
    )
    if rounds:
        yield "related", _RELATED
        yield "settled_0", _SETTLED_AT_FIRST
    # After a number of rounds everything is settled that as many references lead to.
    for number in range(1, rounds + 1):
        yield f"waiting_{number}", _WAITING.format(before=f"settled_{number - 1}")
        yield f"settled_{number}", _SETTLED.format(waiting=f"waiting_{number}")
    yield "verdict", _verdict(rounds)


def _verdict(rounds: int) -> str:
    if not rounds:
        own = {name: f"d.{name}" for name in ("position", "cause", "action")}
        return _VERDICT.format(**own, because_of="CAST(NULL AS BIGINT)", is_settled="TRUE", joins="")
    chosen = {
        name: f"CASE WHEN s.number IS NULL THEN d.{name} ELSE s.{name} END" for name in ("position", "cause", "action")
    }
    return _VERDICT.format(
        **chosen,
        because_of="s.because_of",
        is_settled=f"coalesce(s.depth, 0) < {rounds}",
        joins=_OF_SETTLED.format(last=f"settled_{rounds}"),
    )
