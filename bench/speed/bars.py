"""What is aimed at, beside what was measured. A bar that does not hold fails nothing."""

from dataclasses import dataclass
from typing import Callable

from measure import total_cpu


class NotMeasured(Exception):
    """This run left it out."""


@dataclass(frozen=True)
class Bar:
    what: str
    is_of: Callable  # of a Run
    bound: float
    sign: str  # '<=', '<' or '>='

    def holds(self, measured):
        if self.sign == '>=':
            return measured >= self.bound
        return measured < self.bound if self.sign == '<' else measured <= self.bound


class Run:
    """The medians and the counts of a run, by the names of contestants."""

    def __init__(self, report):
        self._report = report

    def _of(self, part, name):
        try:
            return self._report[part][name]
        except KeyError:
            raise NotMeasured from None

    def cpu(self, name, *roles):
        """Microseconds for each request or ticket; of these roles, or of all."""
        result = self._of('medians', name)
        return sum(result['cpu_us'][role] for role in roles) if roles else total_cpu(result)

    def rate(self, name):
        return self._of('medians', name)['rate']

    def calls(self, name):
        return self._of('system_calls', name)['per_request']

    def allocations(self, name, figure):
        return self._of('allocations', name)[figure]

    def memory(self, name):
        return self._of('memory', name)['bytes_per_connection']


def _node_against(node, other):
    return lambda run: run.cpu(node, 'node') / run.cpu(other)


def _all_against(one, other):
    return lambda run: run.cpu(one) / run.cpu(other)


def _rates(one, other):
    return lambda run: run.rate(one) / run.rate(other)


KEPT, ONE_EACH, THOUSAND, CROWD = 'wrk -c100', 'ab -c100', 'wrk -c1000', 'wrk -c15000'

BARS = [
    Bar('sold out, kept connections: node CPU / bare epoll',
        _node_against(f'node sold out, {KEPT}', f'bare epoll, {KEPT}'), 1.10, '<='),
    Bar('sold out, kept connections: node CPU / Nginx return 200',
        _node_against(f'node sold out, {KEPT}', f'Nginx return 200, {KEPT}'), 0.90, '<'),
    Bar('sold out, connection each: node CPU / bare accept',
        _node_against(f'node sold out, {ONE_EACH}', f'bare accept, {ONE_EACH}'), 1.15, '<='),
    Bar('sold out, connection each: node CPU / Nginx return 200',
        _node_against(f'node sold out, {ONE_EACH}', f'Nginx return 200, {ONE_EACH}'), 1, '<'),
    Bar('sold out, kept, stat log: node CPU / bare epoll',
        _node_against(f'node sold out, stat log, {KEPT}', f'bare epoll, {KEPT}'), 1.30, '<='),
    Bar('sold out, connection each, stat log: node CPU / bare accept',
        _node_against(f'node sold out, stat log, {ONE_EACH}', f'bare accept, {ONE_EACH}'),
        1.30, '<='),
    Bar('selling, everysec, 100 connections: node + Redis CPU / bare epoll',
        _all_against(f'node selling, everysec, {KEPT}', f'bare epoll, {KEPT}'), 2.2, '<='),
    Bar('selling, everysec, 1,000 connections: node + Redis CPU / bare epoll',
        _all_against(f'node selling, everysec, {THOUSAND}', f'bare epoll, {THOUSAND}'), 2.2, '<='),
    Bar('selling, 1,000 connections: tickets/s, always / everysec',
        _rates(f'node selling, always, {THOUSAND}', f'node selling, everysec, {THOUSAND}'),
        0.85, '>='),
    Bar('Redis CPU per ticket: reserve, 64 at once / bare counter, 64 at once',
        _all_against('Redis alone, reserve, 64 at once', 'Redis alone, counter, 64 at once'),
        1.2, '<='),
    Bar('behind Nginx, sold out: requests/s, 4 nodes / 4 Nginx',
        _rates(f'Nginx before 4 nodes, sold out, {KEPT}', f'Nginx before 4 Nginx, {KEPT}'),
        0.95, '>='),
    Bar('allocations per request, sold out',
        lambda run: run.allocations(f'node sold out, {KEPT}', 'per_request') +
        run.allocations(f'node sold out, {KEPT}', 'hiredis_per_request'), 0.001, '<='),
    Bar('allocations per ticket, selling, but for hiredis',
        lambda run: run.allocations(f'node selling, everysec, {KEPT}', 'per_request'),
        0.001, '<='),
    Bar('system calls per request, sold out, kept connections',
        lambda run: run.calls(f'node sold out, {KEPT}'), 3.3, '<='),
    Bar('system calls per request, sold out, connection each',
        lambda run: run.calls(f'node sold out, {ONE_EACH}'), 6, '<='),
    Bar('user-space bytes per idle connection',
        lambda run: run.memory('node sold out'), 1024, '<='),
    Bar('sold out, 15,000 connections: node CPU / bare epoll',
        _node_against(f'node sold out, {CROWD}', f'bare epoll, {CROWD}'), 1.15, '<='),
    Bar('sold out, 1,000 sales and 1,000,000 reservations: node CPU / one sale, none',
        lambda run: run.cpu(f'node sold out, big ledger, {KEPT}', 'node') /
        run.cpu(f'node sold out, {KEPT}', 'node'), 1.15, '<='),
    Bar('selling, 1,000 sales and 1,000,000 reservations: node CPU / one sale, none',
        lambda run: run.cpu(f'node selling, everysec, big ledger, {KEPT}', 'node') /
        run.cpu(f'node selling, everysec, {KEPT}', 'node'), 1.15, '<='),
]


def judge(report):
    """For each bar what was measured (None: it was left out) and whether it holds."""
    run, verdicts = Run(report), []
    for bar in BARS:
        try:
            measured = bar.is_of(run)
            verdict = {'measured': measured, 'holds': bar.holds(measured)}
        except NotMeasured:
            verdict = {'measured': None, 'holds': None}
        verdicts.append({'what': bar.what, 'sign': bar.sign, 'bound': bar.bound, **verdict})
    return verdicts
