"""Which Python files are read, where things stand in them, and what cannot be read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from s3_glue_rules.model.findings import Judgement
from s3_glue_rules.read.python_source import is_example, mentions
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE, ROOT

NAMES = b"import aws_encryption_sdk\n"
HEAD = "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\n"
KEY = "0123456789abcdef0123456789abcdef"


def judged(tmp_path: Path, data: bytes, name: str = "job.py") -> Judgement:
    (tmp_path / name).write_bytes(data)
    return scan([str(tmp_path)], CATALOGUE)


BROKEN = {
    "python 2": (b"print 'x'\n", "Python 2"),
    "python 2 exceptions": (b"try:\n    pass\nexcept E, e:\n    pass\n", "Python 2"),
    "syntax": (b"def (:\n", "not valid Python"),
    "null bytes": (b"x = 1\0\n", "not valid Python"),
    "encoding that nobody knows": (b"", "cannot be decoded"),
    "not in its encoding": (b"x = '\xff'\n", "cannot be decoded"),
    "unfinished": (b"x = (\n", "not valid Python"),
    "huge number": (b"x = " + b"9" * 10_000 + b"\n", "not valid Python"),
    "nested": (b"x = " + b"(" * 5_000 + b")" * 5_000 + b"\n", "not valid Python"),
    "nested lists": (b"x = " + b"[" * 150 + b"]" * 5_000 + b"\n", "not valid Python"),
    "too large": (b"x = [" + b"1," * 600_000 + b"]\n", "larger than"),
}


@pytest.mark.parametrize(("text", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_what_names_our_libraries_and_cannot_be_read_is_told(tmp_path: Path, text: bytes, message: str) -> None:
    start = b"# -*- coding: none-such -*-\n" if message == "cannot be decoded" and not text else b""
    judgement = judged(tmp_path, start + NAMES + text)
    (problem,) = judgement.problems
    assert message in problem.message
    assert problem.line >= 1
    # What names none of them is passed over.
    (tmp_path / "job.py").write_bytes(start + b"import os\n" + text)
    judgement = scan([str(tmp_path)], CATALOGUE)
    assert (judgement.problems, judgement.files_passed_over) == ([], 1)


DEEP = {
    "sums": b"x = " + b"1+" * 100_000 + b"1\n",
    "attributes": b"x = a" + b".b" * 50_000 + b"\n",
    "calls": b"x = a" + b".b(1)" * 20_000 + b"\n",
    "subscripts": b"x = a" + b"[0]" * 50_000 + b"\n",
    "negations": b"x = " + b"-" * 50_000 + b"1\n",
    "conditions": b"x = " + b"1 if a else " * 20_000 + b"1\n",
    "else if": b"if a:\n  pass\n" + b"elif b:\n  pass\n" * 5_000,
    "one name after another": b"x = m()\n" + b"x = x.a(x)\n" * 3_000,
    "texts": b"x = '" + b"a" * 3_000_000 + b"'\n",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_nesting_ends_neither_the_process_nor_the_scan(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "job.py").write_bytes(NAMES + text + b"print(x)\n")
    (tmp_path / "other.py").write_bytes(f'{HEAD}AESGCM(b"{KEY}")\n'.encode())
    done = subprocess.run(
        [sys.executable, "-m", "s3_glue_rules.cli", "scan", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    assert "please report" not in done.stdout
    assert "SGR411" in done.stdout


def test_nothing_of_a_file_is_run(tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit\n"
    judged(tmp_path, NAMES + trap.encode())
    assert not (tmp_path / "ran").exists()


def test_warnings_of_the_parser_stay_inside(tmp_path: Path) -> None:
    # The test suite turns warnings into errors.
    assert judged(tmp_path, NAMES + rb'x = "\d" is 1' + b"\n").problems == []


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (f'AESGCM(b"{KEY}")', 8),
        (f'"ü", AESGCM(b"{KEY}")', 13),
        (f'"😀", AESGCM(b"{KEY}")', 13),
        (f'\tAESGCM(b"{KEY}")', 9),
    ],
)
def test_columns_count_characters(tmp_path: Path, text: str, column: int) -> None:
    body = f"if x:\n{text}\n" if text.startswith("\t") else f"{text}\n\n"
    (finding,) = judged(tmp_path, (HEAD + body).encode()).findings
    assert finding.span.column == column
    assert finding.span.end_column == column + len(KEY) + 3


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", b"# -*- coding: latin-1 -*-\n# \xfc\n"])
def test_encodings(tmp_path: Path, data: bytes) -> None:
    (finding,) = judged(tmp_path, data + f'{HEAD}AESGCM(b"{KEY}")\n'.encode()).findings
    assert finding.policy == "SGR411"


def test_line_ends(tmp_path: Path) -> None:
    (finding,) = judged(tmp_path, f'{HEAD}\n\x0c\nAESGCM(b"{KEY}")\n'.replace("\n", "\r\n").encode()).findings
    assert finding.span.line == 4


def test_files_that_mention_nothing_are_passed_over(tmp_path: Path) -> None:
    judgement = judged(tmp_path, b"import boto3\nboto3.client('ec2')\n")
    assert (judgement.files_judged, judgement.files_passed_over, judgement.resources) == (0, 1, 0)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"import aws_encryption_sdk", (True, True)),
        (b"s3.put_object(SSECustomerKey=k)", (True, True)),
        (b"kms.generate_data_key(KeyId=k)", (True, True)),
        (b'spark.conf.set("fs.s3a.encryption.key", k)', (True, True)),
        (b'DATA_KEY = "nVq3/9vUJ3qk1FfQx0bTz5mWcYQ7Z2hL8sD4oKjR6eE="', (True, False)),
        (b'x = "-----BEGIN PRIVATE KEY-----"', (True, False)),
        (b'NAME = "nVq3/9vUJ3qk1FfQx0bTz5mWcYQ7Z2hL8sD4oKjR6eE="', (False, False)),
        (b"import boto3", (False, False)),
        (b"import boto3\nboto3.client('ec2')", (False, False)),
        (b"import boto3\nboto3.client('s3')", (True, True)),
        (b'import boto3\nboto3.client("kms")', (True, True)),
    ],
)
def test_text_look(data: bytes, wanted: tuple[bool, bool]) -> None:
    assert mentions(data) == wanted


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("tests/a.py", True),
        ("src/test_a.py", True),
        ("src/a_test.py", True),
        ("conftest.py", True),
        ("docs/Examples/a.py", True),
        ("performance_tests/a.py", True),
        ("src/a.py", False),
        ("src/latest/a.py", False),
        ("contest/attest.py", False),
    ],
)
def test_examples_are_told_by_their_place(tmp_path: Path, path: str, *, wanted: bool) -> None:
    (tmp_path / ".git").mkdir()
    assert is_example(tmp_path / path, path) is wanted


def test_the_way_to_the_repository_does_not_count(tmp_path: Path) -> None:
    repository = tmp_path / "tests" / "repository"
    (repository / ".git").mkdir(parents=True)
    assert not is_example(repository / "src" / "a.py", str(repository / "src" / "a.py"))


def test_folders_of_tools_are_not_looked_at(tmp_path: Path) -> None:
    for folder in ("site-packages", ".venv", "node_modules", ".ipynb_checkpoints"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "job.py").write_text(f'{HEAD}AESGCM(b"{KEY}")\n', encoding="utf-8")
    assert scan([str(tmp_path)], CATALOGUE).findings == []


def test_findings_keep_their_identity_when_lines_move(tmp_path: Path) -> None:
    text = f'{HEAD}def f():\n    AESGCM(b"{KEY}")\ndef g():\n    AESGCM(b"{KEY[::-1]}")\n'
    before = judged(tmp_path, text.encode()).findings
    after = judged(tmp_path, text.replace("def f", "\n\n\ndef f").encode()).findings
    assert [finding.fingerprint for finding in before] == [finding.fingerprint for finding in after]
    assert len({finding.fingerprint for finding in before}) == 2
