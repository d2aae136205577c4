"""The dashboard's entry: page config, navigation, and what every page has in common."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # `streamlit run app/main.py` knows only this folder.
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from app import collecting, layout, navigation, sidebar  # noqa: E402
from core.errors import SpendscopeError  # noqa: E402

st.set_page_config(page_title="Spendscope", page_icon=ROOT / "app" / "icon.svg", layout="wide", initial_sidebar_state=220)
layout.frame()
page = navigation.navigation()
try:
    collecting.keep_demo_current()
    sidebar.sidebar()
    layout.demo_banner(page.url_path or navigation.entries()[0].name)
    page.run()
except SpendscopeError as error:
    layout.failed(error)
