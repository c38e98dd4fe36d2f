"""
Frozen statistics of the common corruptions (trainer/data/corruptions), by the libraries that the original code calls.

    pip install numpy==1.26.4 scipy==1.11.4 scikit-image==0.20.0 opencv-python-headless==4.9.0.80 Pillow Wand
    apt-get install libmagickwand-6.q16-6
    python make-corruption-statistics.py --references REFS --frost FROST

REFS holds 224/ and 32/ with clean.png and <corruption>-<severity>.png of the original code (hendrycks/robustness, commit
8190fe32; numpy seed 1000 + severity). FROST holds the original's frost1.png … frost5.jpg. First this script proves itself: with
those seeds its pictures must be the references' (impulse noise, which has no seed there, aside). Then it writes

- statistics.json: of each random corruption, size and severity over seeds 0 to 49: least, largest, mean and standard deviation
  of three figures of a picture: its mean, its standard deviation, and its mean absolute difference from the clean one
  (0 to 255). Sizes: 224 and 32, the references' clean.png, and 64, a picture by formula (`formula_image`);
- deterministic-64/<corruption>.png: the formula's picture corrupted with the strengths of 64 px, severities 1 to 5 side by side.
"""

import argparse
import ctypes
import json
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import skimage as sk
from PIL import Image
from scipy.ndimage import map_coordinates, zoom
from skimage.filters import gaussian
from wand.api import library
from wand.image import Image as WandImage

FOLDER = Path(__file__).resolve().parent
SEEDS = 50
library.MagickMotionBlurImage.argtypes = [ctypes.c_void_p, ctypes.c_double, ctypes.c_double, ctypes.c_double]

# Severities 1 to 5 by size; the numbers are the original's.
STRENGTHS = {
    224: {
        'gaussian_noise': [0.08, 0.12, 0.18, 0.26, 0.38],
        'shot_noise': [60, 25, 12, 5, 3],
        'impulse_noise': [0.03, 0.06, 0.09, 0.17, 0.27],
        'defocus_blur': [(3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)],
        'glass_blur': [(0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)],
        'motion_blur': [(10, 3), (15, 5), (15, 8), (15, 12), (20, 15)],
        'zoom_blur': [(1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03)],
        'snow': [
            (0.1, 0.3, 3, 0.5, 10, 4, 0.8),
            (0.2, 0.3, 2, 0.5, 12, 4, 0.7),
            (0.55, 0.3, 4, 0.9, 12, 8, 0.7),
            (0.55, 0.3, 4.5, 0.85, 12, 8, 0.65),
            (0.55, 0.3, 2.5, 0.85, 12, 12, 0.55),
        ],
        'frost': [(1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75)],
        'fog': [(1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)],
        'brightness': [0.1, 0.2, 0.3, 0.4, 0.5],
        'contrast': [0.4, 0.3, 0.2, 0.1, 0.05],
        'elastic_transform': [
            (244 * 2, 244 * 0.7, 244 * 0.1),
            (244 * 2, 244 * 0.08, 244 * 0.2),
            (244 * 0.05, 244 * 0.01, 244 * 0.02),
            (244 * 0.07, 244 * 0.01, 244 * 0.02),
            (244 * 0.12, 244 * 0.01, 244 * 0.02),
        ],
        'pixelate': [0.6, 0.5, 0.4, 0.3, 0.25],
        'jpeg_compression': [25, 18, 15, 10, 7],
        'speckle_noise': [0.15, 0.2, 0.35, 0.45, 0.6],
        'gaussian_blur': [1, 2, 3, 4, 6],
        'spatter': [
            (0.65, 0.3, 4, 0.69, 0.6, 0),
            (0.65, 0.3, 3, 0.68, 0.6, 0),
            (0.65, 0.3, 2, 0.68, 0.5, 0),
            (0.65, 0.3, 1, 0.65, 1.5, 1),
            (0.67, 0.4, 1, 0.65, 1.5, 1),
        ],
        'saturate': [(0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)],
    },
    32: {
        'gaussian_noise': [0.04, 0.06, 0.08, 0.09, 0.10],
        'shot_noise': [500, 250, 100, 75, 50],
        'impulse_noise': [0.01, 0.02, 0.03, 0.05, 0.07],
        'defocus_blur': [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)],
        'glass_blur': [(0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)],
        'motion_blur': [(6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)],
        'zoom_blur': [(1.06, 0.01), (1.11, 0.01), (1.16, 0.01), (1.21, 0.01), (1.26, 0.01)],
        'snow': [
            (0.1, 0.2, 1, 0.6, 8, 3, 0.95),
            (0.1, 0.2, 1, 0.5, 10, 4, 0.9),
            (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
            (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85),
            (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
        ],
        'frost': [(1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45)],
        'fog': [(0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)],
        'brightness': [0.05, 0.1, 0.15, 0.2, 0.3],
        'contrast': [0.75, 0.5, 0.4, 0.3, 0.15],
        'elastic_transform': [
            (0, 0, 32 * 0.08),
            (32 * 0.05, 32 * 0.2, 32 * 0.07),
            (32 * 0.08, 32 * 0.06, 32 * 0.06),
            (32 * 0.1, 32 * 0.04, 32 * 0.05),
            (32 * 0.1, 32 * 0.03, 32 * 0.03),
        ],
        'pixelate': [0.95, 0.9, 0.85, 0.75, 0.65],
        'jpeg_compression': [80, 65, 58, 50, 40],
        'speckle_noise': [0.06, 0.1, 0.12, 0.16, 0.2],
        'gaussian_blur': [0.4, 0.6, 0.7, 0.8, 1],
        'spatter': [
            (0.62, 0.1, 0.7, 0.7, 0.5, 0),
            (0.65, 0.1, 0.8, 0.7, 0.5, 0),
            (0.65, 0.3, 1, 0.69, 0.5, 0),
            (0.65, 0.1, 0.7, 0.69, 0.6, 1),
            (0.65, 0.1, 0.5, 0.68, 0.6, 1),
        ],
        'saturate': [(0.3, 0), (0.1, 0), (1.5, 0), (2, 0.1), (2.5, 0.2)],
    },
    64: {
        'gaussian_noise': [0.04, 0.08, 0.12, 0.15, 0.18],
        'shot_noise': [250, 100, 50, 30, 15],
        'impulse_noise': [0.01, 0.02, 0.05, 0.08, 0.14],
        'defocus_blur': [(0.5, 0.6), (1, 0.1), (1.5, 0.1), (2.5, 0.01), (3, 0.1)],
        'glass_blur': [(0.1, 1, 1), (0.5, 1, 1), (0.6, 1, 2), (0.7, 2, 1), (0.9, 2, 2)],
        'motion_blur': [(10, 1), (10, 1.5), (10, 2), (10, 2.5), (12, 3)],
        'zoom_blur': [(1.06, 0.01), (1.11, 0.01), (1.16, 0.01), (1.21, 0.01), (1.26, 0.01)],
        'snow': [
            (0.1, 0.2, 1, 0.6, 8, 3, 0.8),
            (0.1, 0.2, 1, 0.5, 10, 4, 0.8),
            (0.15, 0.3, 1.75, 0.55, 10, 4, 0.7),
            (0.25, 0.3, 2.25, 0.6, 12, 6, 0.65),
            (0.3, 0.3, 1.25, 0.65, 14, 12, 0.6),
        ],
        'frost': [(1, 0.3), (0.9, 0.4), (0.8, 0.45), (0.75, 0.5), (0.7, 0.55)],
        'fog': [(0.4, 3), (0.7, 3), (1, 2.5), (1.5, 2), (2, 1.75)],
        'brightness': [0.1, 0.2, 0.3, 0.4, 0.5],
        'contrast': [0.4, 0.3, 0.2, 0.1, 0.05],
        'elastic_transform': [
            (0, 0, 64 * 0.08),
            (64 * 0.05, 64 * 0.3, 64 * 0.06),
            (64 * 0.1, 64 * 0.08, 64 * 0.06),
            (64 * 0.1, 64 * 0.03, 64 * 0.03),
            (64 * 0.16, 64 * 0.03, 64 * 0.02),
        ],
        'pixelate': [0.9, 0.8, 0.7, 0.6, 0.5],
        'jpeg_compression': [65, 58, 50, 40, 25],
        'speckle_noise': [0.15, 0.2, 0.25, 0.3, 0.35],
        'gaussian_blur': [0.5, 0.75, 1, 1.25, 1.5],
        'spatter': [
            (0.62, 0.1, 0.7, 0.7, 0.6, 0),
            (0.65, 0.1, 0.8, 0.7, 0.6, 0),
            (0.65, 0.3, 1, 0.69, 0.6, 0),
            (0.65, 0.1, 0.7, 0.68, 0.6, 1),
            (0.65, 0.1, 0.5, 0.67, 0.6, 1),
        ],
        'saturate': [(0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (30, 0.2)],
    },
}
RANDOM = [
    'gaussian_noise', 'shot_noise', 'impulse_noise', 'glass_blur', 'motion_blur', 'snow', 'frost', 'fog', 'elastic_transform',
    'speckle_noise', 'spatter',
]  # fmt: skip
FROST_SCALE = {224: None, 64: 0.3, 32: 0.2}
frost_textures = {}


def finish(x):
    """[0, 1] to bytes, cut off as the original does."""
    return np.uint8(np.clip(x, 0, 1) * 255)


def smooth(x, sigma):
    return gaussian(x, sigma=sigma, channel_axis=-1)


def gaussian_noise(x, c):
    return finish(x / 255.0 + np.random.normal(size=x.shape, scale=c))


def shot_noise(x, c):
    return finish(np.random.poisson(x / 255.0 * c) / c)


def impulse_noise(x, c):
    return finish(sk.util.random_noise(x / 255.0, mode='s&p', amount=c, seed=np.random.randint(2**31)))


def speckle_noise(x, c):
    x = x / 255.0
    return finish(x + x * np.random.normal(size=x.shape, scale=c))


def gaussian_blur(x, c):
    return finish(smooth(x / 255.0, c))


def disk(radius, alias):
    reach, size = (8, 3) if radius <= 8 else (radius, 5)
    line = np.arange(-reach, reach + 1)
    inside = np.add.outer(line**2, line**2) <= radius**2
    kernel = inside.astype(np.float32)
    kernel /= np.sum(kernel)
    return cv2.GaussianBlur(kernel, ksize=(size, size), sigmaX=alias)


def defocus_blur(x, c):
    kernel = disk(*c)
    return finish(np.dstack([cv2.filter2D(x[:, :, d] / 255.0, -1, kernel) for d in range(3)]))


def glass_blur(x, c):
    sigma, delta, rounds = c
    side = x.shape[0]
    x = np.uint8(smooth(x / 255.0, sigma) * 255)
    for _ in range(rounds):
        for h in range(side - delta, delta, -1):
            for w in range(side - delta, delta, -1):
                dx, dy = np.random.randint(-delta, delta, size=(2,))
                # What exchanging two views of one array comes to.
                x[h, w] = x[h + dy, w + dx]
    return finish(smooth(x / 255.0, sigma))


def magick_motion_blur(picture, radius, sigma, angle):
    png = BytesIO()
    picture.save(png, format='PNG')
    image = WandImage(blob=png.getvalue())
    library.MagickMotionBlurImage(image.wand, radius, sigma, angle)
    return cv2.imdecode(np.frombuffer(image.make_blob(), np.uint8), cv2.IMREAD_UNCHANGED)


def motion_blur(x, c):
    blurred = magick_motion_blur(Image.fromarray(x), *c, np.random.uniform(-45, 45))
    return blurred[..., [2, 1, 0]] if blurred.ndim == 3 else np.dstack([blurred] * 3)


def clipped_zoom(x, factor):
    side = x.shape[0]
    crop = int(np.ceil(side / factor))
    top = (side - crop) // 2
    x = zoom(x[top : top + crop, top : top + crop], (factor, factor, 1), order=1)
    trim = (x.shape[0] - side) // 2
    return x[trim : trim + side, trim : trim + side]


def zoom_blur(x, c):
    x = (x / 255.0).astype(np.float32)
    factors = np.arange(1, *c)
    total = np.zeros_like(x)
    for factor in factors:
        total += clipped_zoom(x, factor)
    return finish((x + total) / (len(factors) + 1))


def snow(x, c):
    side = x.shape[0]
    x = x.astype(np.float32) / 255.0
    layer = np.random.normal(size=x.shape[:2], loc=c[0], scale=c[1])
    layer = clipped_zoom(layer[..., np.newaxis], c[2])
    layer[layer < c[3]] = 0
    picture = Image.fromarray(finish(layer.squeeze()), mode='L')
    layer = (magick_motion_blur(picture, c[4], c[5], np.random.uniform(-135, -45)) / 255.0)[..., np.newaxis]
    grey = cv2.cvtColor(x, cv2.COLOR_RGB2GRAY).reshape(side, side, 1)
    x = c[6] * x + (1 - c[6]) * np.maximum(x, grey * 1.5 + 0.5)
    return finish(x + layer + np.rot90(layer, k=2))


def frost(x, c):
    side = x.shape[0]
    texture = frost_textures[side][np.random.randint(5)]
    top = np.random.randint(0, texture.shape[0] - side)
    left = np.random.randint(0, texture.shape[1] - side)
    crop = texture[top : top + side, left : left + side][..., [2, 1, 0]]
    return np.uint8(np.clip(c[0] * x + c[1] * crop, 0, 255))


def plasma(size, decay):
    field = np.empty((size, size))
    field[0, 0] = 0
    step, wibble = size, 100

    def draw(total):
        return total / 4 + wibble * np.random.uniform(-wibble, wibble, total.shape)

    while step >= 2:
        half = step // 2
        corners = field[0:size:step, 0:size:step]
        down = corners + np.roll(corners, -1, axis=0)
        field[half:size:step, half:size:step] = draw(down + np.roll(down, -1, axis=1))
        centres = field[half:size:step, half:size:step]
        field[0:size:step, half:size:step] = draw(
            centres + np.roll(centres, 1, axis=0) + corners + np.roll(corners, -1, axis=1)
        )
        field[half:size:step, 0:size:step] = draw(
            centres + np.roll(centres, 1, axis=1) + corners + np.roll(corners, -1, axis=0)
        )
        step = half
        wibble /= decay
    field -= field.min()
    return field / field.max()


def fog(x, c):
    side = x.shape[0]
    x = x / 255.0
    top = x.max()
    size = 256 if side == 224 else side
    x += c[0] * plasma(size, c[1])[:side, :side][..., np.newaxis]
    return finish(x * top / (top + c[0]))


def brightness(x, c):
    x = sk.color.rgb2hsv(x / 255.0)
    x[:, :, 2] = np.clip(x[:, :, 2] + c, 0, 1)
    return finish(sk.color.hsv2rgb(x))


def saturate(x, c):
    x = sk.color.rgb2hsv(x / 255.0)
    x[:, :, 1] = np.clip(x[:, :, 1] * c[0] + c[1], 0, 1)
    return finish(sk.color.hsv2rgb(x))


def contrast(x, c):
    x = x / 255.0
    means = np.mean(x, axis=(0, 1), keepdims=True)
    return finish((x - means) * c + means)


def elastic_transform(x, c):
    x = x.astype(np.float32) / 255.0
    shape = x.shape
    centre = np.float32(shape[:2]) // 2
    reach = min(shape[:2]) // 3
    before = np.float32([centre + reach, [centre[0] + reach, centre[1] - reach], centre - reach])
    after = before + np.random.uniform(-c[2], c[2], size=before.shape).astype(np.float32)
    affine = cv2.getAffineTransform(before, after)
    x = cv2.warpAffine(x, affine, shape[:2][::-1], borderMode=cv2.BORDER_REFLECT_101)

    def shift():
        noise = gaussian(np.random.uniform(-1, 1, size=shape[:2]), c[1], mode='reflect', truncate=3)
        return (noise * c[0]).astype(np.float32)[..., np.newaxis]

    dx, dy = shift(), shift()
    across, down, channel = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]), np.arange(shape[2]))
    where = np.reshape(down + dy, (-1, 1)), np.reshape(across + dx, (-1, 1)), np.reshape(channel, (-1, 1))
    return finish(map_coordinates(x, where, order=1, mode='reflect').reshape(shape))


def pixelate(x, c):
    side = x.shape[0]
    small = Image.fromarray(x).resize((int(side * c), int(side * c)), Image.BOX)
    return np.array(small.resize((side, side), Image.BOX))


def jpeg_compression(x, c):
    output = BytesIO()
    Image.fromarray(x).save(output, 'JPEG', quality=c)
    return np.array(Image.open(output))


def spatter(x, c):
    x = x.astype(np.float32) / 255.0
    layer = gaussian(np.random.normal(size=x.shape[:2], loc=c[0], scale=c[1]), sigma=c[2])
    layer[layer < c[3]] = 0
    if c[5] == 1:
        mud = gaussian(np.where(layer > c[3], 1, 0).astype(np.float32), sigma=c[4])
        mud[mud < 0.8] = 0
        mud = mud[..., np.newaxis]
        return finish(x * (1 - mud) + np.float32([63, 42, 20]) / 255.0 * mud)
    layer = (layer * 255).astype(np.uint8)
    distance = cv2.distanceTransform(255 - cv2.Canny(layer, 50, 150), cv2.DIST_L2, 5)
    _, distance = cv2.threshold(distance, 20, 20, cv2.THRESH_TRUNC)
    distance = cv2.equalizeHist(cv2.blur(distance, (3, 3)).astype(np.uint8))
    distance = cv2.filter2D(distance, cv2.CV_8U, np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]))
    distance = cv2.blur(distance, (3, 3)).astype(np.float32)
    water = layer * distance
    water = (water / np.max(water) * c[4])[..., np.newaxis]
    return finish(x + water * np.float32([175, 238, 238]) / 255.0)


def formula_image(side):
    """Edges, gradients, texture and saturated colours in whole numbers, as in TypeScript: [side, side, 3]."""
    y, x = np.mgrid[0:side, 0:side]
    red = (x * 255) // (side - 1)
    green = np.where((x // 8 + y // 8) % 2 == 0, 200, 60)
    blue = (x * x + 3 * y * y) * 255 // (4 * (side - 1) * (side - 1))
    inside = (x - 40) ** 2 + (y - 24) ** 2 < 200
    red = np.where(inside, 240, red)
    blue = np.where(inside, 20, blue)
    # No even areas: there the original's rounding is a matter of chance.
    texture = (37 * x + 57 * y + 13 * x * y) % 23
    return np.uint8(np.minimum(255, np.stack([red, green, blue], axis=-1) + texture[..., np.newaxis]))


def corrupt(name, x, severity):
    return globals()[name](x, STRENGTHS[x.shape[0]][name][severity - 1])


def load(file):
    return np.array(Image.open(file).convert('RGB'))


def prove(references):
    for side in (224, 32):
        clean = load(references / str(side) / 'clean.png')
        for name in STRENGTHS[side]:
            if name == 'impulse_noise':
                continue
            for severity in range(1, 6):
                np.random.seed(1000 + severity)
                made = corrupt(name, clean, severity).astype(int)
                there = load(references / str(side) / f'{name}-{severity}.png').astype(int)
                difference = np.abs(made - there)
                print(side, name, severity, difference.mean().round(4), difference.max())
                if difference.mean() > 0.02:
                    print('  DIFFERS')


def figures(clean, made):
    made = made.astype(float)
    return made.mean(), made.std(), np.abs(made - clean).mean()


def statistics(clean):
    rows = {}
    for name in RANDOM:
        for severity in range(1, 6):
            found = []
            for seed in range(SEEDS):
                np.random.seed(seed)
                found.append(figures(clean, corrupt(name, clean, severity)))
            found = np.array(found)
            summary = np.stack([found.min(0), found.max(0), found.mean(0), found.std(0, ddof=1)], axis=-1)
            rows[f'{clean.shape[0]}/{name}/{severity}'] = summary.round(4).tolist()
            print(clean.shape[0], name, severity, *rows[f'{clean.shape[0]}/{name}/{severity}'], flush=True)
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--references', type=Path, required=True)
    parser.add_argument('--frost', type=Path, required=True)
    parser.add_argument('--size', type=int, choices=[224, 64, 32], help='only the statistics of this size')
    arguments = parser.parse_args()
    files = ['frost1.png', 'frost2.png', 'frost3.png', 'frost4.jpg', 'frost5.jpg']
    textures = [cv2.imread(str(arguments.frost / file)) for file in files]
    for side, scale in FROST_SCALE.items():
        frost_textures[side] = textures if scale is None else [cv2.resize(t, (0, 0), fx=scale, fy=scale) for t in textures]
    if arguments.size is None:
        prove(arguments.references)
        folder = FOLDER / 'deterministic-64'
        folder.mkdir(exist_ok=True)
        clean = formula_image(64)
        for name in STRENGTHS[64]:
            if name in RANDOM:
                continue
            strip = np.concatenate([corrupt(name, clean, severity) for severity in range(1, 6)], axis=1)
            Image.fromarray(strip).save(folder / f'{name}.png', optimize=True)
    output = FOLDER / 'statistics.json'
    rows = json.loads(output.read_text())['rows'] if output.exists() else {}
    for side in (224, 64, 32) if arguments.size is None else (arguments.size,):
        rows.update(statistics(formula_image(64) if side == 64 else load(arguments.references / str(side) / 'clean.png')))
    lines = ',\n'.join(f'{json.dumps(key)}: {json.dumps(row)}' for key, row in rows.items())
    columns = 'mean, standard deviation, mean absolute difference from clean; of each: least, largest, mean, deviation'
    output.write_text(f'{{"columns": {json.dumps(columns)}, "seeds": {SEEDS}, "rows": {{\n{lines}\n}}}}\n')


if __name__ == '__main__':
    main()
