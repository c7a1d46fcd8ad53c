"""The windows into other scanners: checkov and cfn-lint, imported only when one of them asks for it."""

from __future__ import annotations

from pathlib import Path


def checkov_folder() -> Path:
    """Return the folder to give to checkov as ``--external-checks-dir``."""
    return Path(__file__).resolve().parent / "checkov_register"
