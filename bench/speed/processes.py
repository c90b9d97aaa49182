"""The processes of one measurement: started, watched through /proc, and ended for certain."""

import contextlib
import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
BUILD = PROJECT / 'build/release'
PATIENCE = 20  # seconds that a server may take to start or to stop
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Missing(Exception):
    """Something that is needed is not there, or does not start. Exit status 3."""


def program(name):
    """Where the program is: ours, or the distribution's."""
    for path in (BUILD / name, BUILD / 'bench' / name):
        if path.is_file():
            return str(path)
    # Debian keeps nginx where only root looks.
    found = shutil.which(name, path=os.environ.get('PATH', '') + ':/usr/sbin:/sbin')
    if not found:
        raise Missing(f'there is no {name}: ./dev bench speed builds and installs what is needed')
    return found


def free_port():
    """Below those that the kernel gives to clients: no load can take it before its server does."""
    for port in random.sample(range(20000, 32000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(('127.0.0.1', port))
                return port
            except OSError:
                continue
    raise Missing('no port between 20000 and 32000 is free')


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise Missing(f'{what}: not so after {PATIENCE} s')
        time.sleep(0.01)


def tree(pid):
    """The process and its children, such as Nginx's workers."""
    try:
        children = Path(f'/proc/{pid}/task/{pid}/children').read_text().split()
    except OSError:
        return []
    return [pid] + [one for child in children for one in tree(int(child))]


def cpu_of(pid):
    """Seconds of CPU, to the nanosecond: `stat` has the same in steps of 10 ms."""
    nanoseconds = 0
    for thread in Path(f'/proc/{pid}/task').glob('*'):
        try:
            nanoseconds += int((thread / 'schedstat').read_text().split()[0])
        except OSError:
            continue  # it has just ended
    return nanoseconds / 1e9


def cpu_of_the_gone(pid):
    """Of children that have ended, such as one that rewrote Redis's file."""
    after_name = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return (int(after_name[13]) + int(after_name[14])) / os.sysconf('SC_CLK_TCK')


def memory_of(pid):
    """Bytes of user-space memory that are in use (Rss)."""
    for line in Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines():
        if line.startswith('Rss:'):
            return int(line.split()[1]) * 1024
    raise Missing(f'/proc/{pid}/smaps_rollup has no Rss')


def peak_memory_of(pid):
    """The most bytes of memory that it ever had in use."""
    for line in Path(f'/proc/{pid}/status').read_text().splitlines():
        if line.startswith('VmHWM:'):
            return int(line.split()[1]) * 1024
    raise Missing(f'/proc/{pid}/status has no VmHWM')


def as_program(name, act):
    """Ends all in order when told to stop; what is missing is said, with status 3."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        act()
    except Missing as why:
        print(f'{name}: {why}', file=sys.stderr)
        sys.exit(3)
    except KeyboardInterrupt:
        sys.exit(130)


def _die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    def __init__(self, role, command, directory, environment):
        self.role = role
        self.log = directory / f'{role}-{random.getrandbits(32):08x}.log'
        with open(self.log, 'wb') as log:
            # In a session of its own: a Ctrl-C is for the driver, which then ends all in order.
            self._running = subprocess.Popen(
                [str(word) for word in command], cwd=directory, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, preexec_fn=_die_with_parent,
                env={**os.environ, **environment})
        self.pid = self._running.pid

    def is_running(self):
        return self._running.poll() is None

    def family(self):
        return tree(self.pid)

    def cpu(self):
        return sum(cpu_of(pid) for pid in self.family()) + cpu_of_the_gone(self.pid)

    def memory(self):
        return sum(memory_of(pid) for pid in self.family())

    def end(self, gently=signal.SIGTERM):
        family = self.family()
        if self.is_running():
            self._running.send_signal(gently)
        try:
            self._running.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            for pid in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._running.wait()


class Stage:
    """A directory and the processes in it, for one measurement; gone when it is left.

    The directory is in the build tree, not in /tmp: that is memory on some machines, and no sync
    takes time there.
    """

    def __init__(self, preload=None):
        self.preload = preload  # a library to load into nodes and responders
        self.processes = []

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(prefix='speed-', dir=BUILD)
        self.directory = Path(self._directory.name)
        return self

    def __exit__(self, *_):
        for one in reversed(self.processes):
            one.end()
        self._directory.cleanup()

    def start(self, role, command, is_ready):
        environment = {}
        if self.preload and role in ('node', 'responder'):
            environment = {'LD_PRELOAD': str(self.preload),
                           'ONSALE_ALLOCATIONS': str(self.directory / 'allocations')}
        started = Process(role, command, self.directory, environment)
        self.processes.append(started)
        try:
            wait_until(lambda: is_ready() or not started.is_running(), f'{role} is ready')
            if not started.is_running():
                raise Missing(f'{role} has stopped')
        except Missing as why:
            raise Missing(f'{why}\n{started.log.read_text(errors="replace")[-2000:]}') from why
        return started

    def of_role(self, role):
        return [one for one in self.processes if one.role == role]

    def cpu(self):
        """Seconds of CPU so far, by role."""
        used = {}
        for one in self.processes:
            used[one.role] = used.get(one.role, 0) + one.cpu()
        return used
