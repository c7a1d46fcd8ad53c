"""GitHub's rules for SARIF, which Microsoft's SARIF multitool holds. ``make test`` installs it from npm into .tools."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.support.fixtures import ROOT

PACKAGE = f"sarif-multitool-{'darwin' if sys.platform == 'darwin' else 'linux'}"
# The binary itself: npx starts a shell, for which the semicolon in the rule kinds ends the command.
BINARY = ROOT / ".tools" / "node_modules" / "@microsoft" / PACKAGE / "Sarif.Multitool"


def complaints(report: str, folder: Path) -> list[tuple[str, str]]:
    """Return the rule and level of each error and warning about a SARIF report.

    Skips the test where the multitool is not there, and fails it where CI runs: a check that nobody runs is none.
    """
    if not BINARY.is_file():
        _do_without(f"{BINARY} is missing: npm install --prefix .tools @microsoft/sarif-multitool")
    given, answer = folder / "given.sarif", folder / "answer.sarif"
    given.write_text(report, encoding="utf-8")
    command = [
        str(BINARY), "validate", str(given), "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning",
        "--output", str(answer), "--log", "ForceOverwrite",
        # The report of all fixtures together is larger than any that people have.
        "--max-file-size-in-kb", "100000",
    ]  # fmt: skip
    environment = {
        **os.environ,
        # It starts without the libraries for languages of the system this way, which small containers lack.
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
        # It calls the pages that a report names, only to note those that do not answer: nothing listens here.
        "HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "",
        "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "no_proxy": "",
    }  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    except OSError as error:
        _do_without(f"{BINARY} does not start here: {error}")
    # The exit status is 0 with errors, too: only its answer says what it found, and whether it looked at all.
    assert answer.is_file(), done.stdout + done.stderr
    assert "1 files scanned" in done.stdout, done.stdout + done.stderr
    run: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8-sig"))["runs"][0]
    assert [invocation["executionSuccessful"] for invocation in run["invocations"]] == [True], run["invocations"]
    # Of a result, the format leaves out a level that is the default.
    return sorted((result["ruleId"], result.get("level", "warning")) for result in run.get("results", []))


def _do_without(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
