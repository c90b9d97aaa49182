"""The servers under comparison. A function starts one on a stage and says where buyers reach it."""

import http.client
import re
import socket
import subprocess
from dataclasses import dataclass
from typing import Callable, Optional

from processes import PROJECT, Missing, free_port, program

PATH = '/buy/ticket'
SOLD_OUT = '{"code":-1,"msg":"已售罄"}'
YOURS = '{"code":1,'
PLENTY = 999_999_999  # tickets: no measurement sells them all


@dataclass
class Target:
    port: Optional[int] = None
    answer: str = SOLD_OUT  # how every answer begins
    sold: Optional[Callable[[], int]] = None  # tickets so far, by the ledger, if it sells


def answers(port, path=PATH):
    """The status and the body, or None if there is no answer."""
    client = http.client.HTTPConnection('127.0.0.1', port, timeout=5)
    try:
        client.request('GET', path)
        told = client.getresponse()
        return told.status, told.read().decode()
    except OSError:
        return None
    finally:
        client.close()


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == 0


# ---- What a node is compared with ---------------------------------------------------------------

def responder(name):
    """One of bench/'s own: limit_epoll, limit_accept, beast_plain."""
    def start(stage):
        port = free_port()
        stage.start('responder', [program(name), port], lambda: is_listening(port))
        return Target(port)
    return start


FIXED_NGINX = '''
daemon off; pid fixed-%(port)d.pid; error_log stderr warn; worker_processes 1;
events { worker_connections 19000; }
http {
    access_log off; server_tokens off; keepalive_requests 1000000000; keepalive_timeout 75s;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    server {
        listen 127.0.0.1:%(port)d backlog=4096;
        location / { default_type application/json; return 200 '%(answer)s'; }
    }
}
'''


def _nginx(stage, role, configuration, port):
    file = stage.directory / f'nginx-{port}.conf'
    file.write_text(configuration)
    stage.start(role, [program('nginx'), '-p', f'{stage.directory}/', '-e', 'stderr', '-c', file],
                lambda: is_listening(port))


def _fixed_nginx(stage, role):
    port = free_port()
    _nginx(stage, role, FIXED_NGINX % {'port': port, 'answer': SOLD_OUT}, port)
    return port


def nginx(stage):
    return Target(_fixed_nginx(stage, 'nginx'))


def with_ports(nodes_conf, ports):
    """config/nodes.conf for nodes on these ports instead of 3001 to 3004."""
    return re.sub(r'(?<=127\.0\.0\.1:)300([1-4])\b',
                  lambda usual: str(ports[int(usual[1]) - 1]), nodes_conf)


def _project_nginx(stage, ports):
    """config/nginx.conf as it is, but for the ports."""
    nodes = with_ports((PROJECT / 'config/nodes.conf').read_text(), ports)
    (stage.directory / 'nodes.conf').write_text(nodes)
    port = free_port()
    configuration = (PROJECT / 'config/nginx.conf').read_text()
    _nginx(stage, 'nginx', configuration.replace('listen 8080', f'listen 127.0.0.1:{port}'), port)
    return port


def nginx_before_nginx(stage):
    return Target(_project_nginx(stage, [_fixed_nginx(stage, 'upstream') for _ in range(4)]))


# ---- Redis and nodes ----------------------------------------------------------------------------

def redis_cli(stage, *words):
    return subprocess.run([program('redis-cli'), '-s', stage.directory / 'redis.sock', *words],
                          capture_output=True, text=True, check=False).stdout.strip()


def redis(durability):
    """The project's redis.conf, synced as `durability` says. Its socket is redis.sock."""
    def start(stage):
        stage.start('redis', [program('redis-server'), PROJECT / 'config/redis.conf', '--port', 0,
                              '--appendfsync', durability, '--maxmemory', '8gb'],
                    lambda: redis_cli(stage, 'PING') == 'PONG')
        return Target()
    return start


def _open_sale(stage, total):
    told = subprocess.run([program('onsale'), 'sale', 'open', 'demo', '--total', str(total),
                           '--redis', f'unix://{stage.directory}/redis.sock'],
                          cwd=stage.directory, capture_output=True, text=True, check=False)
    if told.returncode != 0:
        raise Missing(f'onsale sale open: {told.stderr}')


def _fill_ledger(stage, other_sales, reservations, total):
    redis_cli(stage, 'CONFIG', 'SET', 'auto-aof-rewrite-percentage', '0')  # not under the load
    command = [program('ledger_fill'), 'redis.sock', other_sales, reservations, total]
    subprocess.run([str(word) for word in command], cwd=stage.directory, check=True)


def _start_node(stage, durability, *settings):
    port = free_port()
    command = [program('onsale'), 'serve']
    for one in (f'node.port={port}', 'redis.socket=redis.sock', f'redis.durability={durability}',
                *settings):
        command += ['--set', one]
    stage.start('node', command, lambda: (answers(port, '/readyz') or [0])[0] == 200)
    return port


def _four_nodes(stage, durability):
    return [_start_node(stage, durability, f'node.weight={weight}', 'node.trust_request_id=true')
            for weight in (1, 2, 3, 4)]


def _selling(stage, port):
    return Target(port, YOURS, lambda: int(redis_cli(stage, 'HGET', 'onsale:{demo}', 'sold')))


def node_sold_out(*settings):
    def start(stage):
        redis('everysec')(stage)
        _open_sale(stage, 1)
        return Target(_start_node(stage, 'everysec', *settings))
    return start


def node_selling(durability):
    def start(stage):
        redis(durability)(stage)
        _open_sale(stage, PLENTY)
        return _selling(stage, _start_node(stage, durability))
    return start


def four_sold_out(stage):
    redis('everysec')(stage)
    _open_sale(stage, 1)
    return Target(_project_nginx(stage, _four_nodes(stage, 'everysec')))


def four_selling(durability):
    def start(stage):
        redis(durability)(stage)
        _open_sale(stage, PLENTY)
        return _selling(stage, _project_nginx(stage, _four_nodes(stage, durability)))
    return start


def whole_system(stage, total):
    """As `./dev up` has it, with the order writer. Returns Nginx's port and those of the nodes."""
    redis('always')(stage)
    _open_sale(stage, total)
    orders = stage.directory / 'orders.db'
    stage.start('orders', [program('onsale'), 'orders', '--set', 'redis.socket=redis.sock',
                           '--set', 'orders.database=sqlite://orders.db'], orders.exists)
    nodes = _four_nodes(stage, 'always')
    return _project_nginx(stage, nodes), nodes


def big_ledger(total):
    """A node with 1,000 open sales and 1,000,000 reservations in the one under load."""
    is_sold_out = total == 1_000_000

    def start(stage):
        redis('everysec')(stage)
        _fill_ledger(stage, 999, 1_000_000, total)
        if is_sold_out:
            # As after a sale: its share of a million would be asked for, in vain, before that.
            return Target(_start_node(stage, 'everysec', 'node.local_stock=1'))
        return _selling(stage, _start_node(stage, 'everysec'))
    return start
