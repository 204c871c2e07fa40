"""One file per paper. ``METHODS`` lists them in the order in which a newcomer should meet them."""

from ganstudio.core.registry import Registry
from ganstudio.methods.acgan import ACGAN
from ganstudio.methods.base import Method
from ganstudio.methods.cgan import CGAN
from ganstudio.methods.cyclegan import CycleGAN
from ganstudio.methods.dcgan import DCGAN
from ganstudio.methods.dcgan_frogs import DCGANFrogs
from ganstudio.methods.gan import GAN
from ganstudio.methods.icgan import IcGAN
from ganstudio.methods.infogan import InfoGAN
from ganstudio.methods.lsgan import LSGAN
from ganstudio.methods.pan import PAN
from ganstudio.methods.pix2pix import Pix2Pix
from ganstudio.methods.pix2pixhd import Pix2PixHD
from ganstudio.methods.semi_supervised import SemiSupervised
from ganstudio.methods.sngan import SNGAN
from ganstudio.methods.spade import Spade
from ganstudio.methods.wgan import WGAN
from ganstudio.methods.wgan_gp import WGANGP

METHODS: Registry[type[Method]] = Registry("method")
for _method in (
    GAN, DCGAN, DCGANFrogs, CGAN, ACGAN, InfoGAN, IcGAN, SNGAN, SemiSupervised, LSGAN, WGAN, WGANGP,
    Pix2Pix, PAN, Pix2PixHD, Spade, CycleGAN,
):  # fmt: skip
    METHODS.add(_method.info.name, _method)

__all__ = ["METHODS", "Method"]
