"""What commands print, and how they run: output, progress, interrupts."""
