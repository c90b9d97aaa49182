"""The speed comparison; see HELP below, or `./dev bench speed --help`."""

import argparse
import json
import resource
import sys
import time

import bars
import details
import pictures
import tables
from contestants import all_contestants
from machine import machine, sentence
from measure import measure, median_of, total_cpu
from processes import BUILD, PROJECT, Missing, as_program
from room import wait_for_room

HELP = '''
Measures a node beside what it could cost at least, beside Nginx and beside a plain Beast server,
all in one run: the machine's mood of the moment is the same for all, so that ratios hold where
times do not. Every measurement starts its servers anew, on free ports of 127.0.0.1 and in a
directory of its own, and ends them. A figure is the median over the rounds.
'''
EXAMPLES = '''
  ./dev bench speed                                  all of it; about 20 minutes
  ./dev bench speed --only 'sold out' --only bare    these by their names, in every round
  ./dev bench speed --rounds 1 --seconds 1           a quick look, worth nothing
  ./dev bench speed --list                           the names

A full run (all of it, at least 5 rounds) is kept in bench/results/, another one in
build/release/bench/results/: latest.json, and pictures. The bars are information: the exit status
is 0 whether they hold or not, 2 for wrong use, 3 if something needed is missing.
bench/README.md says how it measures, and where it could deceive.
'''
FULL_ROUNDS = 5
COUNTING_SECONDS = 2

CALLS_OF = ['bare epoll, wrk -c100', 'Nginx return 200, wrk -c100', 'plain Beast, wrk -c100',
            'node sold out, wrk -c100', 'node sold out, stat log, wrk -c100',
            'node selling, everysec, wrk -c100', 'bare epoll, wrk -c1', 'Nginx return 200, wrk -c1',
            'node sold out, wrk -c1', 'bare accept, ab -c100',
            'Nginx return 200, ab -c100', 'plain Beast, ab -c100', 'node sold out, ab -c100']
ALLOCATIONS_OF = ['plain Beast, wrk -c100', 'node sold out, wrk -c100',
                  'node sold out, stat log, wrk -c100', 'node selling, everysec, wrk -c100',
                  'node selling, everysec, wrk -c1000']
MEMORY_OF = ['Nginx return 200, wrk -c100', 'plain Beast, wrk -c100', 'node sold out, wrk -c100']


def positive(text):
    if not text.isdigit() or not 0 < int(text) <= 100:
        raise argparse.ArgumentTypeError(f'{text} is no number from 1 to 100')
    return int(text)


def parse_options():
    parser = argparse.ArgumentParser(prog='./dev bench speed', description=HELP, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--rounds', type=positive, default=FULL_ROUNDS, metavar='N',
                        help=f'how often each is measured, in turn ({FULL_ROUNDS})')
    parser.add_argument('--seconds', type=positive, default=3, metavar='S',
                        help='how long each measurement lasts (3)')
    parser.add_argument('--only', action='append', default=[], metavar='TEXT',
                        help='only those whose name has this in it; may be given several times')
    parser.add_argument('--list', action='store_true', help='print the names, and do nothing')
    return parser.parse_args()


def chosen_by(options):
    chosen = [one for one in all_contestants()
              if not options.only or any(text in one.name for text in options.only)]
    if not chosen:
        print(f'speed: no name has {" or ".join(options.only)} in it; see --list', file=sys.stderr)
        sys.exit(2)
    return chosen


def say(text):
    print(f'{time.strftime("%H:%M:%S")} {text}', flush=True)


def all_rounds(chosen, options):
    """Each contestant once in every round: a slow minute of the machine meets all of them."""
    rounds = {one.name: [] for one in chosen}
    for number in range(1, options.rounds + 1):
        for one in chosen:
            wait_for_room(say)
            result = measure(one, options.seconds)
            rounds[one.name].append(result)
            say(f'round {number} of {options.rounds}: {one.name}: {total_cpu(result):.2f} us, '
                f'{result["rate"]:,.0f}/s')
    return rounds


def count_each(what, names, chosen, count):
    """What `count` finds for each of those with these names that were chosen."""
    found = {}
    for one in chosen:
        if one.name in names:
            wait_for_room(say)
            say(f'counting {what}: {one.name}')
            found[one.name] = count(one)
    return found


def counts_of(chosen):
    memory = count_each('memory', MEMORY_OF, chosen, details.memory_per_connection)
    return {
        'system_calls': count_each('system calls', CALLS_OF, chosen,
                                   lambda one: details.system_calls(one, COUNTING_SECONDS)),
        'allocations': count_each('allocations', ALLOCATIONS_OF, chosen,
                                  lambda one: details.allocations(one, COUNTING_SECONDS)),
        'memory': {name.removesuffix(', wrk -c100'): one for name, one in memory.items()},
        'sync_ms': details.sync_ms(1),
    }


def show(report):
    print(f"\n{sentence(report['machine'])}\nMedians of {report['rounds']} interleaved rounds of "
          f"{report['seconds']} s\n")
    print(tables.measured(report['medians']))
    print(tables.counted(report))
    print(tables.bars(report['bars']))


def keep(report, is_full):
    """A full run is the one to show; any other must not take its place."""
    directory = (PROJECT if is_full else BUILD) / 'bench/results'
    directory.mkdir(parents=True, exist_ok=True)
    (directory / 'latest.json').write_text(json.dumps(report, indent=1, ensure_ascii=False) + '\n')
    pictures.draw(report, directory)
    print(f'Kept in {directory.relative_to(PROJECT)}')


def run(options):
    chosen = chosen_by(options)
    here = machine()
    say(sentence(here))
    minutes = len(chosen) * options.rounds * (options.seconds + 1.5) / 60
    say(f'{len(chosen)} measurements in each of {options.rounds} rounds, about {minutes:.0f} '
        'minutes; then the counts')
    rounds = all_rounds(chosen, options)
    report = {'machine': here, 'rounds': options.rounds, 'seconds': options.seconds,
              'medians': {name: median_of(all_of_it) for name, all_of_it in rounds.items()},
              **counts_of(chosen)}
    report['bars'] = bars.judge(report)
    report['each_round'] = rounds
    show(report)
    keep(report, is_full=not options.only and options.rounds >= FULL_ROUNDS)


def allow_many_connections():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if 0 <= most < details.MANY + 1000:
        raise Missing(f'{details.MANY:,} connections are too many for {most:,} descriptors: '
                      'ulimit -Hn')


def main():
    options = parse_options()
    if options.list:
        print('\n'.join(one.name for one in all_contestants()))
        return
    allow_many_connections()
    run(options)


as_program('speed', main)
