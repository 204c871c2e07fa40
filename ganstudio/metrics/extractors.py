"""What turns items into features: plain pixels, a small classifier trained on the real set, or Inception-v3.

Numbers that come of different extractors, or of different ways to bring pictures to its size, must not be compared: so each
one says in words what it is (:attr:`Extractor.label`, with the accuracy of a classifier) and how it resizes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from ganstudio.nn.classifier import Classifier
    from ganstudio.nn.inception import Inception, Resize

Tick = Callable[[float, str], None]
Extracted = tuple[NDArray[np.float64], NDArray[np.float64] | None]
NAMES = ("pixels", "classifier", "inception", "inception-clean")
"""The last two differ in how pictures are resized; see :data:`ganstudio.nn.inception.Resize`."""
_AT_ONCE, _SLICE = 256, 1024
_PIXEL_SIDE = 32
_CHANNELS = 3  # of stacked digits
_VERSION = 1  # of the classifier and its training
_CLASSIFIERS_ROOM = 256 << 20


class Extractor(Protocol):
    """Turns items into rows of numbers."""

    @property
    def name(self) -> str:
        """Registry name, one of :data:`NAMES`."""
        ...

    @property
    def label(self) -> str:
        """For people, with the accuracy where it has one: ``"classifier (97.1 % right)"``."""
        ...

    @property
    def resize(self) -> str:
        """How pictures are brought to its size; empty where they are not."""
        ...

    @property
    def identity(self) -> str:
        """The same for the same features of the same items: a part of the keys of caches."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """What the columns of probabilities stand for; empty where it gives none."""
        ...

    def extract(self, items: NDArray[Any], tick: Tick) -> Extracted:
        """Features, and probabilities of classes.

        Args:
            items: uint8 ``(N, C, H, W)``, or points float32 ``(N, 2)``.
            tick: told a share in [0, 1] and words, often; it raises CancelledError when this shall end.

        Returns:
            float64 ``(N, d)``, and float64 ``(N, K)`` with rows that add up to 1 (of stacked digits ``(N, 30)``: three
            blocks of ten that do), or None. A point that is not finite has features that are not finite: no row is
            dropped, as a generator that makes such points has no distance to
            the data.
        """
        ...


def parts(count: int, size: int, tick: Tick, text: str) -> Iterator[slice]:
    """Slices of at most ``size`` that cover ``count`` rows; ``tick`` is told before each and at the end."""
    for start in range(0, count, size):
        tick(start / count, text)
        yield slice(start, min(start + size, count))
    tick(1.0, text)


class Pixels:
    """The items themselves: pixels as numbers in [0, 1], large pictures averaged down; points as they are.

    Args:
        shape: of one item, ``(C, H, W)`` or ``(2,)``.
    """

    name = "pixels"
    classes: tuple[str, ...] = ()

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.label = _("pixels") if len(shape) == 3 else _("coordinates")
        self._reduced = len(shape) == 3 and max(shape[1:]) > _PIXEL_SIDE
        self.resize = _("averaged down to {n} px").format(n=_PIXEL_SIDE) if self._reduced else ""
        self.identity = f"pixels-1-{_PIXEL_SIDE if self._reduced else 0}"

    def extract(self, items: NDArray[Any], tick: Tick) -> Extracted:
        """See :class:`Extractor`."""
        if items.ndim == 2:
            return items.astype(np.float64), None
        side = [min(n, _PIXEL_SIDE) for n in items.shape[2:]] if self._reduced else items.shape[2:]
        found = np.empty((len(items), items.shape[1] * side[0] * side[1]))
        for part in parts(len(items), _AT_ONCE, tick, _("Reading pixels")):
            rows = averaged(items[part], (side[0], side[1])) if self._reduced else items[part].astype(np.float64)
            found[part] = rows.reshape(len(rows), -1) / 255
        return found, None


def averaged(items: NDArray[np.uint8], side: tuple[int, int]) -> NDArray[np.float64]:
    """Pictures of a smaller size, each pixel the mean of those it stands for; ``(N, C, *side)``, not rounded."""
    import torch

    rows = torch.from_numpy(np.ascontiguousarray(items)).double()
    found: NDArray[np.float64] = torch.nn.functional.adaptive_avg_pool2d(rows, side).numpy()
    return found


class Trained:
    """The small classifier of a labelled set: its last layer but one, and its probabilities.

    Of stacked digits it looks at each channel by itself: features are those of the three channels one after the other, and
    probabilities three blocks of ten, each of which adds up to 1.

    Args:
        classifier: trained.
        device: where it works.
        stacked: it reads single digits, and looks at three at once.
    """

    name, resize = "classifier", ""

    def __init__(self, classifier: Classifier, device: str = "cpu", stacked: bool = False) -> None:
        self._classifier, self._stacked = classifier.to(device), stacked
        self.accuracy = classifier.accuracy
        self.label = _("classifier ({share:.1f} % right)").format(share=100 * classifier.accuracy)
        self.classes = tuple(classifier.names) * (_CHANNELS if stacked else 1)
        digest = hashlib.sha256()
        for name, value in classifier.weights().items():
            digest.update(name.encode() + value.numpy().tobytes())
        self.identity = f"classifier-{digest.hexdigest()[:16]}{'-stacked' if stacked else ''}"

    def extract(self, items: NDArray[Any], tick: Tick) -> Extracted:
        """See :class:`Extractor`."""
        seen, shares = [], []
        for part in parts(len(items), _AT_ONCE, tick, _("Looking at items with the classifier")):
            rows = items[part]
            features, probabilities = self._classifier.judged(_singles(rows) if self._stacked else rows)
            seen.append(features.reshape(len(rows), -1).astype(np.float64))
            exact = probabilities.astype(np.float64)
            shares.append((exact / exact.sum(axis=1, keepdims=True)).reshape(len(rows), -1))
        if not seen:
            return np.empty((0, 0)), np.empty((0, len(self.classes)))
        return np.concatenate(seen), np.concatenate(shares)


class Photographic:
    """Inception-v3 of 2015.

    Args:
        network: with its weights.
        checksum: SHA-256 of their file.
        how: how pictures are brought to 299 × 299 px.
        device: where it works.
    """

    classes = tuple(str(number) for number in range(1008))

    def __init__(self, network: Inception, checksum: str, how: Resize, device: str = "cpu") -> None:
        from ganstudio.metrics.inception_file import PUBLISHED

        self._network, self._how, self._device = network.to(device), how, device
        clean = how == "clean"
        self.name = "inception-clean" if clean else "inception"
        self.resize = _("299 px, antialiased bicubic") if clean else _("299 px, bilinear as in TensorFlow 1")
        known = checksum.startswith(PUBLISHED)
        self.label = "Inception-v3" if known else _("Inception-v3 (other weights {sum})").format(sum=checksum[:8])
        self.identity = f"inception-{checksum[:16]}-{how}"

    def extract(self, items: NDArray[Any], tick: Tick) -> Extracted:
        """See :class:`Extractor`."""
        import torch

        from ganstudio.nn.inception import FEATURES, resized

        features, shares = np.empty((len(items), FEATURES)), np.empty((len(items), len(self.classes)))
        for part in parts(
            len(items), 64 if self._device != "cpu" else 8, tick, _("Looking at pictures with Inception")
        ):
            with torch.inference_mode():
                rows = torch.as_tensor(np.array(items[part])).to(self._device)
                seen, logits = self._network(resized(rows, self._how))
                features[part] = seen.double().cpu().numpy()
                shares[part] = logits.double().softmax(dim=1).cpu().numpy()
        return features, shares


def _singles(items: NDArray[Any]) -> NDArray[Any]:
    """Every channel as a picture of its own."""
    return items.reshape(-1, 1, *items.shape[2:])


def make_extractor(
    name: str,
    dataset_items: NDArray[Any],
    labels: NDArray[Any] | None,
    classes: Sequence[str],
    *,
    cache: Path | None,
    device: str = "cpu",
    tick: Tick = lambda _fraction, _text: None,
    inception_path: Path | str | None = None,
    stacked: bool = False,
) -> Extractor:
    """An extractor that is ready to work; a classifier is trained for it where none is kept.

    Args:
        name: one of :data:`NAMES`.
        dataset_items: the real set, uint8 ``(N, C, H, W)`` or points float32 ``(N, 2)``.
        labels: int ``(N,)``, −1 where nobody said; None without.
        classes: their names.
        cache: the program's cache folder, in which a trained classifier is kept; None: nothing is kept.
        device: ``"cpu"`` or ``"cuda"``.
        tick: see :meth:`Extractor.extract`.
        inception_path: the file of Inception's weights; see :func:`~ganstudio.metrics.inception_file.find_inception`.
        stacked: for the classifier: ``dataset_items`` are the single digits ``(N, 1, H, W)``, ``labels`` and ``classes``
            theirs; it will look at each channel of pictures with three, see :class:`Trained`.

    Raises:
        UsageError: no such extractor, or it cannot work here; says what can.
    """
    shape = tuple(dataset_items.shape[1:])
    match name:
        case "pixels":
            return Pixels(shape)
        case "classifier":
            return _trained(np.asarray(dataset_items), labels, classes, cache, device, tick, stacked)
        case "inception" | "inception-clean":
            if len(shape) != 3 or shape[0] not in (1, 3):
                raise UsageError(
                    _("Inception looks at grey or coloured pictures: take “pixels” or “classifier” instead.")
                )
            return _photographic("clean" if name == "inception-clean" else "legacy", inception_path, device)
    raise UsageError(_("There is no extractor “{name}”. Known: {names}.").format(name=name, names=", ".join(NAMES)))


def _photographic(how: Resize, path: Path | str | None, device: str) -> Photographic:
    from ganstudio.metrics.inception_file import REMOTE, VARIABLE, find_inception, inception_home, read_inception

    found = find_inception(path)
    if found is None:
        raise UsageError(
            _("There are no weights of Inception-v3 here. Fetch them with “ganstudio evaluate --fetch-inception”, name a "
              "file with --inception, {variable} or in the preferences, or put {file} into {folder}; without, take "
              "“classifier” or “pixels”.").format(
                  variable=VARIABLE, file=REMOTE.file, folder=inception_home()))  # fmt: skip
    network, checksum = read_inception(found)
    return Photographic(network, checksum, how, device)


def _trained(
    items: NDArray[Any], labels: Any, classes: Sequence[str], cache: Path | None, device: str, tick: Tick, stacked: bool,
) -> Trained:  # fmt: skip
    """The classifier of a set: the one that is kept, else a new one."""
    from ganstudio.metrics.real_side import fetch, keep, key_of

    truth = np.asarray(() if labels is None else labels).astype(np.int64)
    names, counts = tuple(classes), np.bincount(truth[truth >= 0])
    if (counts > 0).sum() < 2 or counts.sum() < 4 * len(names):
        raise UsageError(_("The classifier needs labelled items of at least two classes, and this data set has too few: "
                           "take “pixels” or “inception” instead."))  # fmt: skip
    shape = tuple(items.shape[1:])
    facts = {"version": _VERSION, "data": _content(items, truth), "classes": names, "shape": shape}
    path = None if cache is None else cache / "classifiers" / f"{key_of(facts)}.safetensors"
    classifier = None if path is None else _again(fetch(path), shape, names)
    if classifier is None:
        classifier = _train(items, truth, names, tick)
        if path is not None:
            kept = {"extent": repr(classifier.extent), "accuracy": repr(classifier.accuracy)}
            keep(path, {name: value.numpy() for name, value in classifier.weights().items()}, kept, _CLASSIFIERS_ROOM)
    return Trained(classifier, device, stacked)


def _train(items: NDArray[Any], truth: NDArray[np.int64], names: tuple[str, ...], tick: Tick) -> Classifier:
    from ganstudio.core.working import Working
    from ganstudio.nn.classifier import train_classifier

    # torch warns of arrays that are mapped read-only
    steps = train_classifier(items if items.flags.writeable else items.copy(), truth, names)
    for step in steps:
        if not isinstance(step, Working):
            return step
        tick(step.fraction, step.text)
    raise AssertionError("it ends with a classifier")


def _again(
    kept: tuple[dict[str, NDArray[Any]], dict[str, str]] | None, shape: tuple[int, ...], names: tuple[str, ...]
) -> Classifier | None:
    import torch

    from ganstudio.nn.classifier import from_weights

    if kept is None:
        return None
    try:
        weights = {name: torch.from_numpy(values) for name, values in kept[0].items()}
        return from_weights(weights, shape, names, float(kept[1]["extent"]), float(kept[1]["accuracy"]))
    except (RuntimeError, KeyError, ValueError, TypeError):
        return None


def _content(items: NDArray[Any], truth: NDArray[np.int64]) -> str:
    digest = hashlib.sha256(f"{items.dtype}{items.shape}".encode() + truth.tobytes())
    for start in range(0, len(items), _SLICE):
        digest.update(np.ascontiguousarray(items[start : start + _SLICE]).data.cast("B"))
    return digest.hexdigest()[:16]
