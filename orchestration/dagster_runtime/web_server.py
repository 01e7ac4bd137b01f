"""The process of Dagster's web page: its application, and the pages of releases beside it, behind `web_access`, on a
socket that `hrss serve` has bound."""

from __future__ import annotations

import os
import socket
import sys

import uvicorn
from dagster import DagsterInstance
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__

from orchestration.dagster_runtime.release_pages import ReleasePages
from orchestration.dagster_runtime.run_processes import fail_dead_runs
from orchestration.dagster_runtime.web_access import TOKEN, OwnPageOnly
from orchestration.settings import Settings

POLL_MILLISECONDS = 2000


def main(socket_number: int, workspace: str) -> None:
    """Serve until told to end."""
    token = os.environ.pop(TOKEN)
    with DagsterInstance.get() as instance:
        fail_dead_runs(instance)
        with WorkspaceProcessContext(instance, WorkspaceFileTarget([workspace]), version=__version__) as context:
            dagster = create_app_from_workspace_process_context(context, f"/{token}", POLL_MILLISECONDS)
            settings = Settings()
            page = OwnPageOnly(ReleasePages(settings.releases, dagster), token, settings.public_url)
            config = uvicorn.Config(page, log_level="warning", server_header=False, timeout_graceful_shutdown=5)
            uvicorn.Server(config).run([socket.socket(fileno=socket_number)])


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
