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
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.x509 import BasicConstraints, Certificate, KeyUsage, load_pem_x509_certificates
from cryptography.x509.oid import NameOID

Say = Callable[[str], None]

FORMAT, SIGNER = 1, "证据包 Evidence"
BAD = AttributeError, LookupError, TypeError, ValueError, OSError, RuntimeError, struct.error, UnsupportedAlgorithm  # fmt: skip
NOT_PROVED = """Not proved: whose the root certificate is (compare its SHA-256), and that it is licensed; whose a name is; what
`rests_on` says was verified; that the clock was right; that a PDF reads as its text does; that no audit row was left out.
未证明：根证书属于谁、签发机构是否经过许可（请与您从其他途径得到的 SHA-256 核对）；姓名确属某人、rests_on 所载核验内容属实；
平台的时钟准确；PDF 页面与正文一致（请对照阅读）；本项目的审计日志没有遗漏。"""

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_NAMES = NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME
_MOMENT = re.compile(rb"/M\s*\(D(?::|\\072)(\d{14})Z")
_SIGNED_DATA, _DATA, _CONTENT_TYPE, _DIGEST, _CERTIFICATE_V2, _SHA256, _ECDSA = map(bytes.fromhex, (
    "2a864886f70d010702", "2a864886f70d010701", "2a864886f70d010903", "2a864886f70d010904", "2a864886f70d010910022f",
    "608648016503040201", "2a8648ce3d040302"))  # fmt: skip


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


class Signer:
    """A certificate that was valid at a moment and comes from a root that was at another; `pem` holds it and those between."""

    def __init__(self, pem: bytes, roots: list[Certificate], at: datetime, later: datetime, where: str) -> None:
        given = load_pem_x509_certificates(pem)
        above = [one for one in roots if self._issued(given[-1], one)][:1]
        require(bool(above), where, "does not come from the root certificate", "不是由根证书签发的")
        chain = [*given, *above]
        for depth, (one, issuer) in enumerate(zip(chain, chain[1:])):
            basic = issuer.extensions.get_extension_for_class(BasicConstraints).value
            may_issue = basic.ca and (basic.path_length is None or basic.path_length >= depth)
            require(may_issue and self._issued(one, issuer), where, "its issuer did not issue it", "签发者不符")
        for one, moment in zip(chain, [at] + [later] * len(above + given)):
            is_valid = one.not_valid_before_utc <= moment <= one.not_valid_after_utc
            require(is_valid, where, f"was not valid at {moment.isoformat()}", "当时不在有效期内")
        self.certificate, self.since = given[0], chain[-1].not_valid_before_utc
        self.names = [str(given[0].subject.get_attributes_for_oid(name)[0].value) for name in _NAMES]
        usage = self.certificate.extensions.get_extension_for_class(KeyUsage).value
        require(usage.digital_signature, where, "is not for signatures", "不是签名用证书")

    @staticmethod
    def _issued(one: Certificate, issuer: Certificate) -> bool:
        with suppress(InvalidSignature, TypeError, ValueError):
            one.verify_directly_issued_by(issuer)
            return True
        return False

    def verify(self, signature: bytes, content: bytes) -> None:
        """Raise InvalidSignature where it has not signed this."""
        key: Any = self.certificate.public_key()  # Another kind of key cannot do this, and is called unreadable.
        key.verify(signature, content, ECDSA(hashes.SHA256()))

    def verify_cms(self, cms: bytes, digest: bytes, where: str) -> None:
        """A detached CMS signature (CAdES) over what has this digest; nothing but zeros may stand behind it."""
        kind, body = elements(elements(cms)[0].content)
        (signer,) = elements(elements(elements(body.content)[0].content)[-1].content)
        _, who, hashed_by, attributes, signed_by, signature = elements(signer.content)
        methods = [elements(one.content)[0].content for one in (hashed_by, signed_by)]
        is_known = [kind.content, *methods, attributes.tag] == [_SIGNED_DATA, _SHA256, _ECDSA, 0xA0]
        require(is_known, where, "is of an unknown kind", "格式未知")
        pairs = (elements(one.content) for one in elements(attributes.content))
        values = {name.content: elements(value.content)[0] for name, value in pairs}
        require(values[_CONTENT_TYPE].content == _DATA, where, "is not of data", "内容类型不符")
        require(values[_DIGEST].content == digest, where, "the file was changed after it", "签名后文件被改动")
        first = elements(elements(values[_CERTIFICATE_V2].content)[0].content)[0]
        own = elements(first.content)[0]  # Its SHA-256, where no other algorithm stands before it.
        certificate = self.certificate.public_bytes(serialization.Encoding.DER)
        serial = int.from_bytes(elements(who.content)[1].content, "big")
        names_it = own.tag == 4 and own.content == hashlib.sha256(certificate).digest() and certificate in cms
        names_it = names_it and serial == self.certificate.serial_number
        require(names_it, where, "was made with another certificate", "不是用该证书签署的")
        self.verify(signature.content, b"\x31" + attributes.whole[1:])


class Evidence:
    """The files of a package. What is checked is told to `say`; the first thing that is wrong is raised."""

    def __init__(self, files: dict[str, bytes], root: bytes | None, say: Say) -> None:
        self.files, self.say = files, say
        whose = "enclosed, compare it / 随包附带的根证书，请核对" if root is None else "yours / 您提供的根证书"
        with reading("root.pem"):
            self.roots = load_pem_x509_certificates(files["root.pem"] if root is None else root)
        for one in self.roots:
            say(f"Root certificate, {whose}: SHA-256 {sha256(one.public_bytes(serialization.Encoding.DER))}")

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
            signer.verify(self.files["manifest.sig"], self.files["manifest.json"])
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
        done = {(one["action"], one["party_id"]) for one in of_document if one["sha256"] == expected}
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
            self.say(f"BUT {where}: it is dated before its root certificate was made / 所述时间早于其根证书")
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
        signer.verify_cms(bytes.fromhex(gap[1:-1].decode()), hashlib.sha256(pdf[:before] + pdf[after:]).digest(), where)


def check(path: Path, root: Path | None = None, anchors: Sequence[str] = (), say: Say = lambda _line: None) -> str:
    """The first problem of a package, a ZIP or a folder; empty where everything holds. `say` is told what was checked."""
    try:
        with reading(str(path)):
            pem = root.read_bytes() if root else None
            files = {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}
            if not path.is_dir():
                files = unzipped(path.read_bytes())
                say("The ZIP holds its files and no other byte. / 压缩包除所含文件外没有任何多余字节。")
        evidence = Evidence(files, pem, say)
        evidence.check_manifest()
        evidence.check_events(anchors)
        evidence.check_documents()
    except Wrong as wrong:
        return str(wrong)
    return ""


def main() -> int:
    """Say what was checked; 0 where everything holds."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    parser = argparse.ArgumentParser(description="Check the evidence of a deal. / 核验项目证据包。")
    parser.add_argument("path", type=Path, nargs="?", default=Path(__file__).parent, help="the ZIP, or its folder")
    parser.add_argument("--root", type=Path, help="the root certificate as you got it elsewhere (PEM)")
    parser.add_argument("--anchor", action="append", default=[], help="ROW:HASH, where the audit log ended one day")
    given = parser.parse_args()
    problem = check(given.path, given.root, given.anchor, lambda line: print("-", line))
    print(f"WRONG / 不符: {problem}" if problem else f"Everything holds. / 全部相符。\n{NOT_PROVED}")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
