"""Relief: circumstances, holds, disputes, plans."""
