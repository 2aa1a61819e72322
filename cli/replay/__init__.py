"""Real histories of other lenders, told day by day to a running stack as their platforms would have."""
