"""Git and other sources of examples; commits and work trees to deliver into. Knows no languages."""
