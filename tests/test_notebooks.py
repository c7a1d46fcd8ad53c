"""Notebooks: cell by cell, with cell and line in every report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from s3_glue_rules.model.findings import Judgement
from s3_glue_rules.read.notebooks import NotebookSource
from s3_glue_rules.read.python_source import read_python
from s3_glue_rules.report import json_report, sarif, text
from s3_glue_rules.scan import scan
from tests.support.fixtures import CATALOGUE

IMPORT = "from cryptography.hazmat.primitives.ciphers.aead import AESGCM"
KEY = "0123456789abcdef0123456789abcdef"


def code(*lines: str) -> dict[str, Any]:
    written = [f"{line}\n" for line in lines]
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": written}


def notebook(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def written(folder: Path, document: object) -> Path:
    path = folder / "job.ipynb"
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path


def judged(folder: Path, document: object) -> Judgement:
    return scan([str(written(folder, document))], CATALOGUE)


def parts(judgement: Judgement) -> list[tuple[str, str]]:
    return [(f.policy, f.span.part) for f in judgement.findings if f.verdict.value == "fail"]


def test_names_flow_from_cell_to_cell(tmp_path: Path) -> None:
    document = notebook(
        {"cell_type": "markdown", "metadata": {}, "source": ["# A key\n", f"AESGCM(b'{KEY}')\n"]},
        code(IMPORT, "", f'key = b"{KEY}"'),
        code("", "AESGCM(key).encrypt(nonce, data, None)"),
    )
    judgement = judged(tmp_path, document)
    assert parts(judgement) == [("SGR411", "cell 2, line 3")]
    (finding,) = [f for f in judgement.findings if f.policy == "SGR411"]
    assert [step.span.part for step in finding.chain] == ["cell 3, line 2"]


def test_the_place_is_that_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, notebook(code(IMPORT, f'AESGCM(b"{KEY}").encrypt(n, d, None)')))
    (finding,) = scan([str(path)], CATALOGUE).findings
    line = path.read_text(encoding="utf-8").splitlines()[finding.span.line - 1]
    # In JSON each quote of the code takes two signs.
    assert line[finding.span.column - 1 :].startswith(f'b\\"{KEY}\\"')
    assert line[: finding.span.end_column - 1].endswith(f'{KEY}\\"')


def test_all_reports_name_cell_and_line(tmp_path: Path) -> None:
    judgement = judged(tmp_path, notebook(code(IMPORT), code(f'key = b"{KEY}"', "AESGCM(key).encrypt(n, d, None)")))
    said = text.render(judgement)
    assert "(cell 2, line 1): error SGR411" in said
    assert "(cell 2, line 2): it is handed over" in said
    (finding,) = json.loads(json_report.render(judgement))["verdicts"]
    assert finding["part"] == "cell 2, line 1"
    assert finding["chain"][0]["part"] == "cell 2, line 2"
    (result,) = json.loads(sarif.render(judgement, CATALOGUE))["runs"][0]["results"]
    assert "It stands in cell 2, line 1." in result["message"]["text"]


def test_files_have_no_parts(tmp_path: Path) -> None:
    path = tmp_path / "job.py"
    path.write_text(f'{IMPORT}\nAESGCM(b"{KEY}").encrypt(n, d, None)\n', encoding="utf-8")
    judgement = scan([str(path)], CATALOGUE)
    assert "cell" not in text.render(judgement)
    assert "part" not in json.loads(json_report.render(judgement))["verdicts"][0]


@pytest.mark.parametrize(
    "cell",
    [
        code("%glue_version 5.0", "%number_of_workers 2", f'AESGCM(b"{KEY}")'),
        code("!pip install cryptography", f'AESGCM(b"{KEY}")'),
        code("%%time", f'AESGCM(b"{KEY}")'),
        code("files = !ls", f'AESGCM(b"{KEY}")'),
        code("if install:", "    %pip install cryptography", f'AESGCM(b"{KEY}")'),
        code("AESGCM?", f'AESGCM(b"{KEY}")'),
        code("await client.start()", f'AESGCM(b"{KEY}")'),
        code('text = ("%s"', "        % name)", f'AESGCM(b"{KEY}")'),
    ],
)
def test_magics_are_no_python(tmp_path: Path, cell: dict[str, Any]) -> None:
    judgement = judged(tmp_path, notebook(code(IMPORT), cell))
    assert judgement.problems == []
    assert parts(judgement) == [("SGR411", f"cell 2, line {len(cell['source'])}")]


@pytest.mark.parametrize("magic", ["%%sql", "%%bash", "%%html", "%%markdown"])
def test_cells_of_other_languages_are_left_out(tmp_path: Path, magic: str) -> None:
    judgement = judged(tmp_path, notebook(code(IMPORT), code(magic, f'AESGCM(b"{KEY}")')))
    assert judgement.problems == []
    assert parts(judgement) == []


def test_what_a_session_is_configured_with_is_kept(tmp_path: Path) -> None:
    cell = code("%idle_timeout 60", "%%configure", "{", '  "--conf": "spark.a=b"', "}")
    path = written(tmp_path, notebook(cell, code(IMPORT)))
    source = read_python(path, "job.ipynb")
    assert isinstance(source, NotebookSource)
    assert [(name, value) for name, value, _ in source.session_arguments] == [("--conf", "spark.a=b")]


def test_a_broken_cell_hides_no_other(tmp_path: Path) -> None:
    document = notebook(code(IMPORT), code("x = 1", "def ("), code(f'AESGCM(b"{KEY}")'))
    judgement = judged(tmp_path, document)
    assert parts(judgement) == [("SGR411", "cell 3, line 1")]
    (problem,) = judgement.problems
    assert problem.message.startswith("cell 2, line 2: it is not valid Python")
    lines = (tmp_path / "job.ipynb").read_text(encoding="utf-8").splitlines()
    assert "def (" in lines[problem.line - 1]


def test_a_broken_cell_of_a_notebook_without_libraries_is_passed_over(tmp_path: Path) -> None:
    judgement = judged(tmp_path, notebook(code("def ("), code("print(1)")))
    assert judgement.problems == []
    assert judgement.files_passed_over == 1


def test_cells_may_be_one_text(tmp_path: Path) -> None:
    cell = code() | {"source": f'{IMPORT}\nAESGCM(b"{KEY}").encrypt(n, d, None)\n'}
    judgement = judged(tmp_path, notebook(cell))
    assert parts(judgement) == [("SGR411", "cell 1, line 2")]
    (finding,) = judgement.findings
    line = (tmp_path / "job.ipynb").read_text(encoding="utf-8").splitlines()[finding.span.line - 1]
    assert line[finding.span.column - 1 :].startswith(f'b\\"{KEY}')


def test_format_3(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "input": [f"{IMPORT}\n", f'AESGCM(b"{KEY}")\n'], "language": "python", "outputs": []}
    document = {"worksheets": [{"cells": [cell], "metadata": {}}], "metadata": {}, "nbformat": 3}
    assert parts(judged(tmp_path, document)) == [("SGR411", "cell 1, line 2")]


def test_other_languages(tmp_path: Path) -> None:
    document = notebook(code(IMPORT, f'AESGCM(b"{KEY}")'), language_info={"name": "scala"})
    judgement = judged(tmp_path, document)
    assert judgement.findings == []
    assert judgement.files_passed_over == 1


def test_outputs_are_not_read(tmp_path: Path) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": [f"{IMPORT}\n", f'AESGCM(b"{KEY}")\n']}
    judgement = judged(tmp_path, notebook(code("print(1)") | {"outputs": [output]}))
    assert judgement.findings == []
    assert judgement.problems == []


@pytest.mark.parametrize(
    "document", ["aws_encryption_sdk", ["aws_encryption_sdk"], {"cells": "aws_encryption_sdk"}, {}]
)
def test_what_is_no_notebook_is_told_where_it_names_libraries(tmp_path: Path, document: object) -> None:
    judgement = judged(tmp_path, document)
    assert len(judgement.problems) == (1 if document else 0)
    assert all("crash" not in problem.message for problem in judgement.problems)


def test_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "job.ipynb"
    path.write_text('{"cells": [{"source": ["import aws_encryption_sdk', encoding="utf-8")
    (problem,) = scan([str(path)], CATALOGUE).problems
    assert problem.file.endswith("job.ipynb")
    assert "crash" not in problem.message


def test_findings_are_accepted_in_their_cell(tmp_path: Path) -> None:
    accepted = f'AESGCM(b"{KEY}")  # sgr: ignore[SGR411] a test vector'
    judgement = judged(tmp_path, notebook(code(IMPORT), code(accepted)))
    assert [finding.verdict.value for finding in judgement.findings] == ["suppressed"]
    assert judgement.notes == []


def test_what_a_session_is_configured_with_is_judged(tmp_path: Path) -> None:
    conf = "spark.hadoop.fs.s3a.secret.key=wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzzzzzz"
    cell = code("%glue_version 5.0", "%%configure", "{", f'  "--conf": "{conf}"', "}")
    assert parts(judged(tmp_path, notebook(cell))) == [("SGR407", "cell 1, line 4")]
