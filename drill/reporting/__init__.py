"""What a run leaves behind: figures for machines, pages for people, and nothing that must stay secret."""
