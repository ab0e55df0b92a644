"""ISO base media files (MP4, HEIF, AVIF, QuickTime): the tree of boxes that they are."""
