"""Charts as inline SVG (图表): no script, the same bytes for the same figures, a title and a description for screen readers."""
