"""What mediation keeps."""
