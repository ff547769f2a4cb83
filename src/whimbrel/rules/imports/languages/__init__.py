"""One module a language; each defines ``DIALECTS``."""
