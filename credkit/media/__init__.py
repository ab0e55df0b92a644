"""Pictures and their metadata outside the manifest: thumbnails, changed regions, EXIF and XMP. Import the module that is needed.

Nothing is imported here, so that Pillow, piexif and the XML parser stay unloaded until a picture or a packet is really touched.
"""
