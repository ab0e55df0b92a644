"""``credkit dataset``: a folder of training data becomes one manifest that lists every file, and is checked against it later."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credkit.cli.exits import VERIFY_TABLE, ExitCode
from credkit.cli.parsers import (
    FOLDER,
    INPUT,
    OUTPUT,
    Subcommands,
    add_actor_options,
    add_command,
    add_proof_options,
    add_rights_options,
    add_signer_options,
    add_trust_options,
    moment,
)
from credkit.cli.terms_options import add_terms_options, terms_values_of

if TYPE_CHECKING:
    from credkit.api.datasets import DatasetCheck, DatasetResult
    from credkit.cli.trusting import Trust

__all__ = ["add_to"]

_EXAMPLES = """
credkit dataset sign photos --title "My photographs" --creator "My Studio" --licence CC-BY-4.0
credkit dataset verify photos
credkit sign model.safetensors -o signed.safetensors --dataset "My photographs=photos" --training-licence CC-BY-4.0
"""
_DESCRIPTION = """\
Sign a folder of training data, so that "trained on these files" can be checked later, and check it.
The manifest lists every file with its digest; the files stay as they are."""
_SIGN_EXAMPLES = """
credkit dataset sign photos --title "My photographs" --creator "My Studio" --licence CC-BY-4.0
credkit dataset sign photos --files list.txt
credkit dataset sign photos -o photos-2026.c2pa --created digitalCapture --location https://example.com/photos
"""
_SIGN_DESCRIPTION = """\
Write a manifest that lists every file below a folder. Left out are names that begin with a dot, notes of operating systems, and links that
lead out of the folder. A file that cannot be read, or that changes meanwhile, stops it. What pictures say themselves about AI training, in
their credentials and their metadata, is read and recorded."""
_VERIFY_EXAMPLES = """
credkit dataset verify photos
credkit dataset verify photos-2026.c2pa photos
credkit dataset verify photos --json
"""
_VERIFY_DESCRIPTION = """\
Check the manifest of a data set and every file that it lists, and name the files that are missing, changed, or not listed. Files that are
not listed are no fault: nothing vouches for them."""
_SHOWN = 20
_LARGEST_LIST = 16 << 20
_WORTH_A_BAR = 200


def add_to(commands: Subcommands) -> None:
    """Add the command with its own commands."""
    parser = add_command(
        commands, "dataset", None, summary="sign folders of training data, and check them", description=_DESCRIPTION, examples=_EXAMPLES
    )
    below = parser.add_subparsers(metavar="WHAT", required=True, parser_class=type(parser))
    _add_sign(below)
    _add_verify(below)


def _add_sign(below: Subcommands) -> None:
    sign = add_command(below, "sign", _sign, summary="sign a folder", description=_SIGN_DESCRIPTION, examples=_SIGN_EXAMPLES)
    sign.add_argument("folder", metavar=FOLDER, type=Path, help="the folder with the files of the data set")
    sign.add_argument("-o", "--output", metavar=OUTPUT, type=Path, help="write the manifest here (default: dataset.c2pa in the folder)")
    sign.add_argument("-f", "--force", action="store_true", help="replace OUT when it exists; without this nothing is done then")
    sign.add_argument(
        "--files", metavar=INPUT, type=Path, help="list only the files that this text file names, one a line, as seen from DIR"
    )
    sign.add_argument("--no-look", action="store_true", help="do not read what the pictures say themselves about AI training")
    group = sign.add_argument_group("what it is")
    group.add_argument("--title", metavar="TEXT", help="name of the data set (default: that of the folder)")
    group.add_argument("--created", metavar="TYPE", default="composite", help="digital source type of the files (default: %(default)s)")
    group.add_argument("--description", metavar="TEXT", help="how it was made, in a sentence")
    group.add_argument("--when", metavar="TIME", type=moment, help="when it was made (RFC 3339; default: now)")
    group.add_argument("--location", metavar="URL", help="where others can have the files")
    add_rights_options(sign)
    add_terms_options(sign)
    add_signer_options(sign)
    # No definition names a key here.
    sign.set_defaults(manifest=None)
    add_actor_options(sign)
    add_proof_options(sign.add_argument_group("what is asked of others"))  # type: ignore[arg-type]
    sign.add_argument("--json", action="store_true", help="print the result as JSON")
    sign.add_argument("-q", "--quiet", action="store_true", help="print nothing when all went well")


def _add_verify(below: Subcommands) -> None:
    verify = add_command(
        below,
        "verify",
        _verify,
        summary="check a data set",
        description=_VERIFY_DESCRIPTION,
        examples=_VERIFY_EXAMPLES,
        exit_table=VERIFY_TABLE,
        usage_code=ExitCode.UNREADABLE,
    )
    verify.add_argument("manifest", metavar=INPUT, type=Path, help="the manifest, or the folder that it lies in")
    verify.add_argument("folder", metavar=FOLDER, type=Path, nargs="?", help="the folder with the files (default: that of the manifest)")
    verify.add_argument("--require", choices=("valid", "trusted"), default="valid", help="what exit code 0 asks for (default: %(default)s)")
    verify.add_argument("--at", metavar="TIME", type=moment, help="judge as of this time (RFC 3339)")
    verify.add_argument("--profile", choices=("2.2", "2.4", "2.5"), default="2.4", help="edition of the rules (default: %(default)s)")
    verify.add_argument("--json", action="store_true", help="print the result as JSON")
    verify.add_argument("-q", "--quiet", action="store_true", help="print no verdict, only answer with the exit code")
    add_trust_options(verify)


def _sign(args: argparse.Namespace) -> int:
    from credkit.api.dataset_files import DATA_SET_FILE, names_in
    from credkit.api.datasets import sign_dataset
    from credkit.api.statements import Statements
    from credkit.cli.outputs import refuse_existing
    from credkit.cli.signers import chosen_actors, chosen_signer
    from credkit.cli.terminal import progress_bar, safe, say, write_document
    from credkit.cli.values import parse_licensor, read_text

    output = args.output if args.output is not None else args.folder / DATA_SET_FILE
    refuse_existing(output, force=args.force)
    names = list(names_in(read_text(args.files, largest=_LARGEST_LIST))) if args.files is not None else None
    given = {
        "licensor": parse_licensor(args.licensor) if args.licensor is not None else None,
        "creator": tuple(args.creator),
        **{
            name: getattr(args, name)
            for name in ("title", "created", "description", "when", "rights", "usage_terms", "web_statement", "do_not_train")
        },
        **terms_values_of(args),
    }
    statements = Statements(**{name: value for name, value in given.items() if value is not None})
    total = _size_of(args.folder)
    signer, root = chosen_signer(args)
    actors = chosen_actors(args)
    with progress_bar(f"reading {args.folder.name}", total, wanted=not args.quiet) as progress:
        result = sign_dataset(
            args.folder,
            output,
            statements,
            signer=signer,
            files=names,
            location=args.location,
            look=not args.no_look,
            overwrite=args.force,
            actors=actors,
            timestamp=args.timestamp,
            staple=args.staple,
            progress=progress,
        )
    if args.json:
        write_document(_signed_json(result), is_json=True)
    elif not args.quiet:
        for line in _signed_lines(result, args.folder):
            say(line)
        say(f"Readers will call it valid, and trusted once they trust {f'your root: {safe(root)}' if root else 'its authority'}")
    return ExitCode.OK


def _size_of(folder: Path) -> int:
    """Bytes below the folder, for the progress bar; what cannot be read is told when it is read."""
    import os

    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_size
            except OSError:
                continue
    return total


def _signed_lines(result: DatasetResult, folder: Path) -> list[str]:
    from credkit.cli.terminal import safe

    files = "1 file" if result.items == 1 else f"{result.items:,} files"
    lines = [f"{safe(result.output)} lists {files} of {safe(folder)}, {result.size:,} bytes in all."]
    if result.rights:
        signed = result.rights.with_credentials
        lines.append(f"  credentials of their own: {signed:,} of {result.rights.looked_at:,} files that can carry some")
    lines += [f"  note: {safe(note)}" for note in result.notes]
    if result.stamped:
        lines.append(f"  time-stamp: {result.stamped:%Y-%m-%d %H:%M:%S} UTC; it counts for readers who trust its authority")
    lines.append(f"  manifest: {safe(result.label)}, {len(result.store):,} bytes")
    if result.output.resolve().parent != folder.resolve():
        lines.append(f"  checked with: credkit dataset verify {safe(result.output)} {safe(folder)}")
    return lines


def _signed_json(result: DatasetResult) -> str:
    from credkit.provenance.json_report import time_text
    from credkit.provenance.text import json_text

    value = {
        "output": str(result.output),
        "label": result.label,
        "state": result.report.state,
        "items": result.items,
        "size": result.size,
        "rights": result.rights.payload() if result.rights else None,
        "time_stamp": time_text(result.stamped),
        "notes": list(result.notes),
    }
    return json_text(value) + "\n"


def _verify(args: argparse.Namespace) -> int:
    from credkit.api.dataset_files import manifest_of_folder
    from credkit.api.datasets import verify_dataset
    from credkit.cli.terminal import tell, write_document
    from credkit.cli.trusting import trust_of
    from credkit.errors import CredkitError
    from credkit.provenance.text import json_text

    try:
        trust = trust_of(args)
        manifest, folder = args.manifest, args.folder
        if manifest.is_dir():
            manifest, folder = manifest_of_folder(manifest), folder or manifest
        with _files_bar(wanted=not args.quiet) as on_member:
            check = verify_dataset(manifest, folder, policy=trust.policy, at=args.at, profile=args.profile, on_member=on_member)
    except CredkitError as error:
        tell(error)
        return ExitCode.UNREADABLE
    if args.json:
        write_document(json_text(_check_json(check)) + "\n", is_json=True)
    elif not args.quiet:
        _print(check, trust)
    return _code(check, args.require)


def _files_bar(*, wanted: bool) -> Any:
    """A bar on the error stream for many files, when a person watches."""
    from contextlib import nullcontext

    from credkit.cli.terminal import files_bar

    return files_bar("checking files", least=_WORTH_A_BAR) if wanted else nullcontext()


def _check_json(check: DatasetCheck) -> dict[str, Any]:
    from credkit.provenance.json_report import json_report

    files = {"listed": check.listed, "missing": check.missing, "changed": check.changed, "extra": check.extra}
    return {"state": check.report.state, "files": {key: list(v) if isinstance(v, tuple) else v for key, v in files.items()}} | {
        "report": json_report(check.report)
    }


def _print(check: DatasetCheck, trust: Trust) -> None:
    from credkit.cli.terminal import rendered, safe, say, write_text
    from credkit.manifest.member_uri import member_names

    write_text(rendered(check.report, "story"))
    same = check.listed - len(check.missing) - len(check.changed)
    if check.listed:
        say()
        say(f"Files: {same:,} of {check.listed:,} are as they were signed.")
    elif check.report.manifests:
        say()
        say('Files: none are listed, so this is no manifest of a data set ("credkit verify" judges any file).')
    for topic, names in (("missing", check.missing), ("changed", check.changed), ("not listed, so nothing vouches for them", check.extra)):
        if names:
            say(f"  {topic}: {len(names):,}")
            for name in names[:_SHOWN]:
                say(f"    {safe(member_names(name)[0])}")
            if len(names) > _SHOWN:
                say(f"    ... and {len(names) - _SHOWN:,} more (--json names all)")
    if check.report.manifests:
        say()
        say(safe(trust.words))


def _code(check: DatasetCheck, required: str) -> ExitCode:
    state = check.report.state
    if state == "error":
        return ExitCode.UNREADABLE
    if state == "none":
        return ExitCode.NO_CREDENTIALS
    met = state == "Trusted" or (state == "Valid" and required == "valid")
    # A manifest that lists no files is about something else, and no data set was checked.
    return ExitCode.OK if met and check.listed else ExitCode.NOT_MET
