"""Makes the references of resized-crop.test.ts: torchvision's resized_crop and flip on Pillow images, at fixed boxes.

Writes beside itself two synthetic pictures (one PNG, one JPEG), boxes.json, and for each picture and size a strip of results,
one below the other. Made with torchvision 0.28.0, Pillow 13.0.0 (libjpeg-turbo 3.2.0) and numpy.

usage: python3 make-references.py
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

FOLDER = Path(__file__).parent
SIZES = [32, 64]


def picture(width, height):
    """Waves of all lengths, hard edges and noise, in three colours."""
    generator = np.random.default_rng(7)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    waves = [np.sin((x * (c + 1) + y) * (x / width + 0.2) * 0.35 + c) for c in range(3)]
    image = 128 + 70 * np.stack(waves, axis=-1)
    image[(x - width * 0.4) ** 2 + (y - height * 0.5) ** 2 < (height * 0.3) ** 2] *= (1.3, 0.6, 0.3)
    image[int(height * 0.7) :, int(width * 0.55) :: 7] = (250, 240, 20)
    image += generator.normal(0, 6, image.shape)
    return Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))


def boxes(width, height):
    """left, top, width, height, flip: whole, small (enlarged), large, odd places, borders, narrow, one pixel."""
    return [
        [0, 0, width, height, 0],
        [11, 7, 25, 21, 1],
        [width // 9, height // 7, width * 3 // 4, height * 3 // 4, 0],
        [3, 5, 97, 101, 1],
        [width - 64, height - 85, 64, 85, 0],
        [width // 2, 0, 61, height, 1],
        [0, height // 2, width, 33, 0],
        [width - 1, height - 1, 1, 1, 1],
    ]


def main():
    pictures = {"wide.jpg": picture(233, 171), "tall.png": picture(141, 190)}
    chosen = {}
    for name, image in pictures.items():
        image.save(FOLDER / name, **({"quality": 88} if name.endswith("jpg") else {}))
        image = Image.open(FOLDER / name).convert("RGB")
        chosen[name] = boxes(*image.size)
        for size in SIZES:
            strip = Image.new("RGB", (size, size * len(chosen[name])))
            for i, (left, top, width, height, flip) in enumerate(chosen[name]):
                crop = F.resized_crop(image, top, left, height, width, [size, size], InterpolationMode.BILINEAR, antialias=True)
                strip.paste(F.hflip(crop) if flip else crop, (0, i * size))
            strip.save(FOLDER / f"{Path(name).stem}-{size}.png")
    (FOLDER / "boxes.json").write_text(json.dumps({"sizes": SIZES, "boxes": chosen}, indent=1) + "\n")


if __name__ == "__main__":
    main()
