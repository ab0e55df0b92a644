"""What follows from a licence chain: statements that cannot both be right, what is left open, what is said and cannot be checked.

Nothing is concluded where a licence is silent. Whoever put a work of his own into something may do so under any licence, so that what its
own manifest says is not held against the same signer; what he says of a thing that he took from elsewhere is. What forbids is told wherever
it stands, also in a manifest that does not hold, since a reservation that somebody spoilt is still one; what permits has to hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from credkit.dataclass import dataclass
from credkit.limits import Limits
from credkit.provenance.text import shown
from credkit.terms.chain.sources import Finding, LicenceChain, LicenceSource, Link, SourceLicence, UseRule
from credkit.terms.terms import Use

__all__ = ["findings"]

_TRAINING: tuple[Use, ...] = ("ai_training", "ai_generative_training")
_TRAINED_ON = ("training-data", "training-work")
_CHANGED = ("parent", "component", "base-model")
"""Roles in which a source lives on in what was made from it."""
_ITSELF = ("file", "earlier")


def findings(chain: LicenceChain, signers: Mapping[str, bytes], limits: Limits) -> tuple[Finding, ...]:
    """All findings, each once; ``signers`` has the certificate behind each source with a manifest, by key."""
    judge = _Judge(chain, signers, limits)
    return tuple(islice(dict.fromkeys(judge.found()), limits.terms))


@dataclass(frozen=True, slots=True)
class _Judge:
    chain: LicenceChain
    signers: Mapping[str, bytes]
    limits: Limits

    def found(self) -> Iterator[Finding]:
        by_key = {source.key: source for source in self.chain.sources}
        for link in self.chain.links:
            source, user = by_key[link.source], by_key[link.user]
            yield from self._trained(source, user, link)
            yield from self._changed(source, user, link)
        yield from self._commercial()
        for source in self.chain.sources:
            if source.role not in _ITSELF:
                yield from self._licence(source)
                yield from self._attribution(source)
            yield from self._proof(source)

    def _licences(self, source: LicenceSource, user: LicenceSource) -> list[SourceLicence]:
        """The licences of a source that bind its user."""
        own = self._same_signer(source, user)
        return [licence for licence in source.licences if not (own and licence.own)]

    def _rules(self, source: LicenceSource, user: LicenceSource) -> list[UseRule]:
        """What is said about training with a source, as far as it binds its user."""
        own = source.origin.manifest if source.origin and self._same_signer(source, user) else None
        return [rule for rule in source.rules if rule.use in _TRAINING and (rule.members or own is None or rule.origin.manifest != own)]

    def _same_signer(self, source: LicenceSource, user: LicenceSource) -> bool:
        leaf = self.signers.get(source.key)
        sound = source.proof in ("manifest", "file") and user.proof in ("manifest", "file")
        return sound and leaf is not None and leaf == self.signers.get(user.key)

    # Training

    def _trained(self, source: LicenceSource, user: LicenceSource, link: Link) -> Iterator[Finding]:
        is_data = link.role in _TRAINED_ON
        if not is_data and link.role != "base-model":
            return
        what = f"{source.words} went into {user.words}"
        rules = self._rules(source, user)
        forbidding = [rule for rule in rules if rule.permission == "notAllowed"]
        for rule in forbidding:
            basis = f" ({shown(rule.basis, self.limits)})" if rule.members else ""
            verb = "has on record that AI training is forbidden" if rule.members else "forbids AI training"
            yield _finding("training-forbidden", f"{what}, and {self._told(rule)} {verb}{basis}.", source, user)
        if not forbidding:
            for rule in (rule for rule in rules if rule.permission == "constrained"):
                condition = shown(rule.condition or "not named", self.limits)
                sentence = f"{what}, and {self._told(rule)} allows AI training only under a condition: {condition}."
                yield _finding("training-constrained", sentence, source, user)
        if is_data:
            yield from self._licensed_training(source, user, what)
        if source.unclear:
            yield _finding("training-unclear", f"{what}, and it is stated that nobody is sure whether that was permitted.", source, user)

    def _licensed_training(self, source: LicenceSource, user: LicenceSource, what: str) -> Iterator[Finding]:
        for licence in self._licences(source, user):
            for permission, condition in {licence.uses[use]: None for use in _TRAINING if use in licence.uses}:
                if permission == "notAllowed":
                    yield _finding("training-forbidden", f"{what}, and {self._named(licence)} forbids AI training.", source, user)
                elif permission == "constrained":
                    sentence = f"{what}, and {self._named(licence)} allows AI training only under a condition: {condition}."
                    yield _finding("training-constrained", sentence, source, user)

    def _told(self, rule: UseRule) -> str:
        return self._where(rule.origin.place, rule.origin.flaw)

    def _named(self, licence: SourceLicence) -> str:
        return self._where(f"the licence {shown(licence.name, self.limits)} ({licence.origin.place})", licence.origin.flaw)

    def _where(self, place: str, flaw: str | None) -> str:
        told = shown(place, self.limits)
        return f"{told}, which does not hold because {flaw}," if flaw else told

    # What was made from it

    def _changed(self, source: LicenceSource, user: LicenceSource, link: Link) -> Iterator[Finding]:
        for licence in self._licences(source, user):
            rule = licence.uses.get("derivatives")
            if rule is not None and rule[0] == "notAllowed":
                yield from self._no_derivatives(licence, source, user, link)
            if licence.share_alike:
                yield from self._share_alike(licence, source, user, link)

    def _no_derivatives(self, licence: SourceLicence, source: LicenceSource, user: LicenceSource, link: Link) -> Iterator[Finding]:
        named = self._named(licence)
        if link.role in _CHANGED:
            sentence = f"{user.words} was made from {source.words}, and {named} allows no changed versions to be given on."
            yield _finding("derivatives-against-licence", sentence, source, user)
        elif link.role in _TRAINED_ON:
            sentence = (
                f"{source.words} went into {user.words}, and {named} allows no changed versions to be given on; "
                "whether a model is a changed version of what it was trained on is not settled."
            )
            yield _finding("derivatives-open", sentence, source, user)

    def _share_alike(self, licence: SourceLicence, source: LicenceSource, user: LicenceSource, link: Link) -> Iterator[Finding]:
        named = self._named(licence)
        if link.role in _TRAINED_ON:
            sentence = (
                f"{source.words} went into {user.words}, and {named} wants changed versions under the same licence; "
                "whether a model is a changed version of what it was trained on is not settled."
            )
            yield _finding("share-alike-open", sentence, source, user)
        elif link.role in _CHANGED and not any(_carries_on(other, licence) for other in user.licences if other.origin.counts):
            stated = ", ".join(shown(other.name, self.limits) for other in user.licences) or "no licence at all"
            sentence = (
                f"{user.words} was made from {source.words}, whose licence {shown(licence.name, self.limits)} wants changed versions under "
                f"the same licence; {user.words} states {stated}."
            )
            yield _finding("share-alike-dropped", sentence, source, user)

    # Money

    def _commercial(self) -> Iterator[Finding]:
        """What may not be sold is held against whoever offers it nearest to the file: the file itself, an earlier version, a model."""
        told: set[str] = set()
        inputs: dict[str, list[str]] = {}
        for link in self.chain.links:
            inputs.setdefault(link.user, []).append(link.source)
        for user in self.chain.sources:
            offer = self._commercial_offer(user) if user.role != "earlier" else None
            for source in self._below(user, inputs) if offer else ():
                for licence in () if source.key in told else self._licences(source, user):
                    rule = licence.uses.get("commercial")
                    if rule is not None and rule[0] == "notAllowed":
                        told.add(source.key)
                        sentence = f"{offer}, and {self._named(licence)} allows no commercial use of {source.words}, which went into it."
                        yield _finding("commercial-against-licence", sentence, source, user)

    def _below(self, user: LicenceSource, inputs: Mapping[str, list[str]]) -> list[LicenceSource]:
        """What went into a source, directly or through others, without the file itself."""
        if user.role == "file":
            return [source for source in self.chain.sources if source.role not in _ITSELF]
        found = {user.key}
        waiting = [user.key]
        while waiting:
            key = waiting.pop()
            new = set(inputs.get(key, ())) - found
            found |= new
            waiting += new
        return [source for source in self.chain.sources if source.key in found and source is not user and source.role not in _ITSELF]

    def _commercial_offer(self, user: LicenceSource) -> str | None:
        """How a source is offered to those who want to earn money with it; None when it is not."""
        for source in self.chain.sources if user.role == "file" else (user,):
            if user.role == "file" and source.role not in _ITSELF:
                continue
            for offer in source.offers:
                if "commercial" in offer.uses:
                    return f"{_capital(user.words)} is offered for commercial use ({shown(offer.origin.place, self.limits)})"
            for licence in source.licences:
                if licence.own and licence.origin.counts and licence.uses.get("commercial", ("unsaid", None))[0] == "allowed":
                    return f"The licence {shown(licence.name, self.limits)} of {user.words} allows commercial use"
        return None

    # Each source by itself

    def _licence(self, source: LicenceSource) -> Iterator[Finding]:
        counting = [licence for licence in source.licences if licence.origin.counts]
        if not counting:
            void = " that counts" if source.licences else ""
            yield _finding("licence-missing", f"Nobody states a licence{void} for {source.words}.", source)
        for licence in counting:
            if not licence.known and not _is_own_work(licence):
                name = shown(licence.name, self.limits)
                yield _finding("licence-unknown", f"What the licence {name} of {source.words} allows is not known here: read it.", source)
            elif not licence.complete:
                name = shown(licence.name, self.limits)
                yield _finding("licence-unknown", f"A part of the licence {name} of {source.words} is not known here: read it.", source)
            if not licence.own and licence.snapshot_sha256 is None and not _is_own_work(licence):
                name = shown(licence.name, self.limits)
                sentence = (
                    f"No hash of the text of the licence {name} of {source.words} was recorded, so a later change of it would not show."
                )
                yield _finding("snapshot-missing", sentence, source)
        yield from self._misstated(source, counting)

    def _misstated(self, source: LicenceSource, counting: list[SourceLicence]) -> Iterator[Finding]:
        own = {licence.name for licence in counting if licence.own}
        for licence in counting:
            if own and not licence.own and licence.name not in own:
                stated = " and ".join(sorted(shown(name, self.limits) for name in own))
                sentence = (
                    f"{_capital(source.words)} states {stated} itself, and {shown(licence.origin.place, self.limits)} states "
                    f"{shown(licence.name, self.limits)} for it."
                )
                yield _finding("licence-misstated", sentence, source)

    def _attribution(self, source: LicenceSource) -> Iterator[Finding]:
        asking = next((licence for licence in self._licences(source, self.chain.sources[0]) if licence.attribution), None)
        if asking is not None and not source.creators:
            sentence = f"{_capital(self._named(asking))} asks for the author of {source.words} to be named, and nobody is named for it."
            yield _finding("attribution-missing", sentence, source)

    def _proof(self, source: LicenceSource) -> Iterator[Finding]:
        for fault in source.faults:
            yield _finding("hash-mismatch", f"{_capital(source.words)}: {fault}.", source)
        if source.flaw is not None:
            sentence = f"What the credentials of {source.words} permit counts for nothing, because {source.flaw}."
            yield _finding("manifest-void", sentence, source)
        elif source.proof == "missing":
            sentence = f"The credentials of {source.words} are on record and not in this file, so what they say is not known."
            yield _finding("manifest-missing", sentence, source)
        elif source.proof == "name":
            sentence = f"{_capital(source.words)} is only named: no credentials of its own and no measured hash say which one it was."
            yield _finding("only-named", sentence, source)


def _is_own_work(licence: SourceLicence) -> bool:
    return licence.name == "LicenseRef-own-work"


def _carries_on(licence: SourceLicence, asked: SourceLicence) -> bool:
    """Whether a licence is the one that share-alike asks for, in whatever version."""
    return _family(licence.name) == _family(asked.name) or asked.name in licence.name.replace("(", " ").replace(")", " ").split()


def _family(name: str) -> str:
    parts = name.split("-")
    return "-".join(part for part in parts if not part[:1].isdigit() and part not in ("only", "or", "later"))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:] if words.startswith(("the ", "this ")) else words


def _finding(name: str, sentence: str, *sources: LicenceSource) -> Finding:
    return Finding(name=name, sentence=_capital(sentence), sources=tuple(source.key for source in sources))
