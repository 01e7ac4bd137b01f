"""Whether this machine has what Spark needs. Run as a program it says what is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from orchestration.text import two_lines
from raw_landing.errors import UserError

PYTHON = Path(f"{sys.prefix}-spark", "bin", "python")
"""Of an environment of its own, beside that of this process: where pyspark is installed, Great Expectations imports it
at every start."""

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


if __name__ == "__main__":
    try:
        require_java()
    except SparkMissing as error:
        sys.exit(str(error))
