"""All limits on untrusted input, in one place, each with its reason.

A file that exceeds a limit is treated as malformed (status ``general.error`` or the parser's own code), never as an
excuse to stop the program.
"""

from __future__ import annotations

from credkit.dataclass import dataclass

__all__ = ["DEFAULT_LIMITS", "Limits"]

_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what a parser or check may consume. Sizes are in bytes, counts in items."""

    store_size: int = 64 * _MIB
    """A manifest store is held in memory once; 100 generations with thumbnails stay below 40 MB."""
    jumbf_depth: int = 32
    """Nesting of JUMBF superboxes; real stores need 4."""
    jumbf_boxes: int = 20_000
    """Boxes in one store; 1,000 manifests with 20 boxes each."""
    cbor_depth: int = 32
    """Nesting of CBOR arrays, maps and tags; real claims need 8."""
    cbor_items: int = 200_000
    """Data items in one CBOR document."""
    json_depth: int = 64
    """Nesting of JSON assertions."""
    json_items: int = 200_000
    """Values in one JSON assertion, keys of objects included."""
    certificates: int = 16
    """Certificates in an ``x5chain``; bounds the path search."""
    certificate_size: int = 64 << 10
    """One DER certificate; the largest post-quantum ones are near 20 KiB."""
    trust_list_size: int = 16 * _MIB
    """One trust list; the official one has 67 KB."""
    trust_anchors: int = 5_000
    """Certificates in one trust list, and states of services in an official one, which has 30."""
    time_stamp_size: int = 256 << 10
    """One RFC 3161 token."""
    time_stamps: int = 16
    """Tokens in time-stamp assertions that are tried for one manifest; more than one is rare."""
    session_keys: int = 64
    """Session keys in one assertion; a live stream needs one a track."""
    ocsp_size: int = 64 << 10
    """One OCSP response."""
    ocsp_responses: int = 64
    """OCSP responses that are read in one signature, and in the certificate status assertions of one store; real ones have three."""
    proofs: int = 2_000
    """Certificates, time-stamps, and OCSP responses, that all manifests of one store share evenly; every signature may bring three of each,
    which is what real ones have. Reading one costs up to 4 ms."""
    decompressed_size: int = 32 * _MIB
    """Output of a compressed manifest or metadata chunk: 1,617 bytes of Brotli can become 1 GiB."""
    decompressed_ratio: int = 50
    """Output for each byte of a compressed manifest or store, beside the first MiB; texts pack to a tenth, pictures to no less than they
    are."""
    manifests: int = 1_000
    """Manifests in a store."""
    chain_depth: int = 256
    """Generations followed from the active manifest; the reference stops at 200."""
    exclusions: int = 1_000
    """Ranges in one data hash."""
    regions: int = 2_000
    """Regions of a file and of its store in one report; real files have some dozens a manifest, and behind the limit one stands for all."""
    statuses: int = 5_000
    """Status entries in one report."""
    report_values: int = 400_000
    """Values in the assertions that one report in JSON repeats, keys included; behind them assertions are told without their content. A
    chain of a hundred generations has 20,000."""
    resources: int = 2_000
    """Thumbnails, prompts and other files that are taken out of one manifest store, and as many that are told not to be there; a chain of a
    hundred generations has some hundred."""
    resources_size: int = 256 * _MIB
    """All of them together; the stores of ingredients repeat each other, so that a small file could fill a disk."""
    journal_line: int = 96 * _MIB
    """One line of an authorship journal; a checkpoint is the longest, with a manifest store in Base64."""
    journal_entry: int = 8 * _MIB
    """One entry of a journal; 200 candidates with previews of 16 KiB have 5 MB."""
    journal_checkpoints: int = 150
    """Checkpoints in one journal; each brings all before it, and the reference follows 200 generations."""
    journal_faults: int = 1_000
    """Faults of one journal that are named; behind so many nothing in it can be relied on, and the rest is not judged."""
    graph_nodes: int = 20_000
    """Nodes of a generation graph that are followed; the largest workflows have some hundreds, and each costs up to 0.1 ms."""
    terms: int = 1_000
    """Statements about the terms of one picture that are weighed against each other; a chain of a hundred generations has some hundred."""
    xmp_packets: int = 20
    """XMP packets of one file that are read for its terms, and as many extended ones; real files have one."""
    rsl_elements: int = 50
    """Licences in RSL in one XMP packet, elements of one licence, and usages in one element; real licences have up to a dozen."""
    iptc_fields: int = 1_000
    """Fields of one IPTC block, and resources around it; photo agencies write some dozen keywords."""
    aigc_labels: int = 20
    """Chinese labels of one file that are looked at; real files have up to three."""
    label_facts: int = 200
    """Facts of one kind (models, systems, times) that the lint looks at; each source type and system of a long chain is one."""
    policy_size: int = _MIB
    """One acceptance policy; one with a thousand creators has 50 KiB."""
    served_stores: int = 32 * _MIB
    """All manifest stores that a server keeps for requests to come; a store with a thumbnail has 50 KiB."""
    hidden_beginning: int = _MIB
    """Bytes of a download behind a content encoding within which its first bytes have to show; a larger one counts as a picture."""
    text_length: int = 200
    """Characters of one text of a file that are shown to people."""
    page_pictures: int = 24 * _MIB
    """Thumbnails in one report page together; those of the oldest generations are left out first."""
    small_parts: int = 20_000
    """Boxes, chunks, segments, blocks or pages of one file that may be of any size; real files of more have 200 bytes for each."""
    jpeg_segments: int = 1_000_000
    """Marker segments of one JPEG."""
    jpeg_intervals: int = 10_000_000
    """Restart intervals of one JPEG that are told apart; a gigapixel with one for each block of 16 by 16 pixels has 4,000,000."""
    png_chunks: int = 2_000_000
    """Chunks of one PNG; a 1 GB file in 1 KiB chunks has 1,000,000."""
    gif_blocks: int = 500_000
    """Blocks of one GIF; an animation has three a frame."""
    gif_parts: int = 2_000_000
    """Parts of all blocks of one GIF; 500 MB in parts of 255 bytes."""
    gif_slices: int = 300_000
    """Parts of all values of one GIF that are read; the largest manifest store has 263,173 of 255 bytes."""
    tiff_directories: int = 10_000
    """Directories of one TIFF; scanned books have one a page."""
    tiff_entries: int = 500_000
    """Entries of all directories of one TIFF, and parts of the pixels of all its pictures; a tiled picture of 100,000 by 100,000 pixels
    has 152,000."""
    svg_size: int = 64 * _MIB
    """One SVG; maps of whole countries have 30 MiB."""
    svg_nodes: int = 3_000_000
    """Elements of one SVG, each counted twice, and their attributes, also those that its document type adds; a small file may have one for
    six bytes."""
    svg_attributes: int = 20_000
    """Attributes of one element of an SVG, all of which are held at once; real ones have some dozens."""
    svg_depth: int = 1_000
    """Nesting of elements in one SVG; drawing programs nest groups some dozens deep."""
    svg_entity_names: int = 100
    """Entities that the document type of one SVG declares; drawing programs have a dozen, for addresses of namespaces."""
    svg_entities: int = 4 * _MIB
    """What all uses of entities in one SVG unfold to."""
    riff_chunks: int = 100_000
    """Chunks of one WebP, WAV or AVI; an animation has one a frame, a film has its pictures in a single one."""
    avi_indexes: int = 10_000
    """Indexes of one AVI; a film has one a stream and GiB."""
    avi_index_entries: int = 4_000_000
    """Entries in the indexes of one AVI together; ten hours of film with sound have 2,700,000."""
    id3_tags: int = 8
    """ID3 tags one behind the other; files that went through several programs have two."""
    id3_frames: int = 10_000
    """Frames of one ID3 tag; broadcasts with chapters have some hundreds."""
    id3_fillings: int = 50_000
    """Filling bytes of one ID3 tag ("unsynchronisation"); a cover picture of 1 MB has 5,000."""
    ogg_pages: int = 2_000_000
    """Pages of one Ogg; 8 GB of film have as many."""
    ogg_streams: int = 10_000
    """Streams of one Ogg; a chain of songs has one a song."""
    ogg_ranges: int = 200_000
    """Runs of pages of one Ogg that belong to the same stream; two hours of film with sound have 150,000."""
    bmff_boxes: int = 100_000
    """Boxes of one MP4 or HEIF file that are looked at; ten hours of film in fragments of two seconds have 90,000."""
    bmff_depth: int = 16
    """Nesting of boxes in such a file; a sample table lies 5 deep."""
    bmff_items: int = 50_000
    """Items of one HEIF picture together with the pieces that they lie in; a gigapixel in tiles has some thousands."""
    bmff_tables_size: int = 32 * _MIB
    """All tables of one MP4 or HEIF file that say where something lies; ten hours of film with two million chunks have 16 MiB."""
    bmff_exclusions: int = 32
    """Entries in the exclusion list of a BMFF hash together with their conditions; real lists have 16, and each is held against every box
    of its type."""
    bmff_ranges: int = 100_000
    """Ranges that these entries take out of boxes of one file, each counted; ten hours of film in fragments of two seconds have 45,000."""
    bmff_data: int = 1 << 10
    """Bytes of a box that one condition of an exclusion compares; the type of a ``uuid`` box has 16."""
    merkle_box_size: int = 64 << 10
    """One box with a part of a Merkle tree; a proof of 40 levels has 3 KiB."""
    parts: int = 1_000
    """Parts in one multi-asset hash; a burst of pictures has some dozens."""
    pdf_objects: int = 20_000
    """Objects of one PDF that are read on the way to its stores, and parts of a cross-reference table; each attachment is one."""
    pdf_sections: int = 1_000
    """Cross-reference sections of one PDF; each update that was appended has one."""
    pdf_values: int = 500_000
    """Numbers, names and other values in these objects; a list of 20,000 attachments with what it names has 300,000, and each costs up to
    three microseconds."""
    pdf_rows: int = 1_000_000
    """Rows of a PDF's streams that are predicted in several ways, so that they are undone one by one; cross-references of a million
    objects have as many."""
    pdf_searches: int = 300_000
    """Cross-reference sections of one PDF that are searched for objects, all objects together; a hundred updates of a document with a
    thousand attachments take 100,000."""
    pdf_depth: int = 32
    """Nesting of arrays and dictionaries in a PDF object, and steps of a reference; real ones need 6."""
    pdf_object_size: int = _MIB
    """One object of a PDF without its stream; a list of 20,000 attachments has 800 KB."""
    pdf_objects_size: int = 4 * _MIB
    """All objects of one PDF together that are read on the way to its stores."""
    pdf_unpacked: int = 16 * _MIB
    """Streams of one PDF that are unpacked on the way to its stores; cross-references of a million objects have 8 MB."""
    zip_entries: int = 50_000
    """Entries of one ZIP; one assertion can list some 20,000."""
    folder_files: int = 1_000_000
    """Files of a folder that are looked at for a signed collection; one assertion can list some 20,000."""
    safetensors_header: int = 100_000_000
    """The header of one SafeTensors file, as its own library allows; it is walked through and never held."""
    safetensors_keys: int = 120_000
    """Keys of one such header; a model of 700 billion parameters in one file has some 90,000 tensors."""
    onnx_fields: int = 250_000
    """Fields of one ONNX model that are looked at; a language model of 3,000 nodes has some 60,000."""
    gguf_values: int = 2_000_000
    """Texts in the header of one GGUF file; the vocabulary of a language model has 250,000 tokens, and as many merges."""
    model_properties: int = 10_000
    """Key-value entries of one SafeTensors, ONNX or Parquet file; real ones have some dozens."""
    parquet_footer: int = 32 * _MIB
    """The footer of one Parquet file, held in memory with the store in it; 100 columns in 1,200 groups of rows have 16 MiB."""
    parquet_values: int = 6_000_000
    """Values in one such footer; each column of each group of rows has some 30, of which those that hold others count three times."""
    font_tables: int = 1_000
    """Tables of one font; the largest fonts have some fifty."""
    metadata_size: int = 16 * _MIB
    """One XMP or EXIF block that is read."""
    metadata_blocks: int = 1_000
    """Metadata blocks noted in one file; 16 MiB of extended XMP in JPEG segments are 257."""
    text_size: int = 8 * _MIB
    """One text that a generation tool wrote, inflated; workflows that carry masks inside reach some megabytes."""
    texts_size: int = 32 * _MIB
    """All texts of one file together; each is held in memory until what it says is lifted."""
    texts: int = 1_000
    """Texts of one file; tools write up to a dozen, photo editors some hundred properties."""
    stores: int = 64
    """Manifest stores noted in one file; more than one counts as none, but all are removed when a new one is written."""
    store_slices: int = 16_384
    """Pieces of one store; 64 MiB in JPEG segments of 64,000 bytes are 1,049."""
    xml_depth: int = 64
    """Nesting of elements in an XMP packet; structures inside lists inside structures need 10."""
    xml_nodes: int = 75_000
    """Elements, attributes (each counted three times), comments and instructions in one XMP packet; each costs about 1 KiB of memory."""
    pixels: int = 89_478_485
    """Pixels of a picture that is decoded (thumbnail, comparison): 256 MiB as RGB, and the size at which Pillow starts to warn."""
    url_length: int = 2_048
    """Characters of an address that is asked over the network; servers and browsers handle no more everywhere."""
    download_size: int = 128 * _MIB
    """A file that is downloaded to be judged; it is held in memory."""
    fetches: int = 32
    """Questions to the network in one verification, redirects included; a chain of ten generations with its proofs needs 21."""
    fetch_redirects: int = 3
    """Redirects of one question; content networks need two."""
    fetch_header_size: int = 64 << 10
    """Status line and header fields of one answer; large servers send 8 KiB."""
    fetch_connect_seconds: int = 5
    """Until a connection to one address stands; across the world it takes less than one."""
    fetch_seconds: int = 15
    """Until one question is answered, from looking up the host to the last byte, redirects included; a server that drips ends here."""
    fetch_total_seconds: int = 60
    """All questions of one verification together; four servers that stall."""
    disclosure_size: int = 32 * _MIB
    """One opening of a sealed field, in characters of base64url; a raw workflow has some hundred KiB."""
    openings_size: int = 64 * _MIB
    """A file of openings; those of one picture are its texts and a third more."""

    def __hash__(self) -> int:
        """Of a few fields: what is kept for later is looked up under its limits, which hardly ever differ."""
        return hash((self.store_size, self.jumbf_boxes, self.cbor_items, self.certificate_size))

    def allowed_parts(self, most: int, size: int, *, each: int = 200) -> int:
        """How many parts of one kind, which are ``most`` in the largest files, a file of ``size`` bytes may have: ``small_parts``, and one
        more for ``each`` bytes. A walk over them then costs as much as the file is large.
        """
        return min(most, self.small_parts + size // each)

    def allowed_output(self, packed: int) -> int:
        """Bytes that a compressed manifest or store of ``packed`` bytes may become: a file of some hundred bytes does not get the memory of
        the largest.
        """
        return min(self.decompressed_size, _MIB + self.decompressed_ratio * packed)


DEFAULT_LIMITS = Limits()
