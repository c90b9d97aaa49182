"""One measurement of one contestant: fresh servers, a little warmth, then the load."""

import statistics
import time

from processes import Missing, Stage
from servers import answers

WARM_REQUESTS = 300
WORD_SECONDS = 5  # a node hears of its sale, and that it is sold out, within one or two


def warm_up(target):
    """Until every answer is the expected one; what is measured answers nothing else."""
    end = time.monotonic() + WORD_SECONDS
    right = 0
    while right < WARM_REQUESTS:
        told = answers(target.port)
        right = right + 1 if told and told[0] == 200 and told[1].startswith(target.answer) else 0
        if time.monotonic() > end:
            raise Missing(f'the answer is {told} and not {target.answer}')


def under_load(contestant, stage, target, seconds):
    """What the load counted and what it cost; `count` is of tickets if the target sells."""
    cpu_before, sold_before = stage.cpu(), target.sold() if target.sold else 0
    told = contestant.load.run(stage, target, seconds)
    cpu_after = stage.cpu()
    if target.sold:
        # By the ledger's own books. The load also counts refusals.
        answered, told['count'] = told['count'], target.sold() - sold_before
        told['errors'] += max(0, answered - told['count'])
    count = told['count']
    if count == 0:
        raise Missing(f'{contestant.name}: nothing was answered')
    told['rate'] = count / told['seconds']
    told['cpu_us'] = {role: (cpu_after[role] - cpu_before[role]) * 1e6 / count
                      for role in cpu_after}
    return told


def measure(contestant, seconds):
    with Stage() as stage:
        target = contestant.start(stage)
        if target.port:
            warm_up(target)
        return under_load(contestant, stage, target, seconds)


def total_cpu(result):
    return sum(result['cpu_us'].values())


def _median(values):
    known = [one for one in values if one is not None]
    return statistics.median(known) if known else None


def median_of(rounds):
    """Of each figure by itself; errors are added up."""
    result = {figure: _median([one[figure] for one in rounds])
              for figure in ('count', 'seconds', 'rate', 'p50_ms', 'p99_ms', 'p999_ms')}
    result['cpu_us'] = {role: _median([one['cpu_us'][role] for one in rounds])
                        for role in rounds[0]['cpu_us']}
    result['errors'] = sum(one['errors'] for one in rounds)
    return result
