"""What is counted rather than timed, in short passes of its own: each way of counting slows its
server down."""

import os
import re
import signal
import socket
import statistics
import struct
import time

from measure import under_load, warm_up
from processes import BUILD, Process, Stage, program, wait_until
from servers import PATH, redis_cli

FEW, MANY = 1000, 15000  # idle connections


def _server(stage):
    return next(one for one in stage.processes if one.role in ('node', 'responder', 'nginx'))


# ---- System calls -------------------------------------------------------------------------------

def _count_calls(stage, pid, act):
    """System calls by name while `act` runs, from strace, which also follows threads."""
    counts = stage.directory / 'strace'
    tracer = Process('strace', [program('strace'), '-c', '-f', '-p', pid, '-o', counts],
                     stage.directory, {})
    wait_until(lambda: 'attached' in tracer.log.read_text(), 'strace is attached')
    try:
        act()
    finally:
        tracer.end(signal.SIGINT)
    lines = re.findall(r'^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$', counts.read_text(),
                       re.MULTILINE)
    return {name: int(calls) for calls, name in lines if name != 'total'}


def system_calls(contestant, seconds):
    """Per request (or ticket), of the server itself: neither Redis nor Nginx before it."""
    with Stage() as stage:
        target = contestant.start(stage)
        warm_up(target)
        told = {}
        calls = _count_calls(stage, _server(stage).family()[-1],  # Nginx's worker, not its master
                             lambda: told.update(under_load(contestant, stage, target, seconds)))
    by_name = {name: count / told['count'] for name, count in calls.items()}
    worth_saying = {name: share for name, share in by_name.items() if share >= 0.005}
    return {'per_request': sum(by_name.values()), 'by_name': worth_saying}


# ---- Allocations --------------------------------------------------------------------------------

def _batches(stage):
    """Scripts that Redis has run: those of purchases, but for a few."""
    found = re.search(r'cmdstat_evalsha:calls=(\d+)', redis_cli(stage, 'INFO', 'commandstats'))
    return int(found[1]) if found else 0


def _counts(stage):
    """Allocations by all but hiredis, those by hiredis, and batches so far."""
    others, hiredis = struct.unpack('QQ', (stage.directory / 'allocations').read_bytes())
    return others, hiredis, _batches(stage)


def _grown(stage, act):
    """By how much the counts grow while `act` runs."""
    before = _counts(stage)
    act()
    return [after - so_far for after, so_far in zip(_counts(stage), before)]


def allocations(contestant, seconds):
    """Calls of malloc and its kin, per request (or ticket), once the server is warm."""
    with Stage(preload=BUILD / 'bench/liballocations.so') as stage:
        target = contestant.start(stage)
        warm_up(target)
        contestant.load.run(stage, target, 1)  # so that all that grows has grown
        # A node looks at the ledger several times a second, whether it has buyers or not.
        idle = _grown(stage, lambda: time.sleep(1))
        told = {}
        grown = _grown(stage, lambda: told.update(under_load(contestant, stage, target, seconds)))
    others, hiredis, batches = (all_of_it - a_second * told['seconds']
                                for all_of_it, a_second in zip(grown, idle))
    others, hiredis = max(0, others), max(0, hiredis)
    result = {'per_request': others / told['count'], 'hiredis_per_request': hiredis / told['count'],
              'idle_per_second': idle[0] + idle[1]}
    if target.sold:
        result |= {'tickets_per_batch': told['count'] / batches, 'per_batch': others / batches,
                   'hiredis_per_batch': hiredis / batches}
    return result


# ---- Memory -------------------------------------------------------------------------------------

def _connect(port, count):
    """Connections that have asked once, have their answer, and are kept."""
    made = []
    for _ in range(count):
        one = socket.create_connection(('127.0.0.1', port), timeout=10)
        one.sendall(f'GET {PATH} HTTP/1.1\r\nHost: idle\r\n\r\n'.encode())
        one.recv(4096)
        made.append(one)
    return made


def memory_per_connection(contestant):
    """Bytes of user-space memory by which a server grows with each idle connection."""
    with Stage() as stage:
        target = contestant.start(stage)
        warm_up(target)
        server = _server(stage)
        idle = _connect(target.port, FEW)
        with_few = server.memory()
        idle += _connect(target.port, MANY - FEW)
        with_many = server.memory()
        for one in idle:
            one.close()
    return {'few': FEW, 'many': MANY, 'with_few': with_few, 'with_many': with_many,
            'bytes_per_connection': (with_many - with_few) / (MANY - FEW)}


# ---- The disk -----------------------------------------------------------------------------------

def sync_ms(seconds):
    """What the disk takes to sync a few kilobytes behind a file, where Redis has its own."""
    times = []
    with Stage() as stage:
        file = os.open(stage.directory / 'synced', os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            os.write(file, b'x' * 4096)
            begin = time.monotonic()
            os.fdatasync(file)
            times.append((time.monotonic() - begin) * 1000)
        os.close(file)
    times.sort()
    return {'median': statistics.median(times), 'p99': times[len(times) * 99 // 100]}
