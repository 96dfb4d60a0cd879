"""Phase 4: what readers are good for."""
