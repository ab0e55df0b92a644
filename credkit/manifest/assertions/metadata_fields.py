"""Which fields ``c2pa.metadata`` may hold (Appendix C, anchor ``metadata_annex``), by namespace; and the namespaces we know by their
usual prefix."""

from __future__ import annotations

__all__ = ["ALLOWED_FIELDS", "DUBLIN_CORE", "NAMESPACES", "RIGHTS_FIELDS"]

NAMESPACES: dict[str, str] = {
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpTPg": "http://ns.adobe.com/xap/1.0/t/pg/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "cc": "http://creativecommons.org/ns#",
}
"""Usual prefix to namespace."""

DUBLIN_CORE = frozenset(
    [
        "contributor",
        "coverage",
        "created",
        "creator",
        "date",
        "description",
        "format",
        "identifier",
        "language",
        "modified",
        "publisher",
        "relation",
        "rights",
        "source",
        "subject",
        "title",
        "type",
    ]
)
"""Elements that exist under the prefix ``dc`` (the fifteen, and two that the C2PA list adds)."""
RIGHTS_FIELDS = frozenset(["Certificate", "Marked", "Owner", "UsageTerms", "WebStatement"])
"""Properties of the XMP rights schema."""

_EXIF = (
    "ApertureValue BrightnessValue CFAPattern ColorSpace CompressedBitsPerPixel Contrast CustomRendered DateTimeDigitized "
    "DateTimeOriginal DeviceSettingDescription DigitalZoomRatio ExifVersion ExposureBiasValue ExposureIndex ExposureMode "
    "ExposureProgram ExposureTime FileSource Flash FlashEnergy FlashpixVersion FNumber FocalLength FocalLengthIn35mmFilm "
    "FocalPlaneResolutionUnit FocalPlaneXResolution FocalPlaneYResolution GainControl ImageUniqueID ISOSpeedRatings "
    "MaxApertureValue MeteringMode OECF OffsetTimeOriginal PixelXDimension PixelYDimension RelatedSoundFile Saturation "
    "SceneCaptureType SceneType SensingMethod Sharpness ShutterSpeedValue SpatialFrequencyResponse SpectralSensitivity SubjectArea "
    "SubjectDistance SubjectDistanceRange SubjectLocation WhiteBalance GPSAltitude GPSAltitudeRef GPSDateStamp GPSDestBearing "
    "GPSDestBearingRef GPSDestDistance GPSDestDistanceRef GPSDestLatitude GPSDestLongitude GPSDifferential GPSDOP "
    "GPSHPositioningError GPSImgDirection GPSImgDirectionRef GPSLatitude GPSLongitude GPSMapDatum GPSMeasureMode "
    "GPSProcessingMethod GPSSatellites GPSSpeed GPSSpeedRef GPSStatus GPSTimeStamp GPSTrack GPSTrackRef GPSVersionID"
)
_EXIF_EX = (
    "Acceleration BodySerialNumber CameraElevationAngle CameraFirmware ChromaticAberrationCorrection CompositeImage "
    "DevelopmentType DevelopmentTypeDescription DistortionCorrection Gamma Humidity ImageEditingSoftware ImageUniqueID "
    "InteroperabilityIndex ISOSpeed ISOSpeedLatitudeyyy ISOSpeedLatitudezzz LensMake LensModel LensSerialNumber LensSpecification "
    "LightSource MetadataEditingSoftware NoiseReduction PhotographicSensitivity Pressure RAWDevelopingSoftware "
    "RecommendedExposureIndex SensitivityType ShadingCorrection SourceImageNumberOfCompositeImage "
    "SourceExposureTimesOfCompositeImage StandardOutput-Sensitivity Temperature WaterDepth"
)
_DYNAMIC_MEDIA = (
    "absPeakAudioFilePath album altTapeName altTimecode audioChannelType audioCompressor audioSampleRate audioSampleType "
    "beatSpliceParams cameraAngle cameraLabel cameraModel cameraMove comment contributedMedia duration fileDataRate genre good "
    "instrument introTime key logComment loop numberOfBeats markers outCue projectName projectRef pullDown "
    "relativePeakAudioFilePath relativeTimestamp releaseDate resampleParams scaleType scene shotDate shotDay shotLocation shotName "
    "shotNumber shotSize speakerPlacement startTimecode stretchMode takeNumber tapeName tempo timeScaleParams timeSignature "
    "trackNumber Tracks videoAlphaMode videoAlphaPremultipleColor videoAlphaUnityIsTransparent videoColorSpace videoCompressor "
    "videoFieldOrder videoFrameRate videoFrameSize videoPixelAspectRatio videoPixelDepth partOfCompilation lyrics discNumber"
)
_TIFF = (
    "BitsPerSample Compression ImageLength ImageWidth Make Model Orientation PhotometricInterpretation PlanarConfiguration "
    "PrimaryChromaticities ReferenceBlackWhite ResolutionUnit SamplesPerPixel TransferFunction WhitePoint XResolution YResolution "
    "YCbCrCoefficients YCbCrPositioning YCbCrSubSampling"
)
_PHOTOSHOP = (
    "Category City ColorMode Country DateCreated DocumentAncestors History ICCProfile State SupplementalCategories TextLayers "
    "TransmissionReference Urgency"
)
_IPTC_EXTENSION = (
    "DigImageGUID DigitalSourceType EventId Genre ImageRating ImageRegion RegistryId LocationCreated LocationShown MaxAvailHeight "
    "MaxAvailWidth"
)
_PLUS = "FileNameAsDelivered FirstPublicationDate ImageFileFormatAsDelivered ImageFileSizeAsDelivered ImageType Version"
_DC = "coverage created date format identifier language modified relation title type"

ALLOWED_FIELDS: dict[str, frozenset[str] | None] = {
    **{NAMESPACES[prefix]: None for prefix in ("xmp", "xmpMM", "xmpTPg", "crs", "pdf")},
    NAMESPACES["dc"]: frozenset(_DC.split()),
    NAMESPACES["Iptc4xmpCore"]: frozenset({"Scene"}),
    NAMESPACES["Iptc4xmpExt"]: frozenset(_IPTC_EXTENSION.split()),
    NAMESPACES["exif"]: frozenset(_EXIF.split()),
    NAMESPACES["exifEX"]: frozenset(_EXIF_EX.split()),
    # The table and the example of the standard give two versions of this namespace.
    "http://cipa.jp/exif/2.32/": frozenset(_EXIF_EX.split()),
    NAMESPACES["photoshop"]: frozenset(_PHOTOSHOP.split()),
    NAMESPACES["tiff"]: frozenset(_TIFF.split()),
    NAMESPACES["xmpDM"]: frozenset(_DYNAMIC_MEDIA.split()),
    NAMESPACES["plus"]: frozenset(_PLUS.split()),
}
"""Namespace to the fields that ``c2pa.metadata`` may hold; None allows all of them."""
