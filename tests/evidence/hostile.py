"""Cleaners that were taken over: what each tries, and what it got, is the report."""

import ctypes
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from satark.evidence.report import Mime, Report

PORT_AT = 1
"""The files that these cleaners get say what to do in their first byte; a port may follow."""


def run(source: IO[bytes], target: IO[bytes]) -> Report:
    asked = source.read()
    return DEEDS[asked[:1]](target, asked[PORT_AT:])


def connect(target: IO[bytes], port: bytes) -> Report:
    got = []
    for family, address in ((socket.AF_INET, ("127.0.0.1", int(port))), (socket.AF_UNIX, "\0satark-test")):
        try:
            socket.socket(family).connect(address)
            got.append("connected")
        except OSError as error:
            got.append(type(error).__name__)
    target.write(" ".join(got).encode())
    return Report(Mime.JPEG)


def look_around(target: IO[bytes], _: bytes) -> Report:
    tries: list[Callable[[], object]] = [
        lambda: Path("/etc/passwd").read_bytes(),
        lambda: os.listdir("/"),
        lambda: Path("/tmp/found").write_bytes(b"x"),
        lambda: os.listdir("/proc/self/fd"),
        os.fork,
        lambda: os.execv("/bin/sh", ["sh"]),
        lambda: os.kill(os.getppid(), 9),
    ]
    for one in tries:
        try:
            one()
            target.write(b"did ")
        except OSError:
            target.write(b"- ")
    held = [number for number in range(64) if _is_open(number)]
    target.write(f"{held}".encode())
    return Report(Mime.JPEG)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def hang(target: IO[bytes], _: bytes) -> Report:
    while True:
        time.sleep(60)


def work(target: IO[bytes], _: bytes) -> Report:
    while True:
        pass


def grow(target: IO[bytes], _: bytes) -> Report:
    while True:
        target.write(bytes(2**24))


def eat(target: IO[bytes], _: bytes) -> Report:
    eaten = [bytearray(2**28) for _ in range(64)]
    return Report(Mime.JPEG, poster=bytes(eaten[0][:1]))


def crash(target: IO[bytes], _: bytes) -> Report:
    ctypes.string_at(0)
    return Report(Mime.JPEG)


def shout(target: IO[bytes], _: bytes) -> Report:
    for stream in (1, 2):
        os.write(stream, b"x" * 1_000_000)
    os.write(12, b"x" * 1_000_000)
    return Report(Mime.JPEG)


def lie(target: IO[bytes], _: bytes) -> Report:
    import msgspec

    os.write(12, msgspec.msgpack.encode({"mime": "text/html"}))
    os._exit(0)


DEEDS: dict[bytes, Callable[[IO[bytes], bytes], Report]] = {
    b"c": connect,
    b"l": look_around,
    b"h": hang,
    b"b": work,
    b"g": grow,
    b"e": eat,
    b"x": crash,
    b"s": shout,
    b"m": lie,
}
