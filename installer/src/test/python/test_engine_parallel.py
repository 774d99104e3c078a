"""Several things at once."""

from __future__ import annotations

import threading
import unittest

from pocketpaas.engine import parallel
from pocketpaas.engine.parallel import Task


class TaskTest(unittest.TestCase):
    def test_its_result_and_its_failure(self) -> None:
        self.assertEqual(Task(max, 1, 2).result(), 2)
        with self.assertRaises(ZeroDivisionError):
            Task(lambda: 1 // 0).result()

    def test_who_waits_does_not_wait_for_ever(self) -> None:
        end = threading.Event()
        with self.assertRaises(TimeoutError):
            Task(end.wait, 20).result(0.01)
        with Task(end.wait, 20) as task:
            end.set()
        self.assertTrue(task.result(0))

    def test_the_end_of_the_program_does_not_wait_for_it(self) -> None:
        daemons: list[bool] = []
        with Task(lambda: daemons.append(threading.current_thread().daemon)):
            pass
        self.assertEqual(daemons, [True])

    def test_it_tells_when_it_is_over_however_it_ends(self) -> None:
        over: list[Task[float]] = []
        tasks: list[Task[float]] = [Task(one, when_over=over.append) for one in (lambda: 1 / 1, lambda: 1 / 0)]
        for task in tasks:
            task.wait()
        self.assertEqual(set(over), set(tasks))


class EachTest(unittest.TestCase):
    def test_all_in_their_order(self) -> None:
        self.assertEqual(parallel.each(lambda one: one * 2, range(100)), [2 * one for one in range(100)])
        self.assertEqual(parallel.each(str, ()), [])

    def test_at_the_same_time(self) -> None:
        meet = threading.Barrier(5, timeout=20)
        self.assertEqual(len(parallel.each(lambda _: meet.wait(), range(5))), 5)

    def test_for_one_thing_no_thread_is_needed(self) -> None:
        self.assertEqual(parallel.each(lambda _: threading.current_thread(), [1]), [threading.current_thread()])

    def test_all_are_tried(self) -> None:
        tried: list[int] = []

        def do(one: int) -> int:
            tried.append(one)
            return 6 // one

        with self.assertRaises(ZeroDivisionError):
            parallel.each(do, [1, 0, 2])
        found = parallel.tried(do, [1, 0, 2])
        self.assertEqual((found[0], type(found[1]), found[2]), (6, ZeroDivisionError, 3))
        self.assertEqual(sorted(tried), [0, 0, 1, 1, 2, 2])


if __name__ == "__main__":
    unittest.main()
