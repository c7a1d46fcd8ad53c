"""Findings → text, JSON, SARIF: one file per format, each a pure function of a judgement."""
