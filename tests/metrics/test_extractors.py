"""What turns items into features, and what of it is kept on disk."""

from __future__ import annotations

import importlib
import pickle
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from ganstudio.core.errors import CancelledError, UsageError
from ganstudio.data import load
from ganstudio.data.files import CACHE_VARIABLE, DATA_VARIABLE, set_inception_file
from ganstudio.metrics.extractors import Extracted, Extractor, Photographic, make_extractor
from ganstudio.metrics.inception_file import PUBLISHED, REMOTE, VARIABLE, find_inception, inception_home, read_inception
from ganstudio.metrics.real_side import RealKey, cached_features, fetch, keep
from ganstudio.nn.inception import Inception, graph_names, inception_of, resized

NAMES = tuple("0123456789")


def silent(_share: float, _text: str) -> None:
    """Nobody listens."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    data = load("digits:size=16")
    assert data.labels is not None
    halved = data.items.numpy().reshape(-1, 1, 8, 2, 8, 2).mean(axis=(3, 5))
    return halved.round().astype(np.uint8), data.labels.numpy()


@pytest.fixture(scope="module")
def reader(digits: tuple[np.ndarray, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> tuple[Extractor, Path]:
    """A classifier of digits, and the folder in which it is kept."""
    folder = tmp_path_factory.mktemp("cache")
    return make_extractor("classifier", *digits, NAMES, cache=folder), folder


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Classifiers learn next to nothing."""
    monkeypatch.setattr("ganstudio.nn.classifier._FEWEST_STEPS", 20)


class TestPixels:
    def test_small_pictures_are_taken_as_they_are(self) -> None:
        items = np.random.default_rng(0).integers(0, 256, (300, 3, 5, 7), np.uint8)
        pixels = make_extractor("pixels", items, None, (), cache=None)
        features, probabilities = pixels.extract(items, silent)
        assert probabilities is None
        assert features.dtype == np.float64
        np.testing.assert_array_equal(features, items.reshape(300, -1) / 255)
        assert pixels.resize == ""

    def test_large_ones_are_averaged_down_and_it_is_said(self) -> None:
        items = np.random.default_rng(0).integers(0, 256, (3, 1, 64, 96), np.uint8)
        pixels = make_extractor("pixels", items, None, (), cache=None)
        features, _none = pixels.extract(items, silent)
        expected = items.reshape(3, 32, 2, 32, 3).mean(axis=(2, 4)) / 255
        np.testing.assert_allclose(features, expected.reshape(3, -1), atol=1e-12)
        assert pixels.resize == "averaged down to 32 px"
        assert pixels.identity != make_extractor("pixels", items[:, :, :8, :8], None, (), cache=None).identity

    def test_points_are_themselves_also_where_they_are_not_finite(self) -> None:
        points = np.array([[1, 2], [np.nan, 0], [np.inf, 1]], np.float32)
        features, _none = make_extractor("pixels", points, None, (), cache=None).extract(points, silent)
        np.testing.assert_array_equal(features, points)

    def test_no_items_and_a_cancel(self) -> None:
        items = np.zeros((600, 1, 4, 4), np.uint8)
        pixels = make_extractor("pixels", items, None, (), cache=None)
        assert pixels.extract(items[:0], silent)[0].shape == (0, 16)

        def stop(share: float, _text: str) -> None:
            if share > 0.4:
                raise CancelledError("no more")

        with pytest.raises(CancelledError):
            pixels.extract(items, stop)


class TestClassifier:
    def test_reads_digits_and_says_how_well(
        self, digits: tuple[np.ndarray, np.ndarray], reader: tuple[Extractor, Path]
    ) -> None:
        items, labels = digits
        features, shares = reader[0].extract(items, silent)
        assert shares is not None
        assert (shares.argmax(axis=1) == labels).mean() > 0.9
        assert float(reader[0].label.removeprefix("classifier (").removesuffix(" % right)")) > 90
        assert features.shape == (len(items), 128)
        assert features.dtype == shares.dtype == np.float64
        np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-14)
        assert reader[0].classes == NAMES

    def test_is_trained_once(
        self, digits: tuple[np.ndarray, np.ndarray], reader: tuple[Extractor, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ganstudio.nn.classifier.train_classifier", None)
        again = make_extractor("classifier", *digits, NAMES, cache=reader[1])
        assert (again.identity, again.label) == (reader[0].identity, reader[0].label)
        for first, second in zip(reader[0].extract(digits[0], silent), again.extract(digits[0], silent), strict=True):
            np.testing.assert_array_equal(first, second)

    @pytest.mark.usefixtures("hasty")
    @pytest.mark.parametrize("harm", ["cut", "altered", "empty", "other"])
    def test_a_damaged_one_is_made_anew(self, harm: str, tmp_path: Path) -> None:
        points, labels = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32), np.arange(60) % 2
        first = make_extractor("classifier", points, labels, "ab", cache=tmp_path)
        (file,) = (tmp_path / "classifiers").iterdir()
        content = file.read_bytes()
        if harm == "other":
            keep(file, {"0.weight": np.zeros((2, 2), np.float32)}, {"extent": "1.0", "accuracy": "0.5"})
        else:
            changed = {"cut": content[:-9], "altered": content[:-9] + b"x" + content[-8:], "empty": b""}
            file.write_bytes(changed[harm])
        assert make_extractor("classifier", points, labels, "ab", cache=tmp_path).identity == first.identity
        assert fetch(file) is not None
        again = make_extractor("classifier", points, labels, "ab", cache=tmp_path)
        assert again.label == first.label

    @pytest.mark.usefixtures("hasty")
    def test_another_set_has_another(self, tmp_path: Path) -> None:
        points, labels = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32), np.arange(60) % 2
        make_extractor("classifier", points, labels, "ab", cache=tmp_path)
        make_extractor("classifier", points, 1 - labels, "ab", cache=tmp_path)
        assert len(list((tmp_path / "classifiers").iterdir())) == 2

    @pytest.mark.usefixtures("hasty")
    def test_a_point_that_is_not_finite_has_no_features(self) -> None:
        points, labels = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32), np.arange(60) % 2
        points[57] = np.nan
        found = make_extractor("classifier", points[:50], labels[:50], "ab", cache=None).extract(points, silent)
        assert np.flatnonzero(np.isnan(found[0]).any(axis=1)).tolist() == [57]

    @pytest.mark.parametrize("labels", [None, np.full(50, -1), np.zeros(50, np.int64)])
    def test_without_labels_it_says_what_to_take(self, labels: np.ndarray | None) -> None:
        items = np.zeros((50, 1, 8, 8), np.uint8)
        with pytest.raises(UsageError, match="take “pixels” or “inception”"):
            make_extractor("classifier", items, labels, ("a", "b"), cache=None)

    def test_stacked_digits_are_read_channel_by_channel(
        self, digits: tuple[np.ndarray, np.ndarray], reader: tuple[Extractor, Path]
    ) -> None:
        items, labels = digits
        stacked = make_extractor("classifier", items, labels, NAMES, cache=reader[1], stacked=True)
        triple = np.stack([items[:100, 0], items[100:200, 0], items[200:300, 0]], axis=1)
        features, shares = stacked.extract(triple, silent)
        alone, each = reader[0].extract(items[:300], silent)
        assert shares is not None
        assert each is not None
        np.testing.assert_allclose(features[:, 128:256], alone[100:200], atol=1e-4)
        np.testing.assert_allclose(shares[:, 20:], each[200:], atol=1e-5)
        assert len(stacked.classes) == shares.shape[1] == 30
        assert stacked.identity != reader[0].identity

    @pytest.mark.slow
    def test_reads_mnist(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from tests.data.conftest import SHARED

        if not SHARED.is_dir():
            pytest.skip("the real data is not here")
        monkeypatch.setenv(DATA_VARIABLE, str(SHARED))
        data = load("mnist")
        assert data.labels is not None
        found: Any = make_extractor("classifier", data.items.numpy(), data.labels.numpy(), NAMES, cache=None)
        assert found.accuracy > 0.97


@pytest.fixture(scope="module")
def network() -> Inception:
    """The network with weights of chance in which no layer drowns."""
    torch.manual_seed(0)
    made = Inception()
    for part in made.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.1)  # type: ignore[union-attr, operator]
            part.running_var.uniform_(0.5, 1.5)  # type: ignore[union-attr, operator]
        elif isinstance(part, nn.Conv2d):
            part.weight.mul_(3)
    return made


@pytest.fixture(scope="module")
def weights(network: Inception, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("inception") / "weights.pth"
    torch.save(network.state_dict(), path)
    return path


class _Unit(nn.Module):
    def __init__(self, own: nn.Module) -> None:
        super().__init__()
        self.conv, self.bn = own.conv, own.bn

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class _Part(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


class TestInception:
    def test_sees_what_torch_fidelity_sees(self, fidelity: ModuleType, weights: Path) -> None:
        theirs = importlib.import_module("torch_fidelity.feature_extractor_inceptionv3")
        items = torch.randint(0, 256, (2, 3, 32, 41), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
        names = ["2048", "logits_unbiased"]
        reference = theirs.FeatureExtractorInceptionV3("x", names, feature_extractor_weights_path=str(weights))
        features, logits = reference(items)
        ours = make_extractor("inception", items.numpy(), None, (), cache=None, inception_path=weights)
        found, shares = ours.extract(items.numpy(), silent)
        scale = float(features.abs().mean())
        np.testing.assert_allclose(found / scale, features.double().numpy() / scale, atol=1e-5)
        np.testing.assert_allclose(shares, logits.double().softmax(dim=1).numpy(), atol=1e-4)  # type: ignore[arg-type]
        assert found.std(axis=0).mean() > 0

    def test_resizes_as_torch_fidelity(self, fidelity: ModuleType) -> None:
        theirs = importlib.import_module("torch_fidelity.interpolate_compat_tensorflow")
        for shape in ((32, 400), (1, 5)):
            items = torch.randint(0, 256, (1, 3, *shape), dtype=torch.uint8)
            expected = theirs.interpolate_bilinear_2d_like_tensorflow1x(items.float(), (299, 299), align_corners=False)
            torch.testing.assert_close(resized(items, "legacy"), expected, atol=1e-4, rtol=0)

    def test_resizes_cleanly_as_pillow(self) -> None:
        from PIL import Image

        items = torch.randint(0, 256, (1, 1, 640, 33), dtype=torch.uint8)
        picture = Image.fromarray(items[0, 0].float().numpy()).resize((299, 299), Image.Resampling.BICUBIC)
        found = resized(items, "clean")
        assert found.shape == (1, 3, 299, 299)
        np.testing.assert_allclose(found[0, 2].numpy(), np.asarray(picture).clip(0, 255), atol=1e-2)

    def test_says_how_it_resizes_and_whose_weights_it_has(self, network: Inception) -> None:
        legacy, clean = Photographic(network, PUBLISHED + "0" * 56, "legacy"), Photographic(network, "ab" * 32, "clean")
        assert (legacy.resize, clean.resize) == ("299 px, bilinear as in TensorFlow 1", "299 px, antialiased bicubic")
        assert (legacy.name, clean.name) == ("inception", "inception-clean")
        assert legacy.label == "Inception-v3"
        assert clean.label == "Inception-v3 (other weights abababab)"
        assert legacy.identity != Photographic(network, PUBLISHED + "0" * 56, "clean").identity

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of writing it
    def test_reads_torchscript_without_running_it(
        self, network: Inception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import re

        root = _Part()
        root.layers = _Part()
        for graph, own in graph_names().items():
            *above, last = re.findall(r"(?:mixed|tower|conv)(?:_\d+)?", graph)
            at: nn.Module = root.layers
            for name in above:
                if not hasattr(at, name):
                    at.add_module(name, _Part())
                at = at.get_submodule(name)
            at.add_module(last, _Unit(network.get_submodule(own)))
        root.output = network.fc
        path = tmp_path / "inception-2015-12-05.pt"
        torch.jit.save(torch.jit.script(root.eval()), path)
        monkeypatch.setattr(torch.jit, "load", None)
        found = read_inception(path)[0].state_dict()
        for name, value in network.state_dict().items():
            assert torch.equal(found[name], value), name

    def test_a_file_of_something_else_is_named(self, network: Inception, tmp_path: Path) -> None:
        def refusal(content: object, name: str = "x.pth") -> str:
            torch.save(content, tmp_path / name)
            with pytest.raises(UsageError) as caught:
                read_inception(tmp_path / name)
            assert REMOTE.file in str(caught.value)
            return str(caught.value)

        small = {name: value for name, value in network.state_dict().items() if value.ndim < 2}
        assert "torchvision's" in refusal(small | {"AuxLogits.fc.bias": torch.zeros(1)})
        assert "another Inception; Conv2d_1a_3x3.conv.weight" in refusal(
            small | {"Conv2d_1a_3x3.conv.weight": torch.zeros(1)}
        )
        assert "another network, with tensors such as a.weight" in refusal({"a.weight": torch.zeros(2)})
        assert "no tensors" in refusal({"epoch": 3})
        (tmp_path / "code.pth").write_bytes(pickle.dumps(Path))
        with pytest.raises(UsageError, match="contains Python code"):
            read_inception(tmp_path / "code.pth")
        (tmp_path / "torn.pth").write_bytes((tmp_path / "x.pth").read_bytes()[:200])
        with pytest.raises(UsageError, match="cut off"):
            read_inception(tmp_path / "torn.pth")
        with pytest.raises(UsageError, match="no file"):
            read_inception(tmp_path / "absent.pth")

    def test_where_it_is_looked_for(self, tmp_path: Path) -> None:
        items = np.zeros((1, 3, 8, 8), np.uint8)
        assert find_inception() is None
        with pytest.raises(UsageError, match="file with --inception, GANSTUDIO_INCEPTION"):
            make_extractor("inception", items, None, (), cache=None)
        inception_home().mkdir(parents=True)
        (inception_home() / REMOTE.file).touch()
        assert find_inception() == inception_home() / REMOTE.file
        set_inception_file(str(tmp_path / "chosen.pth"))
        assert find_inception() == tmp_path / "chosen.pth"
        set_inception_file("")
        assert find_inception(tmp_path / "mine.pth") == tmp_path / "mine.pth"
        with pytest.raises(UsageError, match="looks at grey or coloured pictures"):
            make_extractor("inception", np.zeros((5, 2), np.float32), None, (), cache=None)

    def test_no_weights_that_are_missing(self) -> None:
        with pytest.raises(RuntimeError):
            inception_of({})


class TestRealSide:
    KEY = RealKey("0123456789abcdef", 40, "train")

    @pytest.fixture
    def made(self) -> list[int]:
        return []

    def ask(self, made: list[int], cache: Path | None, key: RealKey = KEY, exact: bool = True) -> Extracted:
        pixels = make_extractor("pixels", np.zeros((1, 1, 4, 4), np.uint8), None, (), cache=None)

        def make() -> Extracted:
            made.append(1)
            random = np.random.default_rng(key.seed)
            features = random.normal(size=(key.count, 3))
            features[3] = np.nan
            return (features if exact else features.astype(np.float32).astype(float)), random.random((key.count, 2))

        return cached_features(pixels, key, make, cache)

    @pytest.mark.parametrize("exact", [True, False])
    def test_a_hit_gives_the_same_bits(self, made: list[int], tmp_path: Path, exact: bool) -> None:
        first, again = (self.ask(made, tmp_path, exact=exact) for _time in range(2))
        assert len(made) == 1
        for one, other in zip(first, again, strict=True):
            assert one is not None
            assert other is not None
            assert one.dtype == other.dtype == np.float64
            assert one.tobytes() == other.tobytes()

    def test_other_data_are_other_features(self, made: list[int], tmp_path: Path) -> None:
        keys = self.KEY, RealKey("f" * 16, 40, "train"), RealKey(self.KEY.data, 39, "train"), RealKey(self.KEY.data, 40)
        for key in keys:
            self.ask(made, tmp_path, key)
        self.ask(made, tmp_path, RealKey(self.KEY.data, 40, "train", seed=1))
        assert len(made) == 5

    @pytest.mark.parametrize("harm", ["cut", "altered", "swapped", "folder"])
    def test_a_damaged_file_is_made_anew(self, made: list[int], tmp_path: Path, harm: str) -> None:
        self.ask(made, tmp_path)
        (file,) = (tmp_path / "features").iterdir()
        content = bytearray(file.read_bytes())
        if harm == "folder":
            file.unlink()
            file.mkdir()
        elif harm == "swapped":
            keep(file, {"features": np.zeros((2, 3))}, {})
        else:
            content[-20] ^= 1
            file.write_bytes(content[:-1] if harm == "cut" else content)
        self.ask(made, tmp_path)
        assert len(made) == 2

    def test_a_disk_that_takes_nothing_only_means_no_cache(self, made: list[int], tmp_path: Path) -> None:
        (tmp_path / "features").touch()
        self.ask(made, tmp_path)
        self.ask(made, None)
        assert len(made) == 2

    def test_a_full_disk(self, made: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_arguments: object) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("ganstudio.store.atomic.os.write", full)
        self.ask(made, tmp_path)
        assert not list((tmp_path / "features").iterdir())

    def test_the_oldest_go_where_there_are_too_many(self, tmp_path: Path) -> None:
        import os

        for number in range(4):
            keep(tmp_path / f"{number}.safetensors", {"a": np.zeros(1000)}, {}, room=2 * 8200)
            os.utime(tmp_path / f"{number}.safetensors", (number, number))
        assert sorted(path.stem for path in tmp_path.iterdir()) == ["2", "3"]
        keep(tmp_path / "large.safetensors", {"a": np.zeros(9000)}, {}, room=2 * 8200)
        assert fetch(tmp_path / "large.safetensors") is None


def test_an_unknown_extractor_is_told_the_known_ones() -> None:
    with pytest.raises(UsageError, match="pixels, classifier, inception, inception-clean"):
        make_extractor("vgg", np.zeros((1, 1, 4, 4), np.uint8), None, (), cache=None)
