"""Threads, processes, asyncio: no locks to forget, nothing shared that must not be."""

from __future__ import annotations

import asyncio
import base64
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ivs_token import InMemoryRevocations, KeyRing, RevocationStore, Verdict, Verifier
from facts import KID
from forked import in_workers, needs_fork


def test_threads_share_everything(key, stage):
    store, ring = InMemoryRevocations(), KeyRing()
    ring.import_key(KID, key.verifying_key)
    verifier = Verifier(ring, revocations=store, cache=64)

    def work(number):
        for i in range(100):
            token = stage.mint(key, user_id=f"{number}-{i}")
            assert verifier.verify(token).user_id == f"{number}-{i}"
        store.disconnect_participant(stage, token.participant_id)
        return token

    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(work, range(8)))
    assert len({token.participant_id for token in tokens}) == 8
    assert [type(answer).__name__ for answer in verifier.verify_many(tokens, threads=4)] == ["RevokedError"] * 8


def test_other_threads_run_meanwhile(key, stage):
    """While one call signs, a thread that counts goes on: the GIL is not held.

    If it were, the thread could count once or twice while the call begins and ends. How often it counts otherwise depends on the
    machine, so calls are made until it is plain.
    """
    ticks, stop = [], threading.Event()

    def tick():
        while not stop.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    calls = during = 0
    try:
        given = [{}] * 4000
        while during <= 5 * calls + 20:
            assert calls < 100, f"{during} ticks during {calls} calls"
            begin = time.perf_counter()
            stage.mint_many(key, given)
            end = time.perf_counter()
            calls += 1
            during += sum(begin < at < end for at in ticks)
            ticks.clear()
    finally:
        stop.set()
        thread.join()


def mint(count, key, stage):
    tokens = [stage.mint(key) for _ in range(count)]
    return [(token.participant_id, str(token)) for token in tokens]


@needs_fork
def test_forked_workers_never_repeat(key, stage, verifier):
    # So that the parent has used whatever a library could keep.
    stage.mint(key)
    minted = [token for answer in in_workers(mint, 1000, key, stage) for token in answer]
    assert len(minted) == 4000
    assert len({participant_id for participant_id, _ in minted}) == 4000
    signatures = [base64.urlsafe_b64decode(token.rsplit(".", 1)[1]) for _, token in minted]
    assert len({signature[:48] for signature in signatures}) == 4000
    assert all(who.kid == KID for who in verifier.verify_many([token for _, token in minted], threads=2))


def test_asyncio_without_an_executor(key, stage, verifier):
    async def join(number):
        await asyncio.sleep(0)
        return verifier.verify(stage.mint(key, user_id=str(number))).user_id

    async def main():
        return await asyncio.gather(*(join(number) for number in range(200)))

    assert asyncio.run(main()) == [str(number) for number in range(200)]


class SlowStore(RevocationStore):
    """A store that waits until the event loop has done something else."""

    def __init__(self):
        self.asked, self.elsewhere = threading.Event(), threading.Event()

    def check_participant(self, stage_arn, participant_id):
        self.asked.set()
        return Verdict.NOT_REVOKED if self.elsewhere.wait(60) else Verdict.participant_disconnected("the loop stood still")


def test_asyncio_goes_on_while_a_store_waits(key, stage):
    """What the manual advises for stores on a network."""
    store = SlowStore()
    verifier, token = Verifier({KID: key.verifying_key}, revocations=store), stage.mint(key, user_id="ana")

    async def main():
        verifying = asyncio.create_task(asyncio.to_thread(verifier.verify, token))
        while not store.asked.is_set():
            await asyncio.sleep(0.001)
        assert not verifying.done()
        store.elsewhere.set()
        return (await verifying).user_id

    assert asyncio.run(main()) == "ana"


@pytest.mark.skipif(not hasattr(sys, "_is_gil_enabled"), reason="from Python 3.13 on")
def test_the_gil_stays_off():
    """In a free-threaded build the import of a module that is not declared safe turns the GIL on."""
    import sysconfig

    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        assert not sys._is_gil_enabled()
