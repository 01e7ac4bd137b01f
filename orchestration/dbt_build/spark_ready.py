"""The environment that has Spark: whether this machine has what it needs, and processes of it. Run as a program it says
what is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from orchestration.settings import PROJECT
from orchestration.text import two_lines
from raw_landing.errors import UserError

PYTHON = Path(f"{sys.prefix}-spark", "bin", "python")
"""Of an environment of its own, beside that of this process: where pyspark is installed, Great Expectations imports it
at every start."""

ON_SPARK = Path(__file__).with_name("on_spark")
"""Where Spark finds what its own Python processes run."""

JAVA_VERSIONS = (17, 21)


def target() -> str:
    """The output of profiles.yml by which dbt reaches Spark, as HRSS_SPARK_METHOD says (session, thrift)."""
    return {"session": "spark"}.get(method := os.environ.get("HRSS_SPARK_METHOD", "session"), f"spark_{method}")


class SparkMissing(UserError):
    """What Spark needs is not installed on this machine."""


def require_spark() -> None:
    """Raises SparkMissing where the packages are not installed or there is no Java that Spark runs on."""
    if not PYTHON.exists():
        raise SparkMissing(two_lines("spark.not_installed"))
    if target() == "spark" and not os.environ.get("SPARK_REMOTE"):  # else it runs in a process elsewhere
        require_java()


def require_java() -> None:
    """Raises SparkMissing where there is no Java of a version that Spark runs on."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java") or "java"
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    except OSError:
        told = ""
    found = re.search(r'version "(\d+)', told)
    if found is None or int(found[1]) not in JAVA_VERSIONS:
        raise SparkMissing(two_lines("spark.no_java", found=found[1] if found else "—"))


def lines_from(
    module: str,
    *arguments: str,
    marks: Sequence[str],
    folder: Path,
    log: Path,
    environment: Mapping[str, str],
    python_path: Sequence[Path] = (PROJECT,),
) -> Iterator[str]:
    """Run a module of this project in the environment that has Spark, in `folder`; yields its lines that begin with one
    of `marks`, as they come. All others go to the file `log`. Ended with its caller.

    Raises subprocess.CalledProcessError where it does not end well, OSError.
    """
    command = [str(PYTHON), "-m", module, *arguments]
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w", encoding="utf-8") as own_log,
        subprocess.Popen(
            command,
            env={**environment, "PYTHONPATH": os.pathsep.join(map(str, python_path)), "PYTHONUNBUFFERED": "1"},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.startswith(tuple(marks)):
                    yield line
                else:
                    own_log.write(line)
        except BaseException:  # interrupted: nobody waits for what takes hours
            process.kill()
            raise
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)


if __name__ == "__main__":
    try:
        require_java()
    except SparkMissing as error:
        sys.exit(str(error))
