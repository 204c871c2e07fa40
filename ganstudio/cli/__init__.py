"""The command line. No command but the window itself brings Qt."""
