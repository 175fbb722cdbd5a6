"""What hamgate is measured beside: the least that a server can do, and what one writes first."""
