"""One process: FastAPI outside, the dashboard mounted last, on 127.0.0.1.

`python -m app.server` reads PORT (8501) and HOST (127.0.0.1) from the environment.
"""

import gc
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import streamlit as st
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from app import collecting
from app.api import application
from app.navigation import entries
from app.workspace import workspace
from core.errors import SettingError, SpendscopeError
from core.settings import ROOT
from core.store.client import DASHBOARD_NOTE

_THREAD_TURN_SECONDS = 0.001
_SWEEP_AFTER = (20_000, 20, 20)  # objects made before the youngest are swept; sweeps before the next older are

log = logging.getLogger("spendscope")


def _told(error: Exception) -> bool:
    """Show a sentence where Streamlit would show a traceback; the traceback goes to the log."""
    log.error("A page failed.", exc_info=error)
    if isinstance(error, SpendscopeError):
        st.error(f"**{error.message}**\n\n{error.hint}", icon=":material/error:")
    else:
        st.error("**This page failed.** What was kept is unchanged; the server's log says more.", icon=":material/error:")
        st.button("Try again", icon=":material/refresh:")
    return True


dashboard = st.App(ROOT / "app" / "main.py", on_script_error=_told)

# Made here and not at the start, because making it sets up logging, which the server then sets up its own way.
dashboards_life = dashboard.lifespan()


@asynccontextmanager
async def lifespan(served: FastAPI) -> AsyncIterator[None]:
    """The dashboard's own life; the demo is made ready beside it, and what runs in the background ends with it."""
    async with dashboards_life(served):
        collecting.keep_demo_current()
        yield
        collecting.close()


api = application.make(lifespan)


@api.get(f"/{entries()[0].name}", include_in_schema=False)
def first_page(request: Request) -> RedirectResponse:
    """The first page opens at the root; its name leads there, as every other page's leads to it."""
    return RedirectResponse(f"/?{request.url.query}")


api.mount("/", dashboard)


def main() -> int:
    """Check the settings, open the stores, then serve until stopped. Returns the exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    host = os.environ.get("HOST", "127.0.0.1")
    try:
        port = _port(os.environ.get("PORT", "8501"))
        _refuse_taken(host, port)
        workspace()
    except SpendscopeError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"Spendscope is at http://{host}:{port}  (Ctrl+C stops it)\n")
    sys.stdout.flush()
    _keep_pages_quick()
    with _noted(f"http://{host}:{port}"):
        uvicorn.run(api, host=host, port=port, log_level="warning")
    return 0


def _keep_pages_quick() -> None:
    """A collection parses answers of millions of objects in threads beside the pages, which share one interpreter with it.

    At its 5 ms a turn a page's run would wait for each of those threads, and its garbage collector would hold all of them, again and
    again, for a sweep over everything, the imported modules included.
    """
    sys.setswitchinterval(_THREAD_TURN_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SWEEP_AFTER)


@contextmanager
def _noted(address: str) -> Iterator[None]:
    """Leave word in the data folder, so that a command that finds it in use can say where the dashboard is."""
    store = workspace().own
    note = Path(store.address) / DASHBOARD_NOTE if store.embedded else None
    if note:
        note.write_text(address)
    try:
        yield
    finally:
        if note:
            note.unlink(missing_ok=True)


def _port(value: str) -> int:
    if value.isdigit() and 0 < int(value) < 65536:
        return int(value)
    raise SettingError(f"The setting PORT can't be used: “{value}” is no port number.", "Take one from 1 to 65535.")


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingError(
                f"The address {host}:{port} can't be used: {error.strerror}.", f"Start with another port, for example PORT={port + 1}."
            ) from error


if __name__ == "__main__":
    sys.exit(main())
