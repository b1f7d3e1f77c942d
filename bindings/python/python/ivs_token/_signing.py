"""Minting with private keys that are elsewhere. Called by the native half, which makes the tokens but for their signatures."""

from __future__ import annotations

# What `typing` calls so. Importing that would take half of the time that importing all of this takes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    from ._native import UnsignedConnectionToken, UnsignedPlaybackToken, UnsignedToken
    from ._tokens import ConnectionToken, PlaybackToken, Token
    from .signer import AsyncSigner, Signer

    _Ready = TypeVar("_Ready")
    _Unsigned = UnsignedToken | UnsignedConnectionToken | UnsignedPlaybackToken
    _Token = Token | ConnectionToken | PlaybackToken


def mint(unsigned: _Unsigned, signer: Signer) -> _Token:
    """Has the signer sign, and completes the token."""
    try:
        signature = signer.sign(unsigned.signing_input, unsigned.digest)
    except Exception as error:
        raise unsigned._failed(error) from error
    if hasattr(signature, "__await__"):
        _close(signature)
        raise TypeError(f"the sign of {type(signer).__name__} has to be awaited: mint with amint")
    return unsigned.with_signature(signature, signer.verifying_key)


def mint_many(unsigned: Sequence[UnsignedToken], signer: Signer, threads: int) -> list[_Token]:
    """The same of many, on so many threads. They are begun in order, and none after one has failed: the first that did is raised."""
    threads = min(threads, len(unsigned))
    if threads <= 1:
        return [_at(index, lambda one=one: mint(one, signer)) for index, one in enumerate(unsigned)]  # type: ignore[misc]
    from concurrent.futures import ThreadPoolExecutor
    from threading import Lock

    waiting = iter(enumerate(unsigned))
    taking = Lock()
    tokens: list[_Token | None] = [None] * len(unsigned)
    failed: dict[int, BaseException] = {}
    stopped = False

    def work(_: int) -> None:
        while not failed and not stopped:
            with taking:
                index, one = next(waiting, (None, None))
            if index is None or one is None:
                return
            try:
                tokens[index] = _at(index, lambda: mint(one, signer))  # noqa: B023
            except BaseException as error:
                failed[index] = error

    with ThreadPoolExecutor(threads, "ivs-token") as pool:
        try:
            for _ in pool.map(work, range(threads)):
                pass
        finally:
            # When it is interrupted, no other is begun.
            stopped = True
    if failed:
        raise failed[min(failed)]
    return [token for token in tokens if token is not None]


async def amint(unsigned: _Unsigned, signer: Signer | AsyncSigner) -> _Token:
    """As ``mint``, without blocking."""
    try:
        signature = await _signature(unsigned, signer)
    except Exception as error:
        raise unsigned._failed(error) from error
    return unsigned.with_signature(signature, signer.verifying_key)


async def amint_many(
    unsigned: Sequence[UnsignedToken], signer: Signer | AsyncSigner, concurrency: int
) -> list[_Token]:
    """The same of many, so many at once. When one fails, those under way are cancelled."""
    import asyncio

    waiting = iter(enumerate(unsigned))
    tokens: list[_Token | None] = [None] * len(unsigned)

    async def work() -> None:
        for index, one in waiting:
            try:
                tokens[index] = await amint(one, signer)
            except Exception as error:
                raise _named(index, error)

    tasks = [asyncio.ensure_future(work()) for _ in range(min(concurrency, len(unsigned)))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [token for token in tokens if token is not None]


async def ready(token: _Ready) -> _Ready:
    """What is there already, to be awaited."""
    return token


async def _signature(unsigned: _Unsigned, signer: Signer | AsyncSigner) -> bytes:
    from inspect import iscoroutinefunction

    sign: Any = signer.sign
    if iscoroutinefunction(sign):
        answer = sign(unsigned.signing_input, unsigned.digest)
    else:
        import asyncio

        answer = await asyncio.to_thread(sign, unsigned.signing_input, unsigned.digest)
    signature: bytes = await answer if hasattr(answer, "__await__") else answer
    return signature


def _at(index: int, make: Callable[[], _Token]) -> _Token:
    try:
        return make()
    except Exception as error:
        raise _named(index, error)


def _named(index: int, error: Exception) -> Exception:
    """The error with its place in the list, as the native half says it."""
    error.index = index  # type: ignore[attr-defined]
    if len(error.args) == 1 and isinstance(error.args[0], str):
        error.args = (f"participants[{index}]: {error.args[0]}",)
    return error


def _close(awaitable: object) -> None:
    """So that nobody warns of a coroutine that was never awaited."""
    close = getattr(awaitable, "close", None)
    if close is not None:
        close()
