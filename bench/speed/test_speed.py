"""What of the driver does not depend on a machine: what it reads, what it reckons, what it says."""

import unittest

import bars
import measure
import tables
from contestants import all_contestants
from load import counted_by_ab, counted_by_wrk
from processes import PROJECT
from servers import with_ports

KEPT = 'wrk -c100'


def result(rate, **cpu_us):
    return {'count': 10, 'seconds': 1, 'rate': rate, 'p50_ms': 1.0, 'p99_ms': 2.0, 'p999_ms': None,
            'errors': 1, 'cpu_us': cpu_us}


def report(medians):
    return {'medians': medians, 'system_calls': {}, 'allocations': {}, 'memory': {}}


class Load(unittest.TestCase):
    def test_reads_what_wrk_counted(self):
        text = 'Running 2s test\ncounted 1000 2000000 500 1500 2500 3\n'
        told = counted_by_wrk(text, None)
        self.assertEqual((told['count'], told['seconds'], told['errors']), (1000, 2.0, 3))
        self.assertEqual((told['p50_ms'], told['p99_ms'], told['p999_ms']), (0.5, 1.5, 2.5))

    def test_believes_no_latency_of_pipelined_requests(self):
        told = counted_by_wrk('counted 1000 2000000 500 0 0 0\n', 16)
        self.assertEqual((told['count'], told['p50_ms']), (1000, None))

    def test_reads_what_ab_counted(self):
        text = ('Time taken for tests:   2.001 seconds\nComplete requests:      50000\n'
                'Failed requests:        2\nNon-2xx responses:      3\n'
                '  50%      7\n  99%     14\n 100%     20 (longest request)\n')
        told = counted_by_ab(text)
        self.assertEqual((told['count'], told['seconds'], told['errors']), (50000, 2.001, 5))
        self.assertEqual((told['p50_ms'], told['p99_ms']), (7, 14))


class Servers(unittest.TestCase):
    def test_each_node_gets_its_port_also_one_that_looks_like_another(self):
        ports = [30027, 30031, 30041, 20001]
        nodes = with_ports((PROJECT / 'config/nodes.conf').read_text(), ports)
        for weight, port in enumerate(ports, 1):
            self.assertIn(f'server 127.0.0.1:{port} weight={weight} ', nodes)


class Contestants(unittest.TestCase):
    def test_each_has_a_name_of_its_own(self):
        names = [one.name for one in all_contestants()]
        self.assertEqual(len(names), len(set(names)))

    def test_the_bars_need_nothing_that_is_never_measured(self):
        medians = {one.name: result(1, responder=1, node=1, redis=1, nginx=1)
                   for one in all_contestants()}
        counts = {'per_request': 1, 'hiredis_per_request': 1, 'bytes_per_connection': 1}
        others = {name: counts for name in [*medians, 'node sold out']}
        everything = {'medians': medians, 'system_calls': others, 'allocations': others,
                      'memory': others}
        for verdict in bars.judge(everything):
            self.assertIsNotNone(verdict['measured'], verdict['what'])


class Medians(unittest.TestCase):
    def test_are_of_each_figure_and_errors_add_up(self):
        median = measure.median_of([result(10, node=3), result(30, node=1), result(20, node=9)])
        self.assertEqual((median['rate'], median['cpu_us'], median['errors']), (20, {'node': 3}, 3))
        self.assertIsNone(median['p999_ms'])


class Bars(unittest.TestCase):
    def judged(self, node, epoll):
        verdicts = bars.judge(report({f'node sold out, {KEPT}': result(1, node=node, redis=9),
                                      f'bare epoll, {KEPT}': result(1, responder=epoll)}))
        return verdicts[0]

    def test_compare_the_node_alone_when_nothing_is_sold(self):
        self.assertAlmostEqual(self.judged(6, 5)['measured'], 1.2)

    def test_hold_up_to_their_bound(self):
        self.assertTrue(self.judged(5.5, 5)['holds'])
        self.assertFalse(self.judged(5.6, 5)['holds'])

    def test_say_so_when_a_run_left_them_out(self):
        verdicts = bars.judge(report({}))
        self.assertTrue(all(one['holds'] is None for one in verdicts))
        self.assertIn(f'{len(verdicts)} bars need what this run left out', tables.bars(verdicts))


if __name__ == '__main__':
    unittest.main()
