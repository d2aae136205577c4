"""The button that downloads a table of a page."""

import pandas as pd
import streamlit as st

from app import export
from app.layout import Page


def table(page: Page, rows: pd.DataFrame, label: str, name: str) -> None:
    """A table as it is shown, as CSV; `name` is the file's."""
    st.download_button(
        label,
        export.table(rows, page.figures, page.view.filters),
        export.file_name(name, page.view.filters),
        "text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"export-{name}",
    )
