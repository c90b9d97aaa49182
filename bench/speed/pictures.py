"""Two pictures of a run, drawn by gnuplot: what a request costs, and what selling costs."""

import subprocess

from measure import total_cpu
from processes import Missing, program

ROLES = ['responder', 'node', 'redis', 'nginx', 'upstream']  # from left to right
COLOURS = ['#8c8c8c', '#1f6fb4', '#c8432b', '#3a9a4d', '#b5cf9f']

SCRIPT = '''
set terminal svg size 900,%(height)d font "sans,12" background "white"
set output "%(output)s"
set title "%(title)s" noenhanced
set style fill solid
set border 1
set xrange [0:%(most).2f * 1.4]
set yrange [%(count)d - 0.4:-0.6]
set xtics nomirror
set ytics nomirror scale 0 noenhanced (%(names)s)
set xlabel "CPU microseconds per %(unit)s, median"
set grid xtics
set key bmargin center horizontal samplen 1 width -1
$bars << EOD
%(data)s
EOD
plot %(plots)s, $bars using ($%(columns)d):0:(strcol(%(label)d)) \\
    with labels left offset 0.5,0 notitle
'''


def _bars(rows, roles):
    """A line for each: where the bars of its roles end, and what it says behind them."""
    lines = []
    for _, cpu_us, label in rows:
        ends, so_far = [], 0
        for role in roles:
            so_far += cpu_us.get(role, 0)
            ends.append(f'{so_far:.3f}')
        lines.append(' '.join(ends) + f' "{label}"')
    return '\n'.join(lines)


def _draw(output, title, unit, rows):
    present = [role for role in ROLES if any(role in cpu_us for _, cpu_us, _ in rows)]
    # The widest first, so that each shows what the next one leaves of it.
    plots = [f'$bars using (0):0:(0):{column + 1}:($0-0.35):($0+0.35) with boxxyerror '
             f'lc rgb "{COLOURS[ROLES.index(role)]}" title "{role}"'
             for column, role in reversed(list(enumerate(present)))]
    names = ', '.join(f'"{name}" {place}' for place, (name, _, _) in enumerate(rows))
    script = SCRIPT % {
        'height': 150 + 26 * len(rows), 'output': output, 'title': title, 'count': len(rows),
        'names': names, 'unit': unit, 'data': _bars(rows, present), 'plots': ', '.join(plots),
        'most': max(total_cpu({'cpu_us': cpu_us}) for _, cpu_us, _ in rows),
        'columns': len(present), 'label': len(present) + 1}
    told = subprocess.run([program('gnuplot')], input=script, capture_output=True, text=True,
                          check=False)
    if told.returncode != 0 or not output.exists():
        raise Missing(f'gnuplot: {told.stderr}')


def _rows(medians, wanted):
    return [(name, one['cpu_us'], f"{total_cpu(one):.1f} us; {one['rate']:,.0f} a second")
            for name, one in medians.items() if wanted(name)]


def draw(report, directory):
    medians = report['medians']
    pictures = [
        ('sold-out.svg', 'Telling a buyer that all is sold, beside sending fixed bytes', 'request',
         lambda name: 'selling' not in name and 'Redis alone' not in name and 'big' not in name),
        ('selling.svg', 'Selling a ticket, beside sending fixed bytes', 'ticket',
         lambda name: 'selling' in name or name in ('bare epoll, wrk -c100',
                                                    'bare epoll, wrk -c1000')),
    ]
    for file, title, unit, wanted in pictures:
        rows = _rows(medians, wanted)
        if rows:
            _draw(directory / file, title, unit, rows)
