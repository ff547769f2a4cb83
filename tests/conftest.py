"""Settings for all tests: what lies in ``fixtures`` is data, also where it looks like a test."""

collect_ignore = ["fixtures"]
