"""SQLMesh: `job.py INBOX REGIONS DATABASE`. Its quick path, the command of its quickstart on models that read the files
themselves: `sqlmesh plan` builds them; where they stand already, `--restate-model` says that what they read is new."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(inbox: str, regions: str, database: str) -> None:
    """Plan and build."""
    os.environ |= {
        "HRSS_INBOX": inbox,
        "HRSS_REGIONS": regions,
        "HRSS_DATABASE": database,
        "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true",
    }
    from sqlmesh.cli.main import cli

    again = ["--restate-model", "hrss.*"] if Path(database).exists() else []
    cli(["--paths", str(HERE), "--log-file-dir", f"{database}.logs", "plan", "--auto-apply", "--no-prompts", *again])


if __name__ == "__main__":
    main(*sys.argv[1:])
