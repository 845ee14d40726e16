"""A method that lives in another environment and is run as a command (see ``recipe``)."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from motionbench.cases import Clip
from motionbench.errors import MethodError, VideoError
from motionbench.methods.base import Method
from motionbench.methods.config_files import write_config
from motionbench.methods.process import run_program
from motionbench.methods.recipe import (
    OUTPUT_NAME,
    AdaptTable,
    CommandTable,
    Recipe,
    read_recipe,
)
from motionbench.methods.templates import fill, fill_pattern
from motionbench.video import decode, encode

LISTED_FILES = 20
"""How many files a message lists at most."""


@dataclass(frozen=True)
class CommandReference:
    """What ``adapt`` hands to ``generate``.

    Attributes:
        work_dir: Absolute.
        values: Placeholders that do not depend on prompt and seed.
    """

    work_dir: Path
    values: dict[str, str | int]


class CommandMethod(Method):
    """Runs a recipe's commands; clips travel as video files.

    The reference is written to ``work_dir/reference.mp4`` (near-lossless), and each clip is
    expected in a fresh folder of its own under ``work_dir``, beside the program's stdout.log and
    stderr.log.
    Which device is used is up to the recipe.
    """

    def __init__(self, recipe: Recipe, *, device: str = "cpu") -> None:
        """Keep the recipe; see ``load_recipe``."""
        super().__init__(device=device)
        self.recipe = recipe
        self.card = recipe.card
        self.video_spec = recipe.video

    def identity(self) -> dict[str, str]:
        """An edited recipe is another run."""
        return {"recipe_sha256": hashlib.sha256(self.recipe.path.read_bytes()).hexdigest()}

    def adapt(
        self, reference: Clip, caption: str, *, seed: int, work_dir: Path
    ) -> CommandReference:
        """Write the reference, then run ``[adapt]`` if the recipe has it."""
        work_dir = work_dir.resolve()
        path = work_dir / "reference.mp4"
        encode(reference, path)
        height, width = reference.size
        values: dict[str, str | int] = {
            "reference": str(path),
            "caption": caption,
            "frames": len(reference),
            "height": height,
            "width": width,
            "fps": _number(reference.fps),
            "work_dir": str(work_dir),
        }
        tuning = {**values, "seed": seed}
        self._write_configs(tuning, for_each_clip=False)
        if self.recipe.adapt is not None:
            logs = work_dir / "adapt"
            logs.mkdir(exist_ok=True)
            self._run(self.recipe.adapt, tuning, logs)
        return CommandReference(work_dir, values)

    def generate(self, adapted: CommandReference, prompt: str, *, seed: int) -> Clip:
        """Run ``[command]`` and decode what it wrote.

        Raises:
            MethodError: The command failed, ran out of time, or did not write one clip where the
                recipe expects it.
        """
        digest = hashlib.sha256(prompt.encode()).hexdigest()[:12]
        folder = adapted.work_dir / f"generate-{digest}-{seed}"
        # What an earlier attempt left must not pass for this one's result.
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        values = {
            **adapted.values,
            "seed": seed,
            "prompt": prompt,
            "output_dir": str(folder),
            "output": str(folder / OUTPUT_NAME),
        }
        self._write_configs(values, for_each_clip=True)
        before = _files(adapted.work_dir)
        self._run(self.recipe.command, values, folder)
        pattern = fill_pattern(self.recipe.written, values)
        found = [path for path in sorted(folder.glob(pattern)) if path.is_file()]
        if not found:
            raise MethodError(self._no_output(folder, pattern, before))
        if len(found) > 1:
            names = _listed([str(path.relative_to(folder)) for path in found])
            raise MethodError(
                f"The command of {self.card.name} wrote {len(found)} clips: {names}. `writes` of "
                f"[command], {self.recipe.command.writes!r}, must match one."
            )
        try:
            return decode(found[0])
        except VideoError as error:
            raise MethodError(
                f"The command of {self.card.name} wrote a clip that cannot be decoded: {error}"
            ) from error

    def _write_configs(self, values: Mapping[str, str | int], *, for_each_clip: bool) -> None:
        for config in self.recipe.config_files:
            if config.for_each_clip == for_each_clip:
                write_config(config, values, working_directory=self.recipe.working_directory)

    def _run(
        self, table: CommandTable | AdaptTable, values: Mapping[str, str | int], log_dir: Path
    ) -> None:
        step = "adapt" if isinstance(table, AdaptTable) else "command"
        run_program(
            [fill(part, values) for part in table.argv],
            name=f"The [{step}] of {self.card.name}",
            working_directory=self.recipe.working_directory,
            environment=self.recipe.command.environment,
            timeout_seconds=table.timeout_seconds,
            log_dir=log_dir,
        )

    def _no_output(self, folder: Path, pattern: str, before: dict[Path, int]) -> str:
        logs = {folder / "stdout.log", folder / "stderr.log"}
        work_dir = folder.parent
        written = [
            str(path.relative_to(work_dir))
            for path, changed in sorted(_files(work_dir).items())
            if path not in logs and before.get(path) != changed
        ]
        if written:
            what = f"in {work_dir} it wrote {_listed(written)}"
        else:
            what = f"it wrote no file in {work_dir}; see {folder / 'stdout.log'}"
        if self.recipe.command.writes == "{output}":
            fix = "argv must make it write to {output}"
        else:
            fix = "`writes` must say where its clip lies"
        return (
            f"The command of {self.card.name} ended well but did not write {folder / pattern}: "
            f"{what}. The recipe's {fix}."
        )


def load_recipe(path: Path, *, device: str = "cpu") -> CommandMethod:
    """The method that a recipe describes.

    Raises:
        UsageError: The recipe is wrong; all problems at once.
    """
    return CommandMethod(read_recipe(path), device=device)


def _listed(names: list[str]) -> str:
    more = len(names) - LISTED_FILES
    return ", ".join(names[:LISTED_FILES]) + (f" and {more} more" if more > 0 else "")


def _files(folder: Path) -> dict[Path, int]:
    """Modification time of each file under a folder."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def _number(value: float) -> str:
    """30.0 as "30", which programs that expect a whole number also take; 29.97 as it is."""
    return str(int(value)) if value == int(value) else str(value)
