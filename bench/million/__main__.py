"""A million buyers for ten thousand tickets; see HELP below, or `./dev bench million --help`."""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'speed'))

import servers  # noqa: E402
import tables  # noqa: E402
from machine import machine, sentence  # noqa: E402
from processes import (BUILD, PROJECT, Missing, Stage, as_program,  # noqa: E402
                       peak_memory_of, program)

HELP = '''
Sells 10,000 tickets to 1,000,000 buyers with `onsale rehearse`, four times on a fresh ledger: through
Nginx and straight to the four nodes, on kept connections and with one for each request. The ledger
syncs before a buyer is told, and the order writer follows. Prints the times, the verdicts, and the
peak memory of each process.
'''
NOTE = '''
As root it runs in a network namespace of its own: a firewall's connection tracking, as Docker loads
it, drops packets of a crowd that makes a connection for each request.

Exit status: 0, whether the verdicts are clean or not; 2 for wrong use, 3 if something needed is
missing.
'''
FULL_BUYERS = 1_000_000
TICKETS = 10_000
CONNECTIONS = 1000
APART = 'ONSALE_BENCH_APART'


def parse_options():
    parser = argparse.ArgumentParser(prog='./dev bench million', description=HELP, epilog=NOTE,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--buyers', type=int, default=FULL_BUYERS, metavar='N',
                        help=f'how many come ({FULL_BUYERS:,}); with fewer nothing is kept')
    options = parser.parse_args()
    if not 1 <= options.buyers <= 10_000_000:
        parser.error('--buyers takes a number from 1 to 10,000,000')
    return options


def say(text):
    print(f'{time.strftime("%H:%M:%S")} {text}', flush=True)


def go_apart():
    """Runs on in a network namespace of its own, if that is possible."""
    if os.environ.get(APART) or os.geteuid() != 0:
        return
    unshared = subprocess.run(['unshare', '--net', 'true'], capture_output=True, check=False)
    if unshared.returncode != 0:
        return
    os.environ[APART] = 'yes'
    os.execvp('unshare', ['unshare', '--net', sys.executable, '-B', *sys.argv])


def rehearse(stage, ports, one_shot, buyers, picture):
    """What `onsale rehearse` found, and the most memory that it had."""
    command = [program('onsale'), 'rehearse', '--buyers', buyers, '--connections', CONNECTIONS,
               '--redis', f'unix://{stage.directory}/redis.sock', '--orders', 'sqlite://orders.db',
               '--svg', picture, '--json', *(['--one-shot'] if one_shot else [])]
    for port in ports:
        command += ['--url', f'http://127.0.0.1:{port}']
    output = stage.directory / 'rehearse.json'
    with open(output, 'w', encoding='utf-8') as file:
        running = subprocess.Popen([str(word) for word in command], cwd=stage.directory, stdout=file)
        _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode not in (0, 1):
        raise Missing(f'onsale rehearse ended with {running.returncode}')
    return json.loads(output.read_text()), used.ru_maxrss * 1024


def run_one(way, one_shot, buyers, directory):
    name = f'{way}, {"a connection each" if one_shot else "kept connections"}'
    say(f'{name}: {buyers:,} buyers')
    picture = directory / f'million {name}.svg'.replace(',', '').replace(' ', '-')
    with Stage() as stage:
        nginx, nodes = servers.whole_system(stage, TICKETS)
        through_nginx = way == 'through Nginx'
        told, peak = rehearse(stage, [nginx] if through_nginx else nodes, one_shot, buyers, picture)
        memory = {}
        for one in stage.processes:
            if one.role != 'nginx' or through_nginx:
                memory.setdefault(one.role, []).extend(peak_memory_of(pid) for pid in one.family())
        memory['rehearse'] = [peak]
    verdict = 'clean' if told['clean'] else f"NOT CLEAN: {told['findings']}"
    say(f"{name}: {told['seconds']:.1f} s, {verdict}")
    return {'name': name, 'told': told, 'peak_memory': memory}


def mebibytes(sizes):
    """`7` or, of several processes, `6+7+7+8`."""
    return '+'.join(f'{size / 2**20:.0f}' for size in sizes)


def show(report):
    print(f"\n{sentence(report['machine'])}\n")
    roles = list(report['runs'][0]['peak_memory'])
    head = ['', 'seconds', 'per second', 'p50 ms', 'p99 ms', 'winners', 'verdict',
            *(f'{role}, MiB' for role in roles)]
    rows = []
    for one in report['runs']:
        told, latency = one['told'], one['told']['latency_ms']
        rows.append([one['name'], f"{told['seconds']:.1f}",
                     f"{report['buyers'] / told['seconds']:,.0f}", f"{latency['p50']:.1f}",
                     f"{latency['p99']:.1f}", f"{told['told']['sold']:,}",
                     'clean' if told['clean'] else 'NOT CLEAN',
                     *(mebibytes(one['peak_memory'].get(role, [])) for role in roles)])
    print(tables.table(head, rows))


def run(options):
    here = machine()
    say(sentence(here))
    directory = (PROJECT if options.buyers == FULL_BUYERS else BUILD) / 'bench/results'
    directory.mkdir(parents=True, exist_ok=True)
    runs = [run_one(way, one_shot, options.buyers, directory)
            for way in ('through Nginx', 'straight') for one_shot in (False, True)]
    report = {'machine': here, 'buyers': options.buyers, 'tickets': TICKETS,
              'connections': CONNECTIONS, 'runs': runs}
    show(report)
    (directory / 'million.json').write_text(json.dumps(report, indent=1, ensure_ascii=False) + '\n')
    print(f'Kept in {directory.relative_to(PROJECT)}')


def main():
    options = parse_options()
    go_apart()
    if os.environ.get(APART):
        subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    run(options)


as_program('million', main)
