"""Bytes to neutral values and back, strictly: CBOR, JUMBF, COSE, digests. Nothing here opens a file."""
