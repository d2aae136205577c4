"""A page on paper: A4 upright, without what can only be clicked, in light colours whatever the theme, and with whole tables.

Tables on screen are drawn on a canvas as far as they are scrolled to; on paper plain ones stand in their place.
"""

from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st

CHART_WIDTH = 690
"""Pixels. An A4 sheet is 794 wide; charts keep the width that they have on screen."""

_STYLE = """<style>
.on-paper, [data-testid="stElementContainer"]:has(.on-paper) { display: none; }
@page { size: A4 portrait; margin: 13mm 12mm; }
@media print {
  html, body, #root, #root > div, .stApp, .stApp > div, [data-testid="stAppViewContainer"], [data-testid="stMain"],
  [data-testid="stMainBlockContainer"] {
    display: block !important; position: static !important; height: auto !important; max-height: none !important;
    width: auto !important; overflow: visible !important; padding: 0 !important; margin: 0 !important;
  }
  .stVerticalBlock, [data-testid="stVerticalBlock"] { display: block !important; }
  [data-testid="stSidebar"], [data-testid="stSidebarCollapsedControl"], [data-testid="stHeader"], [data-testid="stToolbar"],
  [data-testid="stDecoration"], [data-testid="stStatusWidget"], [data-testid="stBottom"], [data-testid="stToast"],
  [data-testid="stPageLink"], [data-testid="stHeaderActionElements"], [data-testid="stTooltipIcon"],
  .stButton, .stDownloadButton, .stPopover, .stDataFrame, .stButtonGroup, .stExpander, .stAlert, .stDialog, .modebar-container,
  [class*="st-key-filters-"], [class*="st-key-on-screen"] { display: none !important; }
  [data-testid="stMain"] * { color: #1b2430 !important; background-color: transparent !important; border-color: #c9d0d8 !important; }
  html, body, .stApp, [data-testid="stMain"] { background: #ffffff !important; color: #1b2430 !important; color-scheme: light !important; }
  [data-testid="stMain"] svg text { fill: #1b2430 !important; }
  [data-testid="stMain"] h1 { font-size: 16pt !important; line-height: 1.2 !important; padding: 0 !important; }
  [data-testid="stMain"] [data-testid="stCaptionContainer"] p { font-size: 8.5pt !important; }
  [data-testid="stMetricLabel"] p, [data-testid="stMetricDelta"] * { font-size: 8pt !important; }
  [data-testid="stMetricValue"] { font-size: 14pt !important; line-height: 1.2 !important; }
  [data-testid="stMetric"] { padding: 4px 8px !important; height: auto !important; min-height: 0 !important; }
  [data-testid="stMetric"], .stPlotlyChart { break-inside: avoid; }
  [data-testid="stElementContainer"], .stElementContainer { margin-bottom: 4px; }
  [data-testid="stElementContainer"]:has(.on-paper) { display: block; }
  .on-paper { display: block; font-size: 8.5pt; line-height: 1.3; break-inside: avoid; }
  .on-paper h2 { font-size: 11pt !important; margin: 8px 0 3px; padding: 0; break-after: avoid; }
  .on-paper p { margin: 0 0 3px; font-size: 8.5pt; }
  .on-paper table { width: 100%; border-collapse: collapse; font-size: 8pt; line-height: 1.25; font-variant-numeric: tabular-nums; }
  .on-paper thead { display: table-header-group; }
  .on-paper tr { break-inside: avoid; }
  .on-paper th, .on-paper td { text-align: left; padding: 2px 7px 2px 0; border: 0; vertical-align: top; }
  .on-paper tr { border-bottom: 1px solid #c9d0d8; }
  .on-paper th { font-weight: 600; }
  .on-paper .long { overflow-wrap: anywhere; }
  .on-paper .short { white-space: nowrap; }
  .on-paper .number { text-align: right; white-space: nowrap; }
  .on-paper tr.whole td { font-weight: 600; border-top: 2px solid #8a94a0; }
}
</style>"""

_SHORT = 16
_PRINT = "<script>setTimeout(() => window.print(), 200)</script>"


def style() -> None:
    """Make this page fit for paper."""
    st.html(_STYLE)


def button() -> None:
    """Opens the browser's print dialog, which can save a PDF too."""
    told = "Opens your browser's print dialog, where it can be saved as a PDF too. Ctrl+P does the same."
    if st.button("Print", icon=":material/print:", type="tertiary", help=told, key="print"):
        st.html(_PRINT, unsafe_allow_javascript=True)


def text(title: str, sentences: Iterable[str]) -> None:
    """A heading and paragraphs that stand on paper only."""
    st.html(_wrapped(title, "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)))


def table(title: str, names: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int], whole: bool = False) -> None:
    """A table that stands on paper only; `numbers` are the places of columns of figures, `whole` says that the last row is the sum."""
    st.html(_wrapped(title, as_html(names, rows, numbers=numbers, whole=whole)))


def as_html(names: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int], whole: bool = False) -> str:
    """The table alone. Everything in it is text, whoever gave it its name."""
    head = "".join(f'<th class="{_class(name, place in numbers)}">{escape(name)}</th>' for place, name in enumerate(names))
    body = "".join(
        f'<tr class="{"whole" if whole and number == len(rows) else "one"}">'
        + "".join(f'<td class="{_class(cell, place in numbers)}">{escape(cell)}</td>' for place, cell in enumerate(row))
        + "</tr>"
        for number, row in enumerate(rows, 1)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _class(content: str, number: bool) -> str:
    """Figures stand to the right; a region isn't broken at its hyphens, and an id that is too long is."""
    if number:
        return "number"
    return "short" if " " not in content and len(content) <= _SHORT else "long"


def _wrapped(title: str, body: str) -> str:
    return f'<div class="on-paper">{f"<h2>{escape(title)}</h2>" if title else ""}{body}</div>'
