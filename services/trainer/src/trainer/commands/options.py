"""The options and arguments of the commands, each said once."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]
Data = Annotated[
    str,
    typer.Option(
        help="demo, uci (downloads the original SMS Spam Collection), or a .csv, .tsv, .jsonl or "
        ".parquet file, local or s3://bucket/key."
    ),
]
TextColumn = Annotated[str, typer.Option(help="Column with the message.")]
LabelColumn = Annotated[str, typer.Option(help="Column with the label.")]
Spam = Annotated[str, typer.Option(help="Label values that mean spam, by commas.")]
Ham = Annotated[str, typer.Option(help="Label values that mean ham, by commas.")]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the folds.")]
WithFeedback = Annotated[
    bool,
    typer.Option(
        "--with-feedback",
        help="Also train with what users reported, as far as the guards let it through.",
    ),
]
Space = Annotated[Path | None, typer.Option(help="YAML file with the candidates to try.")]
PackFile = Annotated[
    Path | None, typer.Option(help="YAML file with the rule pack; the one shipped if left out.")
]
PolicyFile = Annotated[Path | None, typer.Option(help="YAML file with the bar of the rules.")]
GatePolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", help="YAML file with the gate's policy; the one shipped if left out."),
]
MinCoverage = Annotated[
    float | None,
    typer.Option(
        min=0, max=1, help="Least share of the spam that the pack decides, instead of the policy's."
    ),
]
Html = Annotated[
    Path | None,
    typer.Option(help="Also write a page there, with the messages missed and wrongly hit."),
]
Promote = Annotated[bool, typer.Option(help="Move the alias if the gate lets the version through.")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="Id of a run, or number of a version.")]
Number = Annotated[
    str | None,
    typer.Argument(help="Number of the version; the newest that passed the gate if left out."),
]
Reason = Annotated[str, typer.Option(help="Why; it is written on the version.")]
Clear = Annotated[bool, typer.Option("--clear", help="Have no challenger any more.")]
Refused = Annotated[
    bool, typer.Option("--refused", help="Also take a version that the gate refused.")
]
Judged = Annotated[
    str | None, typer.Argument(help="Number of the version; the newest if left out.")
]
