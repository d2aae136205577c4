"""Which permissions the credentials have, and what each one that is missing costs."""

import pandas as pd
import streamlit as st

from app import connect, progress
from app.cached import Figures
from app.jobs import Job, Kind, desk
from app.workspace import workspace

HAS = {True: "has it", False: "lacks it", None: "couldn't be told"}


def access(held: Figures) -> None:
    """A button that tries each permission, and what it found."""
    if not (held.is_demo or workspace().credentials.found or held.snapshot.bills):
        return  # the page says already how to connect
    with st.expander("AWS access", icon=":material/key:", expanded=desk.last(Kind.ACCESS) is not None, key="access-box"):
        if not held.is_demo and not workspace().credentials.found:
            st.markdown(connect.NO_CREDENTIALS)
            return
        whose = "the demo organisation" if held.is_demo else "AWS"
        st.caption(
            f"Tries each permission that collecting from {whose} needs, with the cheapest call there is. Cost Explorer's are \\$0.01 each."
        )
        st.button(
            "Check access", icon=":material/fact_check:", key="check-access", disabled=desk.running is not None, on_click=connect.check
        )
        job = desk.last(Kind.ACCESS)
        if job is None:
            return
        if job.running:
            progress.watched(job)
        else:
            _found(job)


def _found(job: Job) -> None:
    if job.error or job.failed:
        text = f"**{job.error.message}** {job.error.hint}" if job.error else f"**The check failed: {job.failed}**"
        st.error(text.replace("$", r"\$"), icon=":material/error:")
        return
    if job.was_cancelled:
        st.info("The check was cancelled.")
        return
    lacking = [finding for finding in job.result if finding.ok is False]
    untold = sum(finding.ok is None for finding in job.result)
    if lacking or untold:
        also = f" {untold} couldn't be told." if untold else ""
        st.warning(f"**{len(lacking)} of {len(job.result)} permissions are missing.**{also}", icon=":material/warning:")
    else:
        st.success(f"All {len(job.result)} permissions are there.", icon=":material/check_circle:")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "action": finding.action,
                    "account": finding.account,
                    "ok": HAS[finding.ok],
                    "lost": "" if finding.ok else finding.lost,
                    "reason": "" if finding.ok else f"{finding.reason} {finding.hint}".strip(),
                }
                for finding in sorted(job.result, key=lambda finding: (finding.ok is True, finding.ok is None))
            ]
        ),
        hide_index=True,
        column_order=["action", "account", "ok", *(["lost", "reason"] if lacking or untold else [])],
        column_config={
            "action": st.column_config.TextColumn("Permission", pinned=True, width="medium"),
            "account": "Account",
            "ok": "Credentials",
            "lost": st.column_config.TextColumn("What lacking it costs", width="large"),
            "reason": st.column_config.TextColumn("Why", width="large"),
        },
        alt="Permissions, whether the credentials have them, and what lacking them costs",
    )
