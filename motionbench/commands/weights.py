"""``fetch`` and ``doctor``: which weights and footage are needed, and which are here."""

import platform
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from motionbench.commands import options
from motionbench.commands.output import print_json, print_table
from motionbench.errors import UsageError, WeightsError

STANDARD_EMBEDDER = "ViT-B-32-quickgelu/openai"


def fetch(
    what: Annotated[
        str,
        typer.Argument(
            help="Weights: cotracker3, standard (all that the standard ruler needs), or any "
            "open_clip model as ARCHITECTURE/TAG. Footage: motionbench-public, davis."
        ),
    ] = "standard",
    root: Annotated[
        Path | None,
        typer.Option(
            "--root",
            help="Footage that is here: a checkout of the project page's repository, or the folder "
            "of DAVIS that holds JPEGImages.",
        ),
    ] = None,
) -> None:
    """Download weights, or the footage of a suite, and check what can be checked.

    Weights go to where torch.hub and open_clip keep them; their hashes are printed. Footage goes to
    $MOTIONBENCH_DATA (~/.local/share/motionbench). Repeat it to check: what is there already is not
    downloaded again.

    Examples:

      motionbench fetch standard

      motionbench fetch motionbench-public

      motionbench fetch davis --root DAVIS
    """
    if what in FOOTAGE:
        FOOTAGE[what](root)
        return
    if root is not None:
        raise UsageError(f"--root is for footage ({', '.join(FOOTAGE)}), not for {what!r}.")
    names = ["cotracker3", STANDARD_EMBEDDER] if what == "standard" else [what]
    for name in names:
        for file, digest in _fetch(name).items():
            typer.echo(f"{name}: {file} sha256 {digest}")


def _fetch(name: str) -> dict[str, str]:
    """Get one thing; file to hash."""
    from motionbench.video import file_sha256

    if name == "cotracker3":
        from motionbench.trackers.cotracker import code_sha256
        from motionbench.trackers.cotracker import fetch as fetch_cotracker

        checkout, checkpoint = fetch_cotracker()
        return {str(checkout): code_sha256(checkout), str(checkpoint): file_sha256(checkpoint)}
    from motionbench.embedders.weights import resolve

    weights = resolve(name).weights
    return {str(weights): file_sha256(weights)}


def _motionbench_public(root: Path | None) -> None:
    from motionbench.files import default_data_dir
    from motionbench.suites.motionbench_public import NAME, fetch_motionbench_public

    results = fetch_motionbench_public(default_data_dir() / NAME, root=root)
    typer.echo(f"{NAME}: 29 references for --suite {NAME}, 116 published results in {results}")
    typer.echo(f"Score them by 'motionbench eval --suite {NAME} --method {results}'.")


def _davis(root: Path | None) -> None:
    from motionbench.files import default_data_dir
    from motionbench.suites.davis import NAME, fetch_davis

    folder = fetch_davis(default_data_dir() / NAME, root=root)
    typer.echo(f"{NAME}: all frames of the suite are in {folder}")
    where = "" if root is None else f" --root {root}"
    typer.echo(f"Use them by '--suite {NAME}{where}'.")


FOOTAGE: dict[str, Callable[[Path | None], None]] = {
    "motionbench-public": _motionbench_public,
    "davis": _davis,
}


def doctor(as_json: options.AsJson = False) -> None:
    """Say what is installed, which weights are here, and what will run.

    Example:

      motionbench doctor
    """
    rows = [_check(name, probe) for name, probe in PROBES.items()]
    if as_json:
        print_json(rows)
    else:
        print_table("What is here", rows)


def _check(name: str, probe: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"part": name, "ready": True, "found": probe()}
    except (ImportError, WeightsError) as error:
        return {"part": name, "ready": False, "found": str(error)}


def _python() -> str:
    return f"{platform.python_version()} on {platform.platform()}"


def _torch() -> str:
    import torch

    if not torch.cuda.is_available():
        return f"torch {torch.__version__}, no CUDA device: methods that need a GPU will not run"
    names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return f"torch {torch.__version__}, CUDA: {', '.join(names)}"


def _video() -> str:
    from motionbench.video import decoder_identity

    return ", ".join(f"{key} {value}" for key, value in decoder_identity().items())


def _ruler(name: str) -> str:
    from motionbench.ruler import load_ruler

    return load_ruler(name, offline=True).id


def _cache() -> str:
    from motionbench.features import default_cache_dir

    folder = default_cache_dir()
    return f"{folder} ({'exists' if folder.is_dir() else 'made when first needed'})"


def _methods() -> str:
    from motionbench.methods.registry import list_methods

    return ", ".join(entry.name for entry in list_methods())


PROBES: dict[str, Callable[[], str]] = {
    "python": _python,
    "torch": _torch,
    "video": _video,
    "methods": _methods,
    "ruler embedded": lambda: _ruler("embedded"),
    "ruler standard": lambda: _ruler("standard"),
    "cache": _cache,
}
