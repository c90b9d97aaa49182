"""What tests/support/wire_record.cpp has written down, as requests and their answers."""

import itertools
import re
from typing import Iterator, NamedTuple, Optional


class Request(NamedTuple):
    method: str
    path: str
    body: bytes


class Answer(NamedTuple):
    status: int
    headers: "tuple[tuple[str, str], ...]"  # names in lower case
    body: bytes


class Exchange(NamedTuple):
    request: Optional[Request]  # None: what was sent is garbage, or comes behind garbage
    answer: Answer


# A request as a client writes one; what differs in any way counts as garbage.
REQUEST = re.compile(
    rb"(?:\r\n)*(?P<method>[A-Z]+) (?:http://[^/ ]+)?(?P<target>/[!-~]*|) HTTP/1\.[01]\r\n"
    rb"(?P<fields>(?:[\w!#$%&'*+.^`|~-]+:[\t -~]*\r\n)*)\r\n",
    re.ASCII,
)


def fields_of(lines: bytes) -> "list[tuple[str, str]]":
    fields = []
    for line in lines.decode("latin-1").split("\r\n"):
        if line:
            name, _, value = line.partition(":")
            fields.append((name.lower(), value.strip(" \t")))
    return fields


def requests(sent: bytes) -> Iterator[Optional[Request]]:
    """Those in `sent`, then None for ever."""
    at = 0
    while head := REQUEST.match(sent, at):
        fields = fields_of(head["fields"])
        lengths = [value for name, value in fields if name == "content-length"]
        coded = any(name == "transfer-encoding" for name, _ in fields)
        if len(lengths) > 1 or not all(re.fullmatch("[0-9]{1,5}", one) for one in lengths):
            break
        at = head.end() + sum(map(int, lengths))
        path = head["target"].decode().split("?")[0] or "/"
        yield Request(head["method"].decode(), path, sent[head.end() : at])
        if coded:
            break
    yield from itertools.repeat(None)


def answers(received: bytes) -> Iterator[Answer]:
    """The whole ones in `received`, without those (1xx) behind which the answer is yet to come."""
    at = 0
    while (end := received.find(b"\r\n\r\n", at)) >= 0:
        line, _, lines = received[at:end].partition(b"\r\n")
        status = re.fullmatch(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [ -~]*", line)
        if status is None:
            raise ValueError(f"no status line: {line!r}")
        at = end + 4
        if status[1].startswith(b"1"):
            continue
        fields = fields_of(lines)
        lengths = [int(value) for name, value in fields if name == "content-length"]
        if len(lengths) != 1:
            raise ValueError(f"not one Content-Length: {fields}")
        body = received[at : at + lengths[0]]
        if len(body) < lengths[0]:
            return  # the client did not read on
        at += lengths[0]
        yield Answer(int(status[1]), tuple(fields), body)


def connections(record: bytes) -> Iterator["tuple[bytes, bytes]"]:
    at = 0
    while at < len(record):
        end = record.index(b"\n", at)
        sent, received = map(int, record[at:end].split())
        middle = end + 1 + sent
        yield record[end + 1 : middle], record[middle : middle + received]
        at = middle + received + 1


def exchanges(sent: bytes, received: bytes) -> Iterator[Exchange]:
    return map(Exchange, requests(sent), answers(received))
