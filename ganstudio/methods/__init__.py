"""One file per paper. ``METHODS`` lists them in the order in which a newcomer should meet them."""

from ganstudio.core.registry import Registry
from ganstudio.methods.acgan import ACGAN
from ganstudio.methods.base import Method
from ganstudio.methods.cgan import CGAN
from ganstudio.methods.dcgan import DCGAN
from ganstudio.methods.dcgan_frogs import DCGANFrogs
from ganstudio.methods.gan import GAN
from ganstudio.methods.icgan import IcGAN
from ganstudio.methods.infogan import InfoGAN
from ganstudio.methods.lsgan import LSGAN
from ganstudio.methods.semi_supervised import SemiSupervised
from ganstudio.methods.sngan import SNGAN
from ganstudio.methods.wgan import WGAN
from ganstudio.methods.wgan_gp import WGANGP

METHODS: Registry[type[Method]] = Registry("method")
for _method in (GAN, DCGAN, DCGANFrogs, CGAN, ACGAN, InfoGAN, IcGAN, SNGAN, SemiSupervised, LSGAN, WGAN, WGANGP):
    METHODS.add(_method.info.name, _method)

__all__ = ["METHODS", "Method"]
