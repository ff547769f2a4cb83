"""One sample of each language with what is hard to split into tokens; read by the tests beside it."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "samples"


def samples() -> dict[str, bytes]:
    """Language name to its sample, a file that parses."""
    return {path.stem: path.read_bytes() for path in sorted(_FOLDER.glob("*.txt"))}
