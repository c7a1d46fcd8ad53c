"""Text → declarations with spans, a reader for each language."""
