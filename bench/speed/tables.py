"""What a run found, as text."""

from measure import total_cpu


def _number(value, digits):
    return '' if value is None else f'{value:,.{digits}f}'


def table(head, rows):
    """The first column to the left, the others to the right."""
    widths = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]

    def line(cells):
        first, *others = cells
        right = (cell.rjust(width) for cell, width in zip(others, widths[1:]))
        return '  '.join([first.ljust(widths[0]), *right]).rstrip()
    return '\n'.join(map(line, [head, *rows])) + '\n'


def _of_which(cpu_us):
    if len(cpu_us) < 2:
        return ''
    return ' + '.join(f'{role} {used:.1f}' for role, used in cpu_us.items())


def measured(medians):
    head = ['', 'per second', 'CPU us each', 'of which', 'p50 ms', 'p99 ms', 'p99.9 ms', 'errors']
    rows = [[name, _number(one['rate'], 0), _number(total_cpu(one), 2), _of_which(one['cpu_us']),
             _number(one['p50_ms'], 2), _number(one['p99_ms'], 2), _number(one['p999_ms'], 2),
             str(one['errors'] or '')]
            for name, one in medians.items()]
    return table(head, rows)


def counted(report):
    """The passes that count: system calls, allocations, memory, syncs."""
    text = ''
    if report['system_calls']:
        rows = [[name, _number(one['per_request'], 2),
                 ', '.join(f'{call} {share:.2f}' for call, share in
                           sorted(one['by_name'].items(), key=lambda item: -item[1])[:6])]
                for name, one in report['system_calls'].items()]
        text += table(['system calls', 'per request', 'of which'], rows) + '\n'
    if report['allocations']:
        rows = [[name, _number(one['per_request'], 4), _number(one['hiredis_per_request'], 4),
                 _number(one.get('per_batch'), 1), _number(one.get('hiredis_per_batch'), 1),
                 _number(one.get('tickets_per_batch'), 1)]
                for name, one in report['allocations'].items()]
        text += table(['allocations', 'per request', 'by hiredis', 'per batch', 'by hiredis',
                        'tickets in a batch'], rows) + '\n'
    if report['memory']:
        rows = [[name, _number(one['bytes_per_connection'], 0)]
                for name, one in report['memory'].items()]
        text += table(['memory', 'bytes per idle connection'], rows) + '\n'
    sync = report['sync_ms']
    return text + f"a sync of the disk: {sync['median']:.2f} ms, p99 {sync['p99']:.2f} ms\n"


def bars(verdicts):
    """Those that this run can tell about."""
    known = [one for one in verdicts if one['holds'] is not None]
    rows = [[one['what'], _number(one['measured'], 3), f"{one['sign']} {one['bound']:g}",
             'holds' if one['holds'] else 'does not hold'] for one in known]
    text = table(['', 'measured', 'bar', ''], rows)
    left_out = len(verdicts) - len(known)
    return text + (f'{left_out} bars need what this run left out.\n' if left_out else '')
