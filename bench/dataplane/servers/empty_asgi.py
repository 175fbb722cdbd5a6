"""The ceiling: an ASGI app that takes a body, looks at none of it, and always says the same."""

from starlette.types import Receive, Scope, Send

from bench.dataplane.servers.serve import serve

ANSWER = (
    b'{"id":"0123456789abcdef0123456789abcdef","label":"ham","score":0.0123456789,"layer":"model"}'
)
_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(ANSWER)).encode()),
    ],
}
_BODY = {"type": "http.response.body", "body": ANSWER}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer every request alike."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send(_START)
    await send(_BODY)


if __name__ == "__main__":
    serve(app)
