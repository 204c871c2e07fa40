"""The words of the field, a sentence or two each. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Mapping

from ganstudio.core.i18n import _

# fmt: off
GLOSSARY: Mapping[str, str] = {
    _("Adversarial game"): _("Two networks with opposite aims: the discriminator learns to tell generated from "
        "real, the generator learns to make that impossible. Neither loss alone says how good the pictures are."),
    _("Attribute"): _("A number or a yes-or-no that is known of every item, such as the time of day of a "
        "landscape. A network can be given it, and then it can be turned like a knob."),
    _("Batch"): _("The items that one update looks at together. Large batches give steadier gradients and cost "
        "memory."),
    _("Batch norm"): _("Scales every feature by its mean and spread over the batch. It makes deep generators "
        "trainable; it also ties the items of a batch together, which penalties on single items do not bear."),
    _("Checkerboard"): _("A pattern of small squares in pictures, left by strided convolutions whose steps overlap "
        "unevenly."),
    _("Checkpoint"): _("Everything that is needed to go on from a step exactly as if nothing had happened: "
        "weights, optimisers, random numbers."),
    _("Class"): _("What kind of thing an item is, such as the digit 7, when somebody has said so. A conditional "
        "network is given it."),
    _("Code"): _("A part of the generator’s input that was made to mean something, by hand or by itself as in "
        "InfoGAN."),
    _("Conditional"): _("Both networks are told something about the item (a class, a map, a picture), and the "
        "discriminator asks whether picture and condition fit."),
    _("Convergence"): _("The state in which more training changes nothing. Games often circle around it instead; "
        "an average of the weights (EMA) sits in the middle of the circle."),
    _("Critic"): _("A discriminator whose output is a score, not a probability: in Wasserstein games the gap "
        "between its mean scores on real and generated items measures how far the two lie apart."),
    _("Cycle consistency"): _("Translating there and back again should give the picture one began with. It stands "
        "in for pairs where there are none."),
    _("D(x), D(G(z))"): _("What the discriminator says of real items, and of generated ones: 1 means “real”. Both "
        "near ½: it cannot tell them apart. D(x) at 1 and D(G(z)) at 0: it always can, and the generator learns "
        "little."),
    _("Discriminator"): _("The network that judges: it sees real and generated items and learns to tell them "
        "apart. D for short."),
    _("Disentangled"): _("One number changes one thing that people have a word for, and nothing else."),
    _("Diversity"): _("How different generated items are from each other. It falls before anything else when modes "
        "are lost."),
    _("EMA"): _("Exponential moving average of the generator’s weights. It follows the game more slowly and draws "
        "steadier, mostly better pictures."),
    _("Encoder"): _("A network that goes the generator’s way backwards: from a picture to the latent vector that "
        "would draw it."),
    _("Feature matching"): _("The generator is asked to give the discriminator the same features that real items "
        "give, not to fool its verdict. Calmer, and less sharp."),
    _("FID"): _("Fréchet inception distance: how far the features of generated pictures lie from those of real "
        "ones, taking both for Gaussian clouds. Lower is better; numbers compare only with the same count of "
        "pictures."),
    _("Generator"): _("The network that draws: it turns latent vectors (and what else it is given) into items. G "
        "for short."),
    _("Gradient penalty"): _("A term that asks the discriminator to be neither too steep nor too flat. WGAN-GP "
        "measures the slope between real and generated items, R1 on the real ones."),
    _("Hinge loss"): _("A loss that stops caring about an item once the discriminator is right about it by a "
        "margin of 1."),
    _("Instance norm"): _("Scales every feature of every picture by itself. It takes contrast and brightness away, "
        "which suits translation and hurts label maps with large even regions."),
    _("Interpolation"): _("Pictures along the way from one latent vector to another. Smooth ways show that the "
        "generator has not just learned pictures by heart."),
    _("Label map"): _("A picture whose pixels say what is where: sky, sea, tree. SPADE turns it into a photograph."),
    _("Label smoothing"): _("The discriminator is asked for 0.9 instead of 1, so that it never becomes too sure of "
        "itself."),
    _("Latent space"): _("All vectors z that the generator can be given. Neighbours in it give similar pictures; "
        "directions in it may mean something."),
    _("Latent vector"): _("The numbers z from which the generator makes one item, drawn at random from the prior."),
    _("Learning rate"): _("How far an update moves the weights. The most important setting: too high and the game "
        "breaks, too low and nothing happens. The ratio between D and G decides who is ahead."),
    _("Lipschitz"): _("A network is K-Lipschitz if its output never changes by more than K times what its input "
        "changes. Wasserstein critics need K = 1; clipping, penalties and spectral norm are three ways to get "
        "there."),
    _("Minimax"): _("The objective of the theory: G minimises exactly what D maximises. Its gradient vanishes when "
        "D is sure."),
    _("Mode"): _("One of the things the data consist of: a cluster of points, a kind of digit."),
    _("Mode collapse"): _("The generator draws the same few things for every latent vector, since these fool D "
        "best just now. D catches up, G jumps elsewhere, and so on."),
    _("Nash equilibrium"): _("A state in which neither player can do better alone. For the original game: the "
        "generated distribution is the real one, and D says ½ everywhere."),
    _("Non-saturating"): _("G maximises log D(G(z)) instead of minimising log(1 − D(G(z))): the same aim, with a "
        "strong gradient where D is sure that an item is generated."),
    _("PatchGAN"): _("A discriminator that judges patches of a picture, one verdict each. It asks for sharp "
        "texture and leaves the whole to other terms."),
    _("Phase"): _("One named update of a step: which network learns, from what. D and G are the usual two."),
    _("Prior"): _("The distribution that latent vectors are drawn from, mostly Gaussian with mean 0 and spread 1."),
    _("Projection"): _("Searching the latent vector whose picture is nearest to a given one."),
    _("Seed"): _("The number from which all chance in a run follows. Two runs that differ only in it show how much "
        "is luck."),
    _("Spectral norm"): _("Divides a layer’s weights by the most they can stretch anything, so that the "
        "discriminator’s slope stays bounded everywhere."),
    _("Step"): _("One round of updates: of the discriminator (perhaps several), then of the generator."),
    _("Style"): _("A vector that decides how something looks, not what is there: light, colour, stroke."),
    _("Truncation"): _("Drawing latent vectors nearer to their mean: fewer odd pictures, and less variety."),
    _("TTUR"): _("Two time-scale update rule: D and G have different learning rates, D mostly the higher one."),
    _("Wasserstein distance"): _("The least work that turns one distribution into the other, as earth is moved: "
        "how much, times how far. It has a slope also where the two do not overlap."),
    _("Weight clipping"): _("Every weight of the critic is cut to a small range after each update: the first way "
        "to a Lipschitz critic, and a crude one."),
}
# fmt: on
