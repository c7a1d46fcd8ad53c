"""The evaluator of Terraform's expressions says what Terraform says, or that it does not know."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parent.parent / "tools" / "terraform_oracle.py"


def test_terraform_says_the_same() -> None:
    if shutil.which("terraform") is None:
        if os.environ.get("CI"):
            pytest.fail("terraform is not on PATH: CI has to compare with it")
        pytest.skip("terraform is not on PATH")
    done = subprocess.run([sys.executable, str(TOOL)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " same" in done.stdout
