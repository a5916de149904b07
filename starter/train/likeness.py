"""How alike are two small icons? Measures without any learned part, so that no network judges its own work."""
import torch
import torch.nn.functional as F


def foreground(x):
    """B,3,H,W in 0..1 -> B,1,H,W: how far each pixel is from the border's middle colour."""
    border = torch.cat([x[:, :, 0], x[:, :, -1], x[:, :, :, 0], x[:, :, :, -1]], 2)
    return ((x - border.median(2).values[:, :, None, None]).abs().amax(1, keepdim=True) / .25).clamp(0, 1)


def colour_likeness(x, y):
    """Shared part of the two foregrounds' colour histograms (4 levels a channel, softly assigned), 0..1."""
    centres = torch.linspace(0, 1, 4)

    def histogram(v):
        w = foreground(v).flatten(1)
        soft = [(1 - (v[:, c].flatten(1)[..., None] - centres).abs() * 3).clamp(min=0) for c in range(3)]
        h = torch.einsum("bn,bni,bnj,bnk->bijk", w, *soft).flatten(1)
        return h / h.sum(1, keepdim=True).clamp(min=1e-6)
    return torch.minimum(histogram(x), histogram(y)).sum(1)


def layout(x):
    """B,3,H,W -> B,n: the colours on white, blurred to 12x12; white counts as nothing."""
    f = foreground(x)
    return F.adaptive_avg_pool2d(x * f - f, 12).flatten(1)


def layout_likeness(x, y):
    """Cosine of the two layouts, -1..1: the same colours in the same places."""
    return F.cosine_similarity(layout(x), layout(y))


def nearest(x, gallery):
    """For each picture of x the number of the most similar one in the gallery: grey values only, so hue does not matter."""
    grey = lambda v: F.normalize(F.adaptive_avg_pool2d((v * foreground(v) - foreground(v)).mean(1, keepdim=True), 12).flatten(1), dim=1)
    return (grey(x) @ grey(gallery).T).argmax(1)
