"""Fetches published files on request: with progress, cancel, resume, mirrors and checksum."""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import ssl
import tarfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ganstudio.core.errors import CancelledError, DataError, UsageError
from ganstudio.core.i18n import _
from ganstudio.data.files import find, home_of

ByteProgress = Callable[[int, int], None]

_CHUNK = 1 << 16
_TIMEOUT = 20.0
_PARTIAL_CONTENT = 206
_RANGE_REFUSED = 416
_CIFAR_BATCHES = 6


@dataclass(frozen=True, slots=True)
class Remote:
    """One published file.

    Attributes:
        file: its name.
        md5: its published checksum.
        size: its length in bytes, for progress before the server has told; no more is taken.
        mirrors: folders (URLs that end in ``/``) where it lies, tried in turn.
        sha256: how that checksum begins, where it was published instead of the other.
    """

    file: str
    md5: str
    size: int
    mirrors: tuple[str, ...]
    sha256: str = ""


def _idx(mirrors: tuple[str, ...], *sums: tuple[str, int]) -> tuple[Remote, ...]:
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    return tuple(Remote(f"{name}-ubyte.gz", md5, size, mirrors) for name, (md5, size) in zip(names, sums, strict=True))


REMOTES: dict[str, tuple[Remote, ...]] = {
    "mnist": _idx(
        ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
        ("f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422),
        ("d53e105ee54ea40749a09fcbcd1e9432", 28_881),
        ("9fb629c4189551a2d022fa330f9573f3", 1_648_877),
        ("ec29112dd5afa0611ce80d1b7f02629c", 4_542),
    ),
    "fashion-mnist": _idx(
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        ("8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
        ("25c81989df183df01b3e8a0aad5dffbe", 29_515),
        ("bef4ecab320f06d8554ea6380940ec79", 4_422_102),
        ("bb300cfdad3c16e7a12a480ee83cd310", 5_148),
    ),
    "kmnist": _idx(
        ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        ("bdb82020997e1d708af4cf47b453dcf7", 18_165_135),
        ("e144d726b3acfaa3e44228e80efcd344", 29_497),
        ("5c965bf0a639b31b8f53240b1b52f4d7", 3_041_136),
        ("7320c461ea6c1c855c0b718fb2a4b134", 5_120),
    ),
    "cifar10": (
        Remote(
            "cifar-10-binary.tar.gz",
            "c32a1d4ab5d03f1284b67883e8d87530",
            170_052_171,
            ("https://www.cs.toronto.edu/~kriz/",),
        ),
    ),
}


def download(
    name: str, progress: ByteProgress | None = None, cancel: threading.Event | None = None, home: Path | None = None
) -> Path:
    """Fetches the files of a data set that are not there yet.

    Args:
        name: registry name of a downloadable set.
        progress: called with bytes done and bytes in all.
        cancel: set it from another thread to stop; what has come so far is kept and continued next time.
        home: where to put them; the set's folder in the data folder by default.

    Returns:
        The folder that holds the files.

    Raises:
        UsageError: this set cannot be downloaded.
        DataError: no network, a server's refusal, a wrong checksum, a full disk: the message says which and what to do.
        CancelledError: ``cancel`` was set.
    """
    remotes = REMOTES.get(name)
    if remotes is None:
        raise UsageError(
            _("“{name}” cannot be downloaded. Known: {names}.").format(name=name, names=", ".join(REMOTES))
        )
    home = home or home_of(name)
    present = _present(name, home, remotes)
    wanted = [remote for remote in remotes if remote.file not in present]
    total = sum(remote.size for remote in wanted)
    done = 0
    for remote in wanted:
        before = done

        def report(bytes_done: int, before: int = before) -> None:
            if progress is not None:
                progress(min(before + bytes_done, total), total)

        path = fetch_file(remote, home, report, cancel)
        done += remote.size
        if path.name.endswith(".tar.gz"):
            _unpack(path, home)
    if progress is not None:
        progress(total, total)
    return home


def _present(name: str, home: Path, remotes: tuple[Remote, ...]) -> set[str]:
    """Files that need not be fetched: also where they lie unpacked, or re-compressed by whoever put them there."""
    names = {remote.file for remote in remotes if (home / remote.file).is_file()}
    located = find(name) if home == home_of(name) else None
    if located is not None:
        stems = {path.name.removesuffix(".gz").replace(".idx", "-idx") for path in located.files}
        names |= {remote.file for remote in remotes if remote.file.removesuffix(".gz") in stems}
        if name == "cifar10" and sum(path.suffix == ".bin" for path in located.files) >= _CIFAR_BATCHES:
            names |= {remote.file for remote in remotes}
    return names


def fetch_file(
    remote: Remote,
    home: Path,
    progress: Callable[[int], None] | None = None,
    cancel: threading.Event | None = None,
) -> Path:
    """Fetches one file into a folder: to ``NAME.part`` first, which a later call continues; renamed when it is right.

    Raises:
        DataError, CancelledError: as :func:`download`.
    """
    target = home / remote.file
    partial = home / f"{remote.file}.part"
    failures = []
    for mirror in remote.mirrors:
        try:
            home.mkdir(parents=True, exist_ok=True)
            _transfer(mirror + remote.file, partial, remote.size, progress, cancel)
            if _right(partial, remote):
                os.replace(partial, target)  # noqa: PTH105 - the atomic one on every system
                return target
            partial.unlink()
            failures.append(f"{mirror}: {_('the checksum is wrong')}")
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, ssl.SSLError) as error:
            failures.append(f"{mirror}: {getattr(error, 'reason', None) or error}")
        except OSError as error:
            raise _disk_error(home, error) from error
    raise DataError(
        _(
            "{file} could not be downloaded ({why}): check the network and try again, or put the file into {home}."
        ).format(file=remote.file, why=failures[-1].partition(": ")[2], home=home),
        "\n".join(failures),
    )


def _disk_error(home: Path, error: OSError) -> DataError:
    if error.errno == errno.ENOSPC:
        return DataError(_("There is no room left in {home}: free some and try again.").format(home=home), repr(error))
    return DataError(
        _("The folder {home} cannot be written: {why}.").format(home=home, why=error.strerror or error), repr(error)
    )


def _transfer(
    url: str, partial: Path, size: int, progress: Callable[[int], None] | None, cancel: threading.Event | None
) -> None:
    start = partial.stat().st_size if partial.exists() else 0
    headers = {"User-Agent": "ganstudio"}
    if start:
        headers["Range"] = f"bytes={start}-"
    _stop_if(cancel)
    try:
        response = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == _RANGE_REFUSED and start:
            # All of it is here already (or it is another file): the checksum tells.
            return
        raise
    with response:
        # A server that knows no ranges sends the whole again.
        resumed = start > 0 and response.status == _PARTIAL_CONTENT
        done = start if resumed else 0
        promised = response.headers.get("Content-Length")
        with partial.open("ab" if resumed else "wb") as stream:
            while block := response.read(_CHUNK):
                stream.write(block)
                done += len(block)
                if done > size:
                    return  # a server that never ends must not fill the disk: the checksum tells that it is another file
                if progress is not None:
                    progress(done)
                _stop_if(cancel)
        received = done - (start if resumed else 0)
        if promised is not None and promised.isdecimal() and received < int(promised):
            raise ConnectionError(_("the connection broke off"))


def _stop_if(cancel: threading.Event | None) -> None:
    if cancel is not None and cancel.is_set():
        raise CancelledError(_("The download was cancelled; it goes on from here next time."))


def _right(path: Path, remote: Remote) -> bool:
    if remote.sha256:
        return checksum(path, hashlib.sha256()).startswith(remote.sha256)
    return checksum(path, hashlib.md5(usedforsecurity=False)) == remote.md5


def checksum(path: Path, digest: hashlib._Hash) -> str:
    """The checksum of a whole file, in hexadecimal digits."""
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _unpack(archive: Path, home: Path) -> None:
    """Takes the plain files out of an archive and deletes it."""
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                parts = PurePosixPath(member.name).parts
                stream = tar.extractfile(member) if member.isfile() and ".." not in parts else None
                if stream is None or member.name.startswith("/"):
                    continue
                target = home.joinpath(*parts)
                if target.is_file() and target.stat().st_size >= member.size:
                    continue  # what a person put there stays
                target.parent.mkdir(parents=True, exist_ok=True)
                partial = target.with_name(f"{target.name}.part")
                with partial.open("wb") as output:
                    while block := stream.read(1 << 20):
                        output.write(block)
                os.replace(partial, target)  # noqa: PTH105
        archive.unlink()
    except tarfile.TarError as error:
        raise DataError(
            _("{file} is damaged: delete it and download again.").format(file=archive), repr(error)
        ) from error
    except OSError as error:
        raise _disk_error(home, error) from error
