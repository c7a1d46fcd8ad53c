"""Comments by which an author accepts findings in Python code."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3_glue_rules.model.findings import Judgement
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE

HEAD = "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\n"
KEY = 'b"0123456789abcdef0123456789abcdef"'


def judged(tmp_path: Path, text: str, *ids: str) -> Judgement:
    path = tmp_path / "job.py"
    path.write_text(HEAD + text, encoding="utf-8")
    return scan([str(path)], [policy for policy in CATALOGUE if not ids or policy.id in ids])


def verdicts(judgement: Judgement) -> list[str]:
    return [finding.verdict.value for finding in judgement.findings if finding.policy == "SGR411"]


@pytest.mark.parametrize(
    "text",
    [
        f"AESGCM({KEY})  # sgr: ignore[SGR411] known",
        f"# sgr: ignore[SGR411] known\nAESGCM({KEY})",
        f"# sgr: ignore[SGR411] known\n# more of it\nAESGCM({KEY})",
        f"AESGCM(  # sgr: ignore[SGR411] known\n    {KEY},\n)",
        f"AESGCM(\n    # sgr: ignore[SGR411] known\n    {KEY},\n)",
        f"AESGCM(\n    {KEY},\n)  # sgr: ignore[SGR411] known",
        f"def f(k={KEY}):  # sgr: ignore[SGR411] known\n    return AESGCM(k)",
        f"# checkov:skip=SGR411:known\nAESGCM({KEY})",
    ],
)
def test_accepted(tmp_path: Path, text: str) -> None:
    judgement = judged(tmp_path, text)
    assert verdicts(judgement) == ["suppressed"]
    assert judgement.notes == []
    (finding,) = judgement.findings
    assert finding.message == "known"


@pytest.mark.parametrize(
    "text",
    [
        f"# sgr: ignore[SGR411] known\n\nAESGCM({KEY})",
        f"x = 1  # sgr: ignore[SGR411] known\nAESGCM({KEY})",
        f"AESGCM({KEY})\n# sgr: ignore[SGR411] known",
        f'x = "# sgr: ignore[SGR411] known"; y = 1\nAESGCM({KEY})',
        f"def f():  # sgr: ignore[SGR411] known\n    return AESGCM({KEY})",
        f"AESGCM({KEY})  # sgr: ignore[SGR412] known",
    ],
)
def test_not_accepted(tmp_path: Path, text: str) -> None:
    assert verdicts(judged(tmp_path, text)) == ["fail"]


def test_a_reason_is_required(tmp_path: Path) -> None:
    judgement = judged(tmp_path, f"AESGCM({KEY})  # sgr: ignore[SGR411]")
    assert verdicts(judgement) == ["fail"]
    (note,) = judgement.notes
    assert (note.line, "without a reason" in note.message) == (2, True)


def test_what_is_not_needed_is_told(tmp_path: Path) -> None:
    text = "x = 1\n# sgr: ignore[SGR411] long ago\ny = AESGCM(k)"
    (note,) = judged(tmp_path, text).notes
    assert (note.line, "SGR411 finds nothing" in note.message) == (3, True)
    # A policy that did not run may still find something.
    assert judged(tmp_path, text, "SGR412").notes == []


def test_several_policies_in_one_comment(tmp_path: Path) -> None:
    text = f's3.put_object(Bucket="b", SSECustomerKey={KEY})  # sgr: ignore[SGR411, SGR412] legacy partner'
    judgement = judged(tmp_path, text)
    assert {finding.policy: finding.verdict.value for finding in judgement.findings} == {
        "SGR411": "suppressed",
        "SGR412": "suppressed",
    }
    assert judgement.notes == []
