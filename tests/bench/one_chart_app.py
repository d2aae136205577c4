"""The yardstick: a Streamlit app that is one box and one stacked chart, its data in memory."""

import os

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

DAYS, SERVICES = 30, [f"Service {i}" for i in range(9)]


@st.cache_data
def costs() -> pd.DataFrame:
    numbers = np.random.default_rng(1).gamma(2.0, 100.0, (DAYS, len(SERVICES)))
    return pd.DataFrame(numbers, index=pd.date_range("2026-08-01", periods=DAYS), columns=SERVICES)


chosen = st.multiselect("Service", SERVICES)
shown = costs()[chosen or SERVICES]
figure = go.Figure([go.Bar(x=shown.index, y=shown[name], name=name) for name in shown])
st.plotly_chart(figure.update_layout(barmode="stack", height=360), key=os.environ.get("CHART_KEY", "chart"))
