"""What sends the load, and what it counted: wrk on kept connections, ab with one per request."""

import re
import subprocess
from pathlib import Path

from processes import PATIENCE, Missing, program
from servers import PATH

HERE = Path(__file__).resolve().parent
MANY = 5000  # connections: wrk takes a second or two to make them, and that is in the measurement
SECONDS_OF_MANY = 6


def _run(command, stage, seconds):
    command = [str(word) for word in command]
    try:
        told = subprocess.run(command, cwd=stage.directory, capture_output=True, text=True,
                              check=False, timeout=seconds + PATIENCE)
    except subprocess.TimeoutExpired as late:
        raise Missing(f'{command[0]} does not come to its end') from late
    if told.returncode != 0:
        raise Missing(f'{" ".join(command)}: {told.stdout}{told.stderr}')
    return told.stdout


def counted_by_wrk(text, depth):
    """From the line that load.lua prints."""
    counted = re.search(r'^counted' + r' (\d+)' * 6, text, re.MULTILINE)
    requests, microseconds, *latency, errors = map(int, counted.groups())
    # With several at once, wrk does not note the latency of each.
    p50, p99, p999 = (None if depth else one / 1000 for one in latency)
    return {'count': requests, 'seconds': microseconds / 1e6, 'p50_ms': p50, 'p99_ms': p99,
            'p999_ms': p999, 'errors': errors}


def counted_by_ab(text):
    def number(name):
        found = re.search(rf'^ *{name} +([\d.]+)', text, re.MULTILINE)
        return float(found[1]) if found else 0
    return {'count': int(number('Complete requests:')),
            'seconds': number('Time taken for tests:'),
            'p50_ms': number('50%'), 'p99_ms': number('99%'), 'p999_ms': None,
            'errors': int(number('Failed requests:') + number('Non-2xx responses:'))}


class Wrk:
    """Each connection asks again as soon as it has its answer. `depth`: requests in one write."""

    def __init__(self, connections, depth=None):
        self.connections, self.depth = connections, depth
        self.name = f'wrk -c{connections}' + (f', {depth} at once' if depth else '')

    def run(self, stage, target, seconds):
        if self.connections > MANY:
            seconds = max(seconds, SECONDS_OF_MANY)
        url = f'http://127.0.0.1:{target.port}{PATH}'
        depth = ['--', self.depth] if self.depth else []
        text = _run([program('wrk'), '-t1', f'-c{self.connections}', f'-d{seconds}s',
                     '-s', HERE / 'load.lua', url, *depth], stage, seconds)
        return counted_by_wrk(text, self.depth)


class Ab:
    """A new connection for each request, HTTP/1.0."""

    def __init__(self, connections):
        self.connections = connections
        self.name = f'ab -c{connections}'

    def run(self, stage, target, seconds):
        # -t sets -n, too: the later one counts. -l: answers may differ in length.
        text = _run([program('ab'), '-q', '-l', '-t', seconds, '-n', 2_000_000,
                     '-c', self.connections, f'http://127.0.0.1:{target.port}{PATH}'],
                    stage, seconds)
        return counted_by_ab(text)


class LedgerRate:
    """One connection that sells straight to Redis."""

    def __init__(self, what, at_once):
        self.what, self.at_once = what, at_once
        self.name = f'{what}, {at_once} at once'

    def run(self, stage, _, seconds):
        text = _run([program('ledger_rate'), 'redis.sock', self.what, self.at_once, seconds],
                    stage, seconds)
        return {'count': int(text), 'seconds': seconds, 'p50_ms': None, 'p99_ms': None,
                'p999_ms': None, 'errors': 0}
