"""Room in the kernel's tables for connections that come and go.

A closed connection is remembered for a minute (TIME_WAIT), or two where the firewall's conntrack is
loaded, as Docker does. A load that makes a connection per request fills these tables, and once
conntrack's is full the kernel drops packets: every server seems to be slow, or not there.
"""

import time
from pathlib import Path

CONNTRACK = Path('/proc/sys/net/netfilter')
NEEDED = 100_000  # connections that one measurement may make
MOST_SECONDS = 180


def _number(name):
    return int((CONNTRACK / name).read_text())


def _room():
    return _number('nf_conntrack_max') - _number('nf_conntrack_count')


def wait_for_room(say):
    """Until enough of them are forgotten, or it is not worth waiting any longer."""
    if not CONNTRACK.is_dir():
        return
    needed = min(NEEDED, _number('nf_conntrack_max') // 2)
    end = time.monotonic() + MOST_SECONDS
    while _room() < needed:
        if time.monotonic() > end:
            say('there is no room, and what follows may be wrong: see nf_conntrack_max')
            return
        say(f'waiting until the kernel forgets closed connections: {_room():,} of {needed:,} free')
        time.sleep(5)
