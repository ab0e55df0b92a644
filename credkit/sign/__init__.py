"""Making: statements become a signed manifest store, and the store a file, whole or not at all."""
