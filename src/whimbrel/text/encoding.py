"""Bytes to text and back without loss.

Source files are handled as bytes. Where text is needed (token texts, rule files), bytes that are not UTF-8 travel as
surrogate escapes, so that ``encode(decode(data)) == data`` for any data.
"""

_PROBE = 8192


def decode(data: bytes) -> str:
    """Text of ``data``; undecodable bytes become surrogate escapes."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Inverse of :func:`decode`."""
    return text.encode("utf-8", "surrogateescape")


def is_binary(data: bytes) -> bool:
    """Whether git would call it binary: a NUL byte near the start (UTF-16 text counts as binary, too)."""
    return b"\0" in data[:_PROBE]


def newline_of(data: bytes) -> bytes:
    """The newline that the file uses: CRLF when most of its line ends are, else LF."""
    crlf = data.count(b"\r\n")
    return b"\r\n" if crlf * 2 > data.count(b"\n") else b"\n"
