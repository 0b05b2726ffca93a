"""Checks the evidence of a deal without the platform that wrote it, offline: python verify.py OUT.zip

Needs Python 3.9, `cryptography` 42 and nothing of the platform, which never imports it. Exits 0 only if everything holds, else 1,
and names the first thing that is wrong. Take it from a source you trust: a forger may enclose another.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import struct
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, NamedTuple, cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Say = Callable[[str], None]
Certificates = list[x509.Certificate]

FORMAT, SIGNER = 1, "证据包 Evidence"
BAD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, OSError, RuntimeError, struct.error,
       UnsupportedAlgorithm, x509.DuplicateExtension, x509.ExtensionNotFound, x509.InvalidVersion,
       x509.UnsupportedGeneralNameType)  # fmt: skip
NOT_PROVED = """Not proved: whose the root certificate is (compare its SHA-256), and that it is licensed; whose a name is; what
`rests_on` says was verified; that the clock was right; that a PDF reads as its text does; that no audit row was left out.
未证明：根证书属于谁、签发机构是否经过许可（请与您从其他途径得到的 SHA-256 核对）；姓名确属某人、rests_on 所载核验内容属实；
平台的时钟准确；PDF 页面与正文一致（请对照阅读）；本项目的审计日志没有遗漏。"""

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_NAMES = NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME
_MOMENT = re.compile(rb"/M\s*\(D(?::|\\072)(\d{14})Z")
_CLOCKS = timedelta(minutes=5)  # Two clocks that are looked after differ by less, and an authority's is exact to that.
_SIGNED_DATA, _DATA, _STAMP_INFO, _CONTENT_TYPE, _DIGEST, _STAMP, _CERTIFICATE_V1, _CERTIFICATE_V2 = map(bytes.fromhex, (
    "2a864886f70d010702", "2a864886f70d010701", "2a864886f70d0109100104", "2a864886f70d010903", "2a864886f70d010904",
    "2a864886f70d010910020e", "2a864886f70d010910020c", "2a864886f70d010910022f"))  # fmt: skip
# Whose certificate it is, by which hash if none is told. The older one has no other, and a second preimage is not in sight.
_NAMING = (_CERTIFICATE_V1, hashes.SHA1()), (_CERTIFICATE_V2, hashes.SHA256())  # noqa: S303
_HASHES = {bytes.fromhex("6086480165030402" + one.hex()): kind for one, kind in (
    (b"\1", hashes.SHA256()), (b"\2", hashes.SHA384()), (b"\3", hashes.SHA512()))}  # fmt: skip
_METHODS = {bytes.fromhex(one): (method, kind) for one, method, kind in (  # Without a hash the one of the attributes is meant.
    ("2a8648ce3d040302", "ECDSA", hashes.SHA256()), ("2a864886f70d01010b", "RSA", hashes.SHA256()),
    ("2a8648ce3d040303", "ECDSA", hashes.SHA384()), ("2a864886f70d01010c", "RSA", hashes.SHA384()),
    ("2a8648ce3d040304", "ECDSA", hashes.SHA512()), ("2a864886f70d01010d", "RSA", hashes.SHA512()),
    ("2a864886f70d010101", "RSA", None), ("2a864886f70d01010a", "PSS", None))}  # fmt: skip


class Wrong(Exception):
    """The first thing that does not hold: where, and what, in English and Chinese."""


def require(holds: bool, where: str, english: str, chinese: str) -> None:
    """Raise Wrong unless it holds."""
    if not holds:
        raise Wrong(f"{where}: {english} / {chinese}")


@contextmanager
def reading(where: str) -> Iterator[None]:
    """What cannot be read in here is wrong there."""
    try:
        yield
    except InvalidSignature:
        raise Wrong(f"{where}: the signature is not valid / 签名无效") from None
    except BAD as error:
        raise Wrong(f"{where}: cannot be read, {error!r} / 无法读取") from None


def plain(line: str) -> str:
    """What is shown, with what would begin a line of its own or turn the order of the characters around written out."""
    return "".join(one if one.isprintable() or one in "\u3000\u00a0" else ascii(one)[1:-1] for one in line)


def sha256(content: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def canonical(columns: list[Any]) -> str:
    """The hash of an audit row's columns."""
    return sha256(json.dumps(columns, ensure_ascii=False, sort_keys=True).encode())


def unzipped(content: bytes) -> dict[str, bytes]:
    """The files of a ZIP in which nothing is compressed. It is written anew from them and compared: no byte goes unread."""
    files, at, directory = dict[str, bytes](), 0, b""
    while content[at : at + 4] == b"PK\3\4":
        size, length = struct.unpack_from("<LxxxxH", content, at + 18)
        begin = at + 30 + length
        path, body = content[at + 30 : begin], content[begin : begin + size]
        name, facts = path.decode("ascii", "replace"), (20, 0, 0, 0, 33, zlib.crc32(body), size, size, length, 0)
        whole = struct.pack("<4s5H3L2H", b"PK\3\4", *facts) + path + body
        is_same = content.startswith(whole, at) and name > max(files, default="")
        require(is_same, name or f"ZIP, byte {at}", "was changed in the ZIP", "在压缩包中被改动")
        further = (*facts, 0, 0, 0, 0o100644 << 16, at)
        directory += struct.pack("<4s6H3L5H2L", b"PK\1\2", 20 | 3 << 8, *further) + path
        files[name], at = body, at + len(whole)
    end = directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(files), len(files), len(directory), at, 0)
    require(content[at:] == end, f"ZIP, from byte {at} on", "something was changed", "被改动")
    return files


class Der(NamedTuple):
    """An element of DER, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes


def elements(data: bytes) -> list[Der]:
    """The elements that stand in a row; nothing but zeros may follow them."""
    found, at = list[Der](), 0
    while at < len(data) and data[at]:
        length, begin = data[at + 1], at + 2
        if length & 0x80:
            begin += length & 0x7F
            length = int.from_bytes(data[at + 2 : begin], "big")
        found.append(Der(data[at], data[begin : begin + length], data[at : begin + length]))
        at = begin + length
    if at > len(data) or data[at:].strip(b"\0"):
        raise ValueError("DER that is cut off, or goes on")
    return found


def require_valid(one: x509.Certificate, moment: datetime, where: str) -> None:
    """Raise Wrong unless the certificate was valid then."""
    is_valid = one.not_valid_before_utc <= moment <= one.not_valid_after_utc
    require(is_valid, where, f"was not valid at {moment.isoformat()}", "当时不在有效期内")


def is_for(one: x509.Certificate, *uses: str) -> bool:
    """Whether its key may be used for one of these; for anything if the certificate does not say for what (RFC 5280)."""
    usages = [found.value for found in one.extensions if isinstance(found.value, x509.KeyUsage)]
    return all(any(getattr(usage, use) for use in uses) for usage in usages)


def require_issuer(one: x509.Certificate, below: int, moment: datetime, where: str) -> None:
    """Raise Wrong unless the certificate may issue others, with so many issuers below it, and was valid then."""
    basics = [found.value for found in one.extensions if isinstance(found.value, x509.BasicConstraints)]
    may_issue = [basic.ca and (basic.path_length is None or basic.path_length >= below) for basic in basics] == [True]
    require(may_issue and is_for(one, "key_cert_sign"), where, "its issuer may not issue it", "签发者无权签发")
    require_valid(one, moment, where)


def chained(given: Certificates, roots: Certificates, later: datetime, where: str) -> Certificates:
    """The first of the certificates and those above it, up to one of the roots; each may issue, and was valid later. Where
    several have the name and the key of an issuer, such as a root and its renewal, it is enough that one fits."""
    wrong, chains, seen = list[Wrong](), [given[:1]], {given[0]}
    for chain in chains:  # Longer ones are put behind meanwhile: each issuer is met with as few below it as can be.
        if chain[-1] in roots:
            return chain
        for one in (one for one in (*roots, *given) if one not in seen):
            with suppress(InvalidSignature, *BAD):  # Most are of somebody else, some cannot be read.
                chain[-1].verify_directly_issued_by(one)
                seen.add(one)
                try:
                    require_issuer(one, len(chain) - 1, later, where)
                    chains.append([*chain, one])
                except Wrong as fault:
                    wrong.append(fault)
    raise (*wrong, Wrong(f"{where}: does not come from the root certificate / 不是由根证书签发的"))[0]


class Signer:
    """A certificate that was valid at a moment and comes from a root that was at another; `pem` holds it and those between."""

    def __init__(self, pem: bytes, roots: Certificates, at: datetime, later: datetime, where: str) -> None:
        given = x509.load_pem_x509_certificates(pem)
        *signers, root = chained(given, roots, later, where)
        require(signers == given, where, "encloses other certificates", "附有其他证书")
        require_valid(given[0], at, where)
        self.certificate, self.since = given[0], root.not_valid_before_utc
        self.names = [str(given[0].subject.get_attributes_for_oid(name)[0].value) for name in _NAMES]
        usage = self.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        require(usage.digital_signature, where, "is not for signatures", "不是签名用证书")


class Cms:
    """What one signer has signed (RFC 5652), a person a PDF or an authority a time stamp; `stamps` (DER) stand beside it."""

    def __init__(self, message: bytes, where: str) -> None:
        (whole,) = elements(message)  # Nothing but zeros may stand behind it.
        kind, body = elements(whole.content)
        _, _, content, *enclosed, signers = elements(elements(body.content)[0].content)
        (signer,) = elements(signers.content)
        _, who, hashed_by, self._attributes, signed_by, signature, *beside = elements(signer.content)
        digest, method = (elements(one.content)[0].content for one in (hashed_by, signed_by))
        is_known = kind.content == _SIGNED_DATA and self._attributes.tag == 0xA0
        require(is_known and digest in _HASHES and method in _METHODS, where, "is of an unknown kind", "格式未知")
        self.where, self.signature, self._kind = where, signature.content, _HASHES[digest]
        (self._method, self._named), (self.type, *self.inside) = _METHODS[method], elements(content.content)
        given = [one for more in enclosed if more.tag == 0xA0 for one in elements(more.content) if one.tag == 0x30]
        numbers = {one: elements(elements(one.content)[0].content)[1:4:2] for one in given}  # Serial, and issuer.
        own = [one for one, (number, by) in numbers.items() if by.whole + number.whole == who.content]
        require(len(own) == 1, where, "does not enclose its certificate once", "未附（唯一的）签名证书")
        self.certificate, *self.others = (x509.load_der_x509_certificate(one.whole) for one in (*own, *numbers))
        found = [elements(one.content) for more in beside for one in elements(more.content)]
        is_stamp = [name.content for name, *_ in found] == [_STAMP] and beside[0].tag == 0xA1
        require(is_stamp or not beside, where, "has something unknown beside it", "附有未知内容")
        self.stamps = [one.whole for _, values in found for one in elements(values.content)]

    def check(self, content_type: bytes, content: bytes) -> None:
        """Raise Wrong or InvalidSignature unless the enclosed certificate signed this, as content of this type."""
        pairs = (elements(one.content) for one in elements(self._attributes.content))
        values = {name.content: elements(value.content)[0] for name, value in pairs}
        types = self.type.content, values[_CONTENT_TYPE].content
        require(types == (content_type, content_type), self.where, "is of another type of content", "内容类型不符")
        is_same = values[_DIGEST].content == hashlib.new(self._kind.name, content).digest()
        require(is_same, self.where, "what it signs was changed after it", "签名后内容被改动")
        named = [self._names(values[one], usual) for one, usual in _NAMING if one in values]
        require(bool(named) and all(named), self.where, "was made with another certificate", "不是用该证书签署的")
        key, kind = cast(Any, self.certificate.public_key()), self._named or self._kind
        rsa = padding.PKCS1v15() if self._method == "RSA" else padding.PSS(padding.MGF1(kind), padding.PSS.AUTO)
        how = [ec.ECDSA(kind)] if self._method == "ECDSA" else [rsa, kind]
        key.verify(self.signature, b"\x31" + self._attributes.whole[1:], *how)

    def _names(self, value: Der, usual: hashes.HashAlgorithm) -> bool:
        """Whether a signed attribute (RFC 5035) has the hash of the certificate, by the usual algorithm or the one it says."""
        parts = elements(elements(elements(value.content)[0].content)[0].content)
        kind = usual if parts[0].tag == 4 else _HASHES[elements(parts.pop(0).content)[0].content]
        return parts[0].content == self.certificate.fingerprint(kind)

    def moment(self, signature: bytes) -> datetime:
        """When it saw a signature, if this is a time stamp (RFC 3161)."""
        (info,) = elements(self.inside[0].content)
        self.check(_STAMP_INFO, info.content)
        _, _, imprint, _, moment, *more = elements(elements(info.content)[0].content)
        by, digest = elements(imprint.content)
        kind = _HASHES.get(elements(by.content)[0].content)
        is_same = kind is not None and digest.content == hashlib.new(kind.name, signature).digest()
        require(is_same and not self.stamps, self.where, "is not of this signature", "不是对该签名加盖的")
        told = cast("re.Match[bytes]", re.fullmatch(rb"(\d{14})(\.\d+)?Z", moment.content))  # Or it cannot be read.
        at = datetime.strptime(told[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
        usages = [one for one in self.certificate.extensions if isinstance(one.value, x509.ExtendedKeyUsage)]
        is_for_it = [(one.critical, *one.value) for one in usages] == [(True, ExtendedKeyUsageOID.TIME_STAMPING)]
        is_for_it = is_for_it and is_for(self.certificate, "digital_signature", "content_commitment")
        require(is_for_it, self.where, "its certificate is not for time stamps", "其证书不是时间戳证书")
        require_valid(self.certificate, at, self.where)
        parts = elements(more[0].content) if more and more[0].tag == 0x30 else []  # Seconds, and parts of one.
        exact_s = sum(int.from_bytes(one.content, "big") if one.tag == 2 else 1 for one in parts)
        require(exact_s <= _CLOCKS.total_seconds(), self.where, "does not say exactly when", "所载时间不够精确")
        return at


class Evidence:
    """The files of a package. What is checked is told to `say`; the first thing that is wrong is raised."""

    def __init__(self, files: dict[str, bytes], root: bytes | None, stamp_root: bytes | None, say: Say) -> None:
        self.files, self.say, self.is_own_stamp_root = files, say, stamp_root is not None
        self.roots = self._roots("root.pem", root, "Root certificate")
        self.early: dict[datetime, list[datetime]] = {}  # When signatures were made, by when a younger root was.
        has_one = self.is_own_stamp_root or "stamp-root.pem" in files
        self.stamp_roots = self._roots("stamp-root.pem", stamp_root, "Time-stamp root") if has_one else []

    def _roots(self, name: str, given: bytes | None, what: str) -> Certificates:
        whose = "enclosed, compare it / 随包附带的根证书，请核对" if given is None else "yours / 您提供的根证书"
        with reading(name):
            roots = x509.load_pem_x509_certificates(self.files[name] if given is None else given)
        for one in roots:
            self.say(f"{what}, {whose}: SHA-256 {one.fingerprint(hashes.SHA256()).hex()}")
        return roots

    def check_manifest(self) -> None:
        """Signed by a certificate made for this, and every file is the one it lists."""
        with reading("manifest.json"):
            self.manifest = json.loads(self.files["manifest.json"])
            require(self.manifest["format"] == FORMAT, "manifest.json", "has an unknown format", "格式未知")
            self.at, listed = datetime.fromisoformat(self.manifest["made_at"]), self.manifest["sha256"]
        with reading("manifest.pem"):
            signer = Signer(self.files["manifest.pem"], self.roots, self.at, self.at, "manifest.pem")
            require(signer.names[0] == SIGNER, "manifest.pem", "is not for evidence", "不是证据包证书")
        with reading("manifest.sig"):
            key: Any = signer.certificate.public_key()  # Another kind of key cannot do this, and is called unreadable.
            key.verify(self.files["manifest.sig"], self.files["manifest.json"], ec.ECDSA(hashes.SHA256()))
        for name in sorted({*self.files, *listed} - {"manifest.json", "manifest.sig"}):
            require(name in listed, name, "is not in the manifest", "不在清单中")
            require(name in self.files, name, "is missing", "缺失")
            require(sha256(self.files[name]) == listed[name], name, "is not what the manifest says", "与清单不符")
        self.say(f"The manifest is signed and right about {len(listed)} files. / 清单签名有效，各文件相符。")

    def check_events(self, anchors: Sequence[str]) -> None:
        """The rows of the deal stand in the chain of the audit log, and the chain comes past the anchors."""
        with reading("events.jsonl"):
            self.events = [json.loads(line) for line in self.files["events.jsonl"].splitlines()]
            ids = [one["id"] for one in self.events]
        with reading("anchors.txt, --anchor"):
            both = (*self.files["anchors.txt"].decode().split(), *anchors)
            rows = [(int(row), row_hash) for row, row_hash in (one.strip().split(":") for one in both)]
        with reading("chain.bin"):
            bounds, contents = self.manifest["chain"], self.files["chain.bin"]
            first, last, at = bounds["first_row"], bounds["last_row"], bytes.fromhex(bounds["prev_hash"])
            wanted, passed = {*ids, *(one - 1 for one in ids), *(row for row, _ in rows)}, {first - 1: (at.hex(), "")}
            require(len(contents) == 32 * (last - first + 1), "chain.bin", "has not one hash a row", "长度与行数不符")
            for row in range(first, last + 1):
                content = contents[32 * (row - first) : 32 * (row - first) + 32]
                at = hashlib.sha256(at + content).digest()
                if row in wanted:
                    passed[row] = at.hex(), content.hex()
            require(at.hex() == bounds["last_hash"], "chain.bin", "does not arrive at the last hash", "链的末端不符")
        for one in self.events:
            with reading(f"events.jsonl, row {one['id']}"):
                self._check_row(one, passed)
        old, span = sum(one["salt"] is None for one in self.events), f"{first}-{last}"
        older = f"; {old} older rows are whole by themselves only / 另有 {old} 行较早，仅自身完整" if old else ""
        self.say(f"{len(ids) - old} audit rows stand in the chain {span} / 审计日志位于该链段中{older}")
        for row, row_hash in rows:
            where = f"anchor {row}:{row_hash}"
            require(row in passed, where, f"is not within {span}", "超出链段（如较新，请重新导出）")
            require(passed[row][0] == row_hash, where, "the audit log was rewritten", "审计日志被改写")
        self.say(f"{len(rows)} anchors agree, {len(anchors)} of them yours. / 锚点相符，含您提供的。")

    def _check_row(self, row: Any, passed: dict[int, tuple[str, str]]) -> None:
        deal, first = self.manifest["deal"], self.manifest["chain"]["first_row"]
        is_own = row["object"] == f"deal:{deal}" or row["payload"].get("deal_id") == deal
        facts = [row[name] for name in ("id", "at", "actor_id", "action", "object", "payload")]
        if row["salt"] is None:
            is_right = row["id"] < first and row["hash"] == canonical([*facts, row["prev_hash"]])
        else:
            here = (row["prev_hash"], row["hash"], canonical([*facts, row["salt"]]))
            is_right = (passed[row["id"] - 1][0], *passed[row["id"]]) == here
        require(is_own and is_right, f"events.jsonl, row {row['id']}", "is not that of the audit log", "与审计日志不符")

    def check_documents(self) -> None:
        """What documents.json says is what texts, PDFs, certificates and audit rows say."""
        with reading("documents.json"):
            told = json.loads(self.files["documents.json"])
            is_of_deal = told["deal"] == self.manifest["deal"] and bool(told["documents"])
            require(is_of_deal, "documents.json", "is of another deal, or of none", "不属于本项目")
            for one in told["documents"]:
                with reading(f"documents.json, {one['reference']}"):
                    self._check_text(one)
                    self._check_pdfs(one)
                count = sum(bool(signature["in_pdf"]) for signature in one["signatures"])
                self.say(f"{one['reference']}: text, PDFs, {count} signatures in them. / 正文、PDF 及其中的签名相符。")
        for since, dates in sorted(self.early.items()):
            days = " to ".join(sorted({str(one.date()) for one in (min(dates), max(dates))}))
            self.say(f"Note: signatures dated before their root certificate was made ({since.date()}): {len(dates)}, of {days}. "
                     "These dates rest on the platform's word alone / "
                     f"注意：有 {len(dates)} 个签名所载日期早于其根证书的生成日期，这些日期仅以平台自己的记录为凭")  # fmt: skip

    def _check_text(self, document: Any) -> None:
        name, expected = document["text"]["file"], document["text"]["sha256"]
        text, parties = self.files[name].decode(), {one["id"] for one in document["parties"]}
        require(sha256(text.encode()) == expected, name, "is not the text that was signed", "不是所签署的正文")
        require(all(one["name"] in text for one in document["parties"]), name, "names other parties", "当事人不符")
        events = [("complete", None)]
        for one in document["signatures"]:
            require(one["sha256"] == expected, name, f"is not what {one['signer']} signed", "不是该签署人所签的正文")
            method = f"methods/{one['method']}.txt"
            require(not one["method"] or method in self.files, method, "is missing", "缺失")
            power = one.get("power")
            is_same = not power or sha256(self.files[power["file"]]) == power["sha256"]
            require(is_same, f"power of {one['signer']}", "is another paper", "授权委托书不符")
            events.append(("sign", one["party_id"]))
        agreed = {one["party_id"] for one in document["signatures"]}
        if document["basis"] == "paper":
            scan = document["paper"]["scan"]
            require(sha256(self.files[scan["file"]]) == scan["sha256"], scan["file"], "is another scan", "扫描件不符")
            agreed = {one["party_id"] for one in document["paper"]["confirmed"]}
            events += [("verify", None), *(("confirm", one) for one in agreed)]
        require(agreed == parties, name, "was not agreed to by all parties", "未经各方同意")
        of_document = [one["payload"] for one in self.events if one["object"] == f"document:{document['id']}"]
        done = {(one["action"], one["party_id"]) for one in of_document if one.get("sha256") == expected}
        for event in events:
            require(event in done, "events.jsonl", f"no {event[0]} of {document['reference']}", "缺少相应日志")

    def _check_pdfs(self, document: Any) -> None:
        last, ends = b"", list[tuple[str, int]]()
        for one in document["pdfs"]:
            content, name = self.files[one["file"]], one["file"]
            require(sha256(content) == one["sha256"], name, "is another file", "文件不符")
            if one["content"] != "record":
                require(content.startswith(last), name, "does not begin with the file before", "不以前一文件开头")
                last, ends = content, [*ends, (name, len(content))]
        in_pdf = (one for one in document["signatures"] if one["in_pdf"])
        signed = sorted(in_pdf, key=lambda one: int(one["in_pdf"]["number"]))
        ranges = list(_RANGE.finditer(last))
        require(len(ranges) == len(signed) == len(ends) - 1, ends[-1][0], "has other signatures", "签名数目不符")
        for found, signature, (name, end) in zip(ranges, signed, ends[1:]):
            where = f"{name}, signature of {signature['signer']}"
            with reading(where):
                self._check_seal(document, signature, last[:end], [int(one) for one in found.groups()], where)

    def _check_seal(self, document: Any, signature: Any, pdf: bytes, found: list[int], where: str) -> None:
        told, at = signature["in_pdf"], datetime.fromisoformat(signature["at"])
        signer = Signer(self.files[told["certificate"]], self.roots, at, self.at, told["certificate"])
        if signer.since > at:
            self.early.setdefault(signer.since, []).append(at)
        person, *others = signer.names  # A long name is cut in a certificate.
        fits = signature["signer"].startswith(person) and others == [told["party"], document["reference"][:64]]
        fits = fits and bool(person) and f"{signer.certificate.serial_number:X}" == told["serial"]
        require(fits, told["certificate"], "names somebody or something else", "证书所载与所述不符")
        start, before, after, length = found
        gap = pdf[before:after]
        covers = (start, after + length) == (0, len(pdf)) and gap[:1] + gap[-1:] == b"<>"
        require(covers, where, "does not cover the whole file", "没有覆盖整个文件")
        moment = at.astimezone(timezone.utc).strftime("%Y%m%d%H%M%S").encode()
        require(_MOMENT.findall(pdf, after) == [moment], where, "is of another moment", "签署时间不符")
        cms = Cms(bytes.fromhex(gap[1:-1].decode()), where)
        is_his = not cms.inside and cms.certificate == signer.certificate
        require(is_his, where, "was made with another certificate", "不是用该证书签署的")
        cms.check(_DATA, pdf[:before] + pdf[after:])
        for token in cms.stamps:
            with reading(f"{where}, time stamp"):
                self._check_stamp(Cms(token, f"{where}, time stamp"), cms.signature, at)
        if self.stamp_roots and not cms.stamps:
            self.say(f"{where}: without a time stamp / 没有时间戳")

    def _check_stamp(self, cms: Cms, signature: bytes, at: datetime) -> None:
        """It may be later than the signature by hours, for the file is made after the act, once the authority answers. What was
        stamped before it was signed was dated forward."""
        moment, where = cms.moment(signature), cms.where
        require(moment >= at - _CLOCKS, where, "is from before the signature's own moment", "早于签署时间")
        require(moment <= self.at + _CLOCKS, where, "is from after this package was made", "晚于证据包的制作时间")
        rests_on = "from the time-stamp root above / 由上述时间戳根证书签发"
        try:
            chained([cms.certificate, *cms.others], self.stamp_roots, moment, where)
        except Wrong:
            if self.is_own_stamp_root:
                raise
            rests_on = "the root of this authority is not compared / 未核对该机构的根证书"
        authority = cms.certificate.subject.rfc4514_string()
        self.say(f"{where} / 时间戳: {moment.isoformat()}, {authority}, {rests_on}")


def check(
    path: Path,
    root: Path | None = None,
    anchors: Sequence[str] = (),
    say: Say = lambda _line: None,
    stamp_root: Path | None = None,
) -> str:
    """The first problem of a package, a ZIP or a folder; empty where everything holds. `say` is told what was checked."""
    try:
        with reading(str(path)):
            pem, stamp_pem = (one.read_bytes() if one else None for one in (root, stamp_root))
            files = {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}
            if not path.is_dir():
                files = unzipped(path.read_bytes())
                say("The ZIP holds its files and no other byte. / 压缩包除所含文件外没有任何多余字节。")
            evidence = Evidence(files, pem, stamp_pem, lambda line: say(plain(line)))
            evidence.check_manifest()
            evidence.check_events(anchors)
            evidence.check_documents()
    except Wrong as wrong:
        return plain(str(wrong))
    return ""


def main() -> int:
    """Say what was checked; 0 where everything holds."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    parser = argparse.ArgumentParser(description="Check the evidence of a deal. / 核验项目证据包。")
    parser.add_argument("path", type=Path, nargs="?", default=Path(__file__).parent, help="the ZIP, or its folder")
    parser.add_argument("--root", type=Path, help="the root certificate as you got it elsewhere (PEM)")
    parser.add_argument("--stamp-root", type=Path, help="the root of the time-stamp authority, the same way (PEM)")
    parser.add_argument("--anchor", action="append", default=[], help="ROW:HASH, where the audit log ended one day")
    given = parser.parse_args()
    problem = check(given.path, given.root, given.anchor, lambda line: print("-", line), given.stamp_root)
    print(f"WRONG / 不符: {problem}" if problem else f"Everything holds. / 全部相符。\n{NOT_PROVED}")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
