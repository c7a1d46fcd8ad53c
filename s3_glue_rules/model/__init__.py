"""The vocabulary of the pack: values, worlds, answers, documents and typed resources. Imports nothing else of ours."""
