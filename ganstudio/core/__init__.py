"""What every layer shares: typed fields, registries, events and commands, errors, image grids. No torch, no Qt."""
