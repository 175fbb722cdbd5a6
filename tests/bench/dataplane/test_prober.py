import asyncio
import contextlib

from bench.dataplane.prober import Prober, times

BODY = b'{"label":"ham","model":{"name":"spam-classifier","version":"7"}}'


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each request with 200, or with 503 if it says so; at `break` hang up."""
    with contextlib.suppress(asyncio.IncompleteReadError):  # the client has gone
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
            asked = await reader.readexactly(length)
            if asked == b"break":
                break
            status = b"503 No\r\nretry-after: 1" if asked == b"shed" else b"200 OK"
            body = BODY if asked == b"fine" else b"{}"
            writer.write(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))
    writer.close()
    await writer.wait_closed()


async def probed(bodies: list[bytes]) -> Prober:
    """Ask a real server for a little while."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Prober.running(f"http://127.0.0.1:{port}/x", bodies, 200) as prober:
        while len(prober.samples) < 6:
            await asyncio.sleep(0.01)
    return prober


async def test_answers_are_timed_and_read() -> None:
    """Status, head and the version of the model are in each sample."""
    prober = await probed([b"fine", b"shed"])
    by_status = {sample.status: sample for sample in prober.samples}
    assert set(by_status) == {200, 503}
    assert by_status[200].version == "7"
    assert b"retry-after" in by_status[503].head
    assert all(sample.milliseconds > 0 for sample in prober.samples)


async def test_a_broken_connection_is_a_sample_and_not_the_end() -> None:
    """It counts with status 0, and the next request has a new connection."""
    prober = await probed([b"fine", b"break"])
    assert {sample.status for sample in prober.samples} == {0, 200}


async def test_times_are_those_of_the_samples() -> None:
    """None of no samples."""
    prober = await probed([b"fine"])
    found = times(prober.samples)
    assert found["samples"] == len(prober.samples)
    assert 0 < found["p50_ms"] <= found["p99_ms"] <= found["max_ms"]
    assert times([]) == {"samples": 0}
