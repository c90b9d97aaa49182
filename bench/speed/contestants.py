"""Who is measured: each a server, and the load that it gets."""

from dataclasses import dataclass
from typing import Any, Callable

import servers
from load import Ab, LedgerRate, Wrk
from servers import responder


@dataclass(frozen=True)
class Contestant:
    server: str
    start: Callable  # on a stage; returns a servers.Target
    load: Any

    @property
    def name(self):
        return f'{self.server}, {self.load.name}'


STAT_LOG = 'node.stat_log=stat.log'

# The names say what is measured; bars.py, details.py and pictures.py know contestants by them.
KEPT = [
    ('bare epoll', responder('limit_epoll')),
    ('Nginx return 200', servers.nginx),
    ('plain Beast', responder('beast_plain')),
    ('node sold out', servers.node_sold_out()),
    ('node sold out, stat log', servers.node_sold_out(STAT_LOG)),
]
ONE_EACH = [
    ('bare accept', responder('limit_accept')),
    *KEPT[1:],
]
ALONE = [KEPT[0], KEPT[1], KEPT[3]]  # one buyer: nobody waits for another, nothing is shared
MANY = [
    ('bare epoll', responder('limit_epoll'), 1000),
    ('bare epoll', responder('limit_epoll'), 15000),
    ('node sold out', servers.node_sold_out(), 15000),
]
PIPELINED = [KEPT[1], KEPT[2], KEPT[3]]
SELLING = [(f'node selling, {durability}', servers.node_selling(durability))
           for durability in ('everysec', 'always')]
BEHIND_NGINX = [
    ('Nginx before 4 Nginx', servers.nginx_before_nginx),
    ('Nginx before 4 nodes, sold out', servers.four_sold_out),
    ('Nginx before 4 nodes, selling, everysec', servers.four_selling('everysec')),
    ('Nginx before 4 nodes, selling, always', servers.four_selling('always')),
]
BIG_LEDGER = [
    ('node sold out, big ledger', servers.big_ledger(total=1_000_000)),
    ('node selling, everysec, big ledger', servers.big_ledger(total=servers.PLENTY)),
]
REDIS_ALONE = [('counter', 64), ('reserve', 1), ('reserve', 16), ('reserve', 64), ('reserve', 256),
               ('unnamed', 64)]


def all_contestants():
    return [
        *(Contestant(name, start, Wrk(100)) for name, start in KEPT),
        *(Contestant(name, start, Wrk(1)) for name, start in ALONE),
        *(Contestant(name, start, Wrk(count)) for name, start, count in MANY),
        *(Contestant(name, start, Wrk(100, 16)) for name, start in PIPELINED),
        *(Contestant(name, start, Ab(100)) for name, start in ONE_EACH),
        *(Contestant(name, start, Wrk(count)) for name, start in SELLING for count in (100, 1000)),
        *(Contestant(name, start, Wrk(100)) for name, start in BEHIND_NGINX),
        *(Contestant(name, start, Wrk(100)) for name, start in BIG_LEDGER),
        *(Contestant('Redis alone', servers.redis('everysec'), LedgerRate(what, at_once))
          for what, at_once in REDIS_ALONE),
    ]
