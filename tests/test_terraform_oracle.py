"""The evaluator of Terraform's expressions says what Terraform says, or that it does not know."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.terraform import need_terraform

TOOL = Path(__file__).parent.parent / "tools" / "terraform_oracle.py"


def test_terraform_says_the_same() -> None:
    need_terraform(provider=False)
    done = subprocess.run([sys.executable, str(TOOL)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " same" in done.stdout
