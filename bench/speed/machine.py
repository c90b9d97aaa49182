"""The machine of a run, and the versions on it: numbers are worth nothing without them."""

import os
import platform
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from processes import PROJECT, program


def _field(file, name):
    found = re.search(rf'^{name}\s*:\s*(.+)$', Path(file).read_text(), re.MULTILINE)
    return found[1] if found else 'unknown'


def _said(command, pattern):
    told = subprocess.run([program(command[0]), *command[1:]], capture_output=True, text=True,
                          check=False)
    found = re.search(pattern, told.stdout + told.stderr)
    return found[1] if found else 'unknown'


def machine():
    return {
        'at': datetime.now(timezone.utc).isoformat(timespec='seconds'),
        'cpu': _field('/proc/cpuinfo', 'model name'),
        'cores': os.cpu_count(),
        'memory': _field('/proc/meminfo', 'MemTotal'),
        'kernel': platform.release(),
        'system': platform.freedesktop_os_release()['PRETTY_NAME'],
        'onsale': _said(['git', '-C', str(PROJECT), 'describe', '--always', '--dirty'], r'(\S+)'),
        'compiler': _said(['g++', '--version'], r'(\d+\.\d+\.\d+)'),
        'redis': _said(['redis-server', '--version'], r'v=(\S+)'),
        'nginx': _said(['nginx', '-v'], r'nginx/(\S+)'),
        'wrk': _said(['wrk', '--version'], r'wrk (\S+)'),
        'ab': _said(['ab', '-V'], r'Version (\S+)'),
        'load_before': os.getloadavg()[0],
    }


def sentence(here):
    return (f"{here['cpu']}, {here['cores']} cores, {here['memory']}; {here['system']}, "
            f"Linux {here['kernel']}; Redis {here['redis']}, Nginx {here['nginx']}, "
            f"GCC {here['compiler']}; onsale {here['onsale']}; {here['at']}")
