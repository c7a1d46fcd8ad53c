"""The policies' functions, one file each: a typed resource in, an answer out."""
