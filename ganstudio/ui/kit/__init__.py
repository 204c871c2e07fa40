"""What every widget is made with: tokens, style, icons, layout, painted parts, lifetimes, dialogs, words."""
