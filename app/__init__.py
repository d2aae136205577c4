"""What shows: the server, the filter bar, charts, formats and exports. Figures come from core."""
