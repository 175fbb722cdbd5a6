"""A FastAPI endpoint with a pydantic model in and out, and nothing in between."""

from typing import Literal

from fastapi import FastAPI
from pydantic import BaseModel, Field

from bench.dataplane.servers.serve import serve


class Message(BaseModel):
    """What is asked."""

    text: str = Field(min_length=1, max_length=65_536)
    id: str | None = Field(default=None, max_length=128)
    explain: bool = False


class Verdict(BaseModel):
    """What is answered."""

    id: str
    label: Literal["spam", "ham"]
    score: float = Field(ge=0, le=1)
    layer: Literal["heuristic", "model"]


app = FastAPI()


@app.post("/v1/classify")
async def classify(message: Message) -> Verdict:
    """Answer every message alike."""
    return Verdict(id=message.id or "none", label="ham", score=0.0123456789, layer="model")


if __name__ == "__main__":
    serve(app)
