"""Workers as gunicorn makes them with --preload: forked after everything was made and used."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import pytest

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


def in_workers(work: Callable[..., Any], *arguments: object, count: int = 4) -> list[Any]:
    """What each of so many forked workers gives back. They work at the same time."""
    context = multiprocessing.get_context("fork")
    workers = []
    with warnings.catch_warnings():
        # From Python 3.12 on it warns of forks beside threads, such as those of other tests that have ended.
        warnings.simplefilter("ignore", DeprecationWarning)
        for _ in range(count):
            ours, theirs = context.Pipe(duplex=False)
            worker = context.Process(target=_send, args=(theirs, work, arguments))
            worker.start()
            theirs.close()
            workers.append((worker, ours))
    answers = []
    for worker, pipe in workers:
        answers.append(pipe.recv())
        pipe.close()
        worker.join()
        assert worker.exitcode == 0
    return answers


def _send(pipe: Connection, work: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    pipe.send(work(*arguments))
    pipe.close()
