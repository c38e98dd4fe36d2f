"""Makes the references of image-files.test.ts: small pictures in about 200 kinds of files, and what Pillow reads from them.

image-files.safetensors holds for each file `<format>/<kind>`: the file itself [bytes] and, where Pillow can read it,
`<format>/<kind>:pixels` [height, width, 3] of Image.open(file).convert("RGB"), which is what torchvision's ImageFolder gives
to its transforms. Pictures are drawn from the seed below and the file's name: gradients, waves, hard edges and noise.

Made with Python 3.11, numpy 2.4.6, Pillow 13.0.0 (libjpeg-turbo 3.2.0, libtiff 4.7.2, libwebp 1.6.0, zlib-ng 2.3.3); the
versions that made the file are in its metadata.

usage: python3 make-image-files.py            # writes beside itself, a second
       python3 make-image-files.py --check    # compares with the file there instead
"""

import argparse
import io
import json
import struct
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageCms, features

FILE = Path(__file__).with_name("image-files.safetensors")
SEED = 20
ORIENTATION = 0x0112


def picture(name, width=29, height=22, channels=3):
    """[height, width, channels] uint8: waves of several lengths, a disc with a hard edge, strokes as of letters, noise."""
    generator = np.random.default_rng([SEED, *name.encode()])
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    waves = [np.sin((x * (c + 1) + y * (channels - c)) * generator.uniform(0.05, 0.3) + c) for c in range(channels)]
    image = 128 + 80 * np.stack(waves, axis=-1)
    image[(x - width * 0.3) ** 2 + (y - height * 0.4) ** 2 < (height * 0.25) ** 2] *= generator.uniform(0.2, 1.6, channels)
    image[int(height * 0.6) :: 3, int(width * 0.5) :: 4] = generator.uniform(0, 255, channels)
    image += generator.normal(0, 4, image.shape)
    return np.clip(image, 0, 255).astype(np.uint8)


def photo(name, mode="RGB", **size):
    """A Pillow image of mode L, LA, RGB, RGBA or CMYK."""
    pixels = picture(name, channels=len(Image.new(mode, (1, 1)).getbands()), **size)
    return Image.fromarray(pixels[..., 0] if mode == "L" else pixels, mode)


def wide(name, channels, **size):
    """[height, width, channels] uint16 with all values from 0 to 65535."""
    low = np.random.default_rng([SEED, 1, *name.encode()]).integers(0, 256, (*picture(name, channels=channels, **size).shape,))
    return (picture(name, channels=channels, **size).astype(np.uint16) << 8) | low.astype(np.uint16)


def saved(image, format, **options):
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def orientation(value):
    exif = Image.Exif()
    exif[ORIENTATION] = value
    return exif


def swapped_profile():
    """An RGB colour profile whose red and green are exchanged: whoever applies it cannot be overlooked."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    undated = profile[:24] + b"\0" * 12 + profile[36:]
    return undated.replace(b"rXYZ", b"tmpX").replace(b"gXYZ", b"rXYZ").replace(b"tmpX", b"gXYZ")


# ---------------------------------------------------------------------------------------------------------------- JPEG


def segment(jpeg, marker):
    """Where a marker's segment begins and ends."""
    at = 2
    while jpeg[at + 1] != marker:
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return at, at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")


def frame_of(jpeg):
    return segment(jpeg, 0xC2 if b"\xff\xc2" in jpeg else 0xC0)[0]


def sampled(jpeg, luma, width, height):
    """Other sampling factors over as many blocks a unit: blocks lie elsewhere, the file is sound. luma: 0x41 is 4:1:1."""
    at = frame_of(jpeg)
    changed = bytearray(jpeg)
    changed[at + 5 : at + 9] = struct.pack(">HH", height, width)
    changed[at + 11] = luma
    return bytes(changed)


def patched(jpeg, marker, offset, value):
    changed = bytearray(jpeg)
    changed[segment(jpeg, marker)[0] + offset] = value
    return bytes(changed)


def without(jpeg, marker):
    begin, end = segment(jpeg, marker)
    return jpeg[:begin] + jpeg[end:]


def jpegs():
    sizes = {"a": (33, 26), "b": (16, 48), "c": (1, 1), "d": (47, 9)}
    for quality in (30, 75, 95, 100):
        for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
            for progressive in (False, True):
                key = "abd"[(quality + progressive) % 3]
                name = f"{subsampling}-q{quality}{'-progressive' if progressive else ''}"
                image = photo(name, width=sizes[key][0], height=sizes[key][1])
                yield name, saved(image, "JPEG", quality=quality, subsampling=subsampling, progressive=progressive)
    for quality in (60, 95):
        for progressive in (False, True):
            mark = f"q{quality}{'-progressive' if progressive else ''}"
            options = {"quality": quality, "progressive": progressive}
            two_by_two = saved(photo(f"h2v2-{mark}", width=64, height=32), "JPEG", subsampling="4:2:0", **options)
            two_by_one = saved(photo(f"h2v1-{mark}", width=32, height=32), "JPEG", subsampling="4:2:2", **options)
            if not progressive:  # A progressive scan of luma alone has no padding of units.
                yield f"4:1:1-{mark}", sampled(two_by_two, 0x41, 61, 31)
                yield f"4:1:0-high-{mark}", sampled(two_by_two, 0x14, 63, 30)
                yield f"4:4:0-{mark}", sampled(two_by_one, 0x12, 31, 29)
            yield f"rgb-stored-{mark}", saved(photo(f"rgb-{mark}"), "JPEG", keep_rgb=True, **options)
            yield f"grey-{mark}", saved(photo(f"grey-{mark}", "L"), "JPEG", **options)
            cmyk = saved(photo(f"cmyk-{mark}", "CMYK"), "JPEG", **options)
            yield f"cmyk-{mark}", cmyk
            yield f"cmyk-no-adobe-{mark}", without(cmyk, 0xEE)
            yield f"ycck-{mark}", patched(cmyk, 0xEE, 15, 2)
    gradient = np.stack(np.broadcast_arrays(*np.ix_(np.arange(64), np.arange(64))), -1).astype(np.uint8) * 4
    gradient = np.concatenate([gradient, 255 - gradient], -1)
    yield "cmyk-gradient", saved(Image.fromarray(gradient, "CMYK"), "JPEG", quality=100, subsampling="4:4:4")
    yield "cmyk-profile", saved(photo("profile", "CMYK"), "JPEG", quality=90, icc_profile=swapped_profile())
    for value in range(1, 9):
        yield f"orientation-{value}", saved(photo(f"orientation-{value}"), "JPEG", quality=90, exif=orientation(value))
    yield "one-pixel", saved(photo("one-pixel", width=1, height=1), "JPEG")
    yield "profile", saved(photo("profile"), "JPEG", quality=90, icc_profile=swapped_profile())
    yield "restarts", saved(photo("restarts"), "JPEG", quality=85, restart_marker_blocks=1)
    yield "optimised", saved(photo("optimised"), "JPEG", quality=85, optimize=True)
    yield "comment", saved(photo("comment"), "JPEG", comment="x" * 300)
    yield "two-pictures", saved(photo("mpo"), "MPO", save_all=True, append_images=[photo("other")])
    sound = saved(photo("cut", width=40, height=40), "JPEG", quality=92)
    progressive = saved(photo("cut", width=40, height=40), "JPEG", quality=92, progressive=True)
    yield "garbage-after", sound + b"\x00garbage\xff\xd8" * 20
    yield "garbage-before-end", sound[:-2] + b"\0\1\2" + sound[-2:]
    yield "damaged-exif", patched(saved(photo("exif"), "JPEG", exif=orientation(6)), 0xE1, 14, 0xFF)
    for share in (20, 50, 80, 95):
        yield f"cut-{share}", sound[: len(sound) * share // 100]
        yield f"cut-{share}-progressive", progressive[: len(progressive) * share // 100]
    yield "cut-in-header", sound[:100]
    yield "no-end-marker", sound[:-2]
    yield "12-bits", patched(sound, 0xC0, 4, 12)
    yield "lossless", patched(sound, 0xC0, 1, 0xC3)
    yield "arithmetic", patched(sound, 0xC0, 1, 0xC9)


# ----------------------------------------------------------------------------------------------------------------- PNG

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def packed(values, depth):
    """Rows of samples of 1, 2, 4, 8 or 16 bits, big-endian: [height, samples] to bytes a row."""
    if depth == 16:
        return [row.astype(">u2").tobytes() for row in values]
    if depth == 8:
        return [row.astype(np.uint8).tobytes() for row in values]
    bits = ((values[..., None].astype(np.uint8) >> np.arange(depth - 1, -1, -1, dtype=np.uint8)) & 1).reshape(len(values), -1)
    return [row.tobytes() for row in np.packbits(bits, axis=-1)]


def png(values, depth, colour_type, chunks=(), interlaced=False):
    """values: [height, width, samples a pixel]; chunks: (type, contents) before the pixels."""

    def chunk(kind, contents):
        return struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", zlib.crc32(kind + contents))

    height, width, samples = values.shape
    parts = [values[y0::dy, x0::dx] for x0, y0, dx, dy in ADAM7] if interlaced else [values]
    rows = b"".join(b"\0" + row for part in parts if part.size for row in packed(part.reshape(len(part), -1), depth))
    head = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, int(interlaced))
    body = [chunk(b"IHDR", head), *(chunk(*each) for each in chunks), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def palette_of(name, count):
    return np.random.default_rng([SEED, 2, *name.encode()]).integers(0, 256, (count, 3)).astype(np.uint8)


def pngs():
    samples_of = {"grey": (0, 1), "rgb": (2, 3), "grey-alpha": (4, 2), "rgb-alpha": (6, 4)}
    for kind, (colour_type, samples) in samples_of.items():
        for interlaced in (False, True):
            mark = "-interlaced" if interlaced else ""
            yield f"{kind}-8{mark}", png(picture(f"{kind}8{mark}", channels=samples), 8, colour_type, interlaced=interlaced)
            yield f"{kind}-16{mark}", png(wide(f"{kind}16{mark}", samples), 16, colour_type, interlaced=interlaced)
    for depth in (1, 2, 4):
        for interlaced in (False, True):
            values = picture(f"grey-{depth}", channels=1) >> (8 - depth)
            yield f"grey-{depth}{'-interlaced' if interlaced else ''}", png(values, depth, 0, interlaced=interlaced)
    for depth in (1, 2, 4, 8):
        values = picture(f"palette-{depth}", channels=1) >> (8 - depth)
        colours = (b"PLTE", palette_of(f"palette-{depth}", 1 << depth).tobytes())
        yield f"palette-{depth}", png(values, depth, 3, [colours])
        yield f"palette-{depth}-transparent", png(values, depth, 3, [colours, (b"tRNS", bytes(range(0, 2**depth)))])
        yield f"palette-{depth}-interlaced", png(values, depth, 3, [colours], interlaced=True)
    short = picture("short-palette", channels=1) % 20
    yield "palette-short", png(short, 8, 3, [(b"PLTE", palette_of("short-palette", 20).tobytes()), (b"tRNS", b"\0\x80")])
    pixels = picture("colour-key")
    yield "rgb-colour-key", png(pixels, 8, 2, [(b"tRNS", pixels[3, 3].astype(">u2").tobytes())])
    yield "grey-colour-key", png(pixels[..., :1], 8, 0, [(b"tRNS", pixels[3, 3, :1].astype(">u2").tobytes())])
    yield "rgb-16-colour-key", png(wide("key", 3), 16, 2, [(b"tRNS", wide("key", 3)[0, 0].astype(">u2").tobytes())])
    yield "gamma", png(picture("gamma"), 8, 2, [(b"gAMA", struct.pack(">I", 100000))])
    yield "rgb-16-gamma", png(wide("gamma", 3), 16, 2, [(b"gAMA", struct.pack(">I", 100000))])
    yield "profile", saved(photo("profile"), "PNG", icc_profile=swapped_profile())
    yield "one-pixel", png(picture("one", 1, 1), 8, 2)
    yield "significant-bits", png(picture("bits"), 8, 2, [(b"sBIT", b"\5\6\5")])
    for value in (3, 6):
        yield f"orientation-{value}", saved(photo(f"orientation-{value}"), "PNG", exif=orientation(value))
    frames = [photo(f"frame-{i}", "RGBA") for i in range(3)]
    yield "animated", saved(frames[0], "PNG", save_all=True, append_images=frames[1:])
    yield "animated-other-still", saved(frames[0], "PNG", save_all=True, append_images=frames[1:], default_image=True)
    yield "damaged-profile", png(picture("text"), 8, 2, [(b"iCCP", b"no\0\0profile")])
    sound = png(picture("cut"), 8, 2)
    for share in (30, 60, 90):
        yield f"cut-{share}", sound[: len(sound) * share // 100]
    yield "garbage-after", sound + b"garbage" * 20
    damaged = bytearray(sound)
    damaged[len(damaged) // 2] ^= 0xFF
    yield "damaged", bytes(damaged)


# ------------------------------------------------------------------------------------------------------------ WebP, GIF


def webps():
    for mode in ("RGB", "RGBA"):
        for quality in (20, 80, 100):
            for key, (width, height) in {"a": (33, 26), "b": (16, 40)}.items():
                name = f"{mode.lower()}-q{quality}-{key}"
                yield name, saved(photo(name, mode, width=width, height=height), "WEBP", quality=quality)
        yield f"{mode.lower()}-lossless", saved(photo("lossless", mode), "WEBP", lossless=True)
        yield f"{mode.lower()}-lossless-exact", saved(photo("exact", mode), "WEBP", lossless=True, exact=True)
    clear = picture("clear", channels=4)
    clear[::2, :, 3] = 0
    yield "hidden-colours", saved(Image.fromarray(clear, "RGBA"), "WEBP", lossless=True, exact=True)
    yield "grey", saved(photo("grey", "L"), "WEBP", quality=90)
    yield "profile", saved(photo("profile"), "WEBP", quality=90, icc_profile=swapped_profile())
    yield "one-pixel", saved(photo("one", width=1, height=1), "WEBP")
    for value in (3, 6):
        yield f"orientation-{value}", saved(photo(f"orientation-{value}"), "WEBP", exif=orientation(value))
    for mode in ("RGB", "RGBA"):
        frames = [photo(f"frame-{i}", mode) for i in range(3)]
        animated = {"save_all": True, "append_images": frames[1:], "duration": 100}
        yield f"animated-{mode.lower()}", saved(frames[0], "WEBP", lossless=True, exact=True, **animated)
        yield f"animated-{mode.lower()}-lossy", saved(frames[0], "WEBP", quality=80, **animated)
    for quality, lossless in ((80, False), (80, True)):
        sound = saved(photo("cut", width=64, height=64), "WEBP", quality=quality, lossless=lossless)
        for share in (30, 60, 90):
            yield f"cut-{share}{'-lossless' if lossless else ''}", sound[: len(sound) * share // 100]
    yield "garbage-after", saved(photo("garbage"), "WEBP", quality=80) + b"garbage" * 9


def gif(values, palette, canvas=None, corner=(0, 0), local=None, transparent=None, interlaced=False, after=b"", background=0):
    """One frame, with LZW codes of which none is a compression: a clear code before the table would grow."""
    height, width = values.shape
    depth = max(2, int(np.ceil(np.log2(len(local if local is not None else palette)))))
    order = [y for first, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for y in range(first, height, step)] if interlaced else range(height)
    codes = []
    for i, value in enumerate(np.concatenate([values[y] for y in order])):
        if i % (2**depth - 2) == 0:
            codes.append(1 << depth)
        codes.append(int(value))
    codes.append((1 << depth) + 1)
    bits = "".join(format(code, f"0{depth + 1}b")[::-1] for code in codes)
    data = bytes(int(bits[i : i + 8][::-1], 2) for i in range(0, len(bits), 8))
    blocks = b"".join(bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255)) + b"\0"

    def size_bits(colours):
        return max(1, int(np.ceil(np.log2(len(colours))))) - 1

    def table(colours):
        return colours.tobytes().ljust(3 * (2 << size_bits(colours)), b"\0")

    file = b"GIF89a" + struct.pack("<HH", *(canvas or (width, height)))
    file += bytes([0x80 | size_bits(palette), background, 0]) + table(palette) if palette is not None else bytes([0, 0, 0])
    if transparent is not None:
        file += b"\x21\xf9\4" + bytes([1, 0, 0, transparent, 0])
    flags = (0x40 if interlaced else 0) | (0x80 | size_bits(local) if local is not None else 0)
    file += b"\x2c" + struct.pack("<HHHH", *corner, width, height) + bytes([flags]) + (table(local) if local is not None else b"")
    return file + bytes([depth]) + blocks + after + b";"


def gifs():
    values = picture("gif", channels=1)[..., 0]
    for depth in (1, 2, 4, 7, 8):
        yield f"palette-{depth}", gif(values >> (8 - depth), palette_of(f"gif-{depth}", 1 << depth))
    colours, others = palette_of("gif", 64), palette_of("others", 32)
    small = values % 64
    yield "interlaced", gif(small, colours, interlaced=True)
    yield "transparent", gif(small, colours, transparent=int(small[5, 5]))
    yield "transparent-interlaced", gif(small, colours, transparent=int(small[9, 9]), interlaced=True)
    yield "transparent-local", gif(values % 32, colours, local=others, transparent=int(values[5, 5] % 32))
    yield "transparent-outside-palette", gif(small, colours[:50], transparent=60)
    yield "local", gif(values % 32, colours, local=others)
    yield "local-alone", gif(values % 32, None, local=others)
    yield "offset", gif(small, colours, canvas=(41, 37), corner=(5, 7))
    yield "offset-background", gif(small, colours, canvas=(41, 37), corner=(5, 7), background=9)
    yield "offset-transparent", gif(small, colours, canvas=(41, 37), corner=(5, 7), transparent=17)
    yield "offset-local", gif(values % 32, colours, canvas=(41, 37), corner=(3, 2), local=others)
    yield "offset-local-transparent", gif(values % 32, colours, canvas=(41, 37), corner=(3, 2), local=others, transparent=4)
    yield "larger-than-canvas", gif(small, colours, canvas=(20, 20))
    yield "wide-canvas", gif(small[:3], colours, canvas=(2100, 4), corner=(5, 1))
    later = gif(values % 64, colours, canvas=(60, 40), corner=(20, 10))[13 + 3 * 64 : -1]
    yield "larger-later", gif(small, colours, after=later)
    yield "grey", saved(photo("grey", "L"), "GIF")
    yield "grey-transparent", saved(photo("grey", "L"), "GIF", transparency=100)
    yield "two-greys", saved(photo("grey", "L").convert("1"), "GIF")
    yield "quantised", saved(photo("quantised"), "GIF")
    yield "quantised-alpha", saved(photo("quantised", "RGBA"), "GIF")
    frames = [photo(f"frame-{i}") for i in range(3)]
    yield "animated", saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    yield "one-pixel", saved(photo("one", width=1, height=1), "GIF")
    sound = gif(values, palette_of("cut", 256))
    for share in (40, 70, 95):
        yield f"cut-{share}", sound[: len(sound) * share // 100]
    yield "garbage-after", sound + b"garbage" * 9
    yield "no-end-marker", sound[:-1]


# ----------------------------------------------------------------------------------------------------------------- TIFF


def tiff(values, tags, big_endian=False, planar=False, tile=None, bytes_of=None):
    """An uncompressed TIFF. values: [height, width, samples]; tags: {number: (type, values)} beside those of the layout."""
    height, width, samples = values.shape
    if tile:  # All of it in one.
        values = np.pad(values, [(0, tile - height), (0, tile - width), (0, 0)])
    order = ">" if big_endian else "<"
    planes = [values[..., i] for i in range(samples)] if planar else [values.reshape(len(values), -1)]
    strips = [bytes_of(plane) if bytes_of else plane.astype(plane.dtype.newbyteorder(order)).tobytes() for plane in planes]
    offsets = np.cumsum([8, *(len(strip) + len(strip) % 2 for strip in strips)])
    bits = values.dtype.itemsize * 8
    every = {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, [bits] * samples),
        259: (3, [1]),
        262: (3, [2 if samples >= 3 else 1]),
        277: (3, [samples]),
        284: (3, [2 if planar else 1]),
        **({322: (3, [tile]), 323: (3, [tile])} if tile else {278: (4, [height])}),
        324 if tile else 273: (4, [int(offset) for offset in offsets[:-1]]),
        325 if tile else 279: (4, [len(strip) for strip in strips]),
        **tags,
    }
    form = {1: "B", 3: "H", 4: "I"}
    directory, extra = b"", b""
    extra_at = int(offsets[-1]) + 2 + 12 * len(every) + 4
    for number, (kind, numbers) in sorted(every.items()):
        contents = struct.pack(f"{order}{len(numbers)}{form[kind]}", *numbers)
        if len(contents) > 4:
            field = struct.pack(order + "I", extra_at + len(extra))
            extra += contents + b"\0" * (len(contents) % 2)
        else:
            field = contents.ljust(4, b"\0")
        directory += struct.pack(order + "HHI", number, kind, len(numbers)) + field
    body = b"".join(strip + b"\0" * (len(strip) % 2) for strip in strips)
    head = (b"MM" if big_endian else b"II") + struct.pack(order + "HI", 42, int(offsets[-1]))
    return head + body + struct.pack(order + "H", len(every)) + directory + b"\0" * 4 + extra


def tiffs():
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        for mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
            name = f"{mode.lower()}-{compression.removeprefix('tiff_')}"
            yield name, saved(photo(name, mode), "TIFF", compression=compression)
        name = f"palette-{compression.removeprefix('tiff_')}"
        yield name, saved(photo(name).quantize(40), "TIFF", compression=compression)
        yield f"1-bit-{compression.removeprefix('tiff_')}", saved(photo(name).convert("1"), "TIFF", compression=compression)
    for compression in ("group3", "group4"):
        yield f"1-bit-{compression}", saved(photo(compression).convert("1"), "TIFF", compression=compression)
    for quality in (75, 95):
        yield f"jpeg-q{quality}", saved(photo("jpeg"), "TIFF", compression="jpeg", quality=quality)
        yield f"jpeg-grey-q{quality}", saved(photo("jpeg", "L"), "TIFF", compression="jpeg", quality=quality)
        yield f"jpeg-cmyk-q{quality}", saved(photo("jpeg", "CMYK"), "TIFF", compression="jpeg", quality=quality)
    for value in range(1, 9):
        yield f"orientation-{value}", saved(photo(f"orientation-{value}"), "TIFF", tiffinfo={ORIENTATION: value})
    yield "orientation-6-lzw", saved(photo("lzw"), "TIFF", tiffinfo={ORIENTATION: 6}, compression="tiff_lzw")
    yield "orientation-8-grey", saved(photo("grey", "L"), "TIFF", tiffinfo={ORIENTATION: 8})
    for big_endian in (False, True):
        mark = "-big-endian" if big_endian else ""
        yield f"rgb-8{mark}", tiff(picture("rgb"), {}, big_endian)
        yield f"rgb-16{mark}", tiff(wide("rgb", 3), {}, big_endian)
        yield f"rgb-alpha-16{mark}", tiff(wide("rgba", 4), {338: (3, [2])}, big_endian)
        yield f"grey-16{mark}", tiff(wide("grey", 1), {}, big_endian)
        yield f"tiled{mark}", tiff(picture("tiled"), {}, big_endian, tile=32)
        yield f"planar{mark}", tiff(picture("planar"), {}, big_endian, planar=True)
    yield "planar-alpha", tiff(picture("planar", channels=4), {338: (3, [2])}, planar=True)
    yield "alpha-unspecified", tiff(picture("extra", channels=4), {338: (3, [0])})
    straight = picture("premultiplied", channels=4).astype(np.uint16)
    straight[::3, :, 3] = 0
    multiplied = np.concatenate([straight[..., :3] * straight[..., 3:] // 255, straight[..., 3:]], -1).astype(np.uint8)
    yield "alpha-premultiplied", tiff(multiplied, {338: (3, [1])})
    yield "cmyk-alpha", tiff(picture("cmyk", channels=5), {262: (3, [5]), 338: (3, [0])})
    yield "cmyk-16", tiff(wide("cmyk", 4), {262: (3, [5])})
    yield "white-is-zero", tiff(picture("white", channels=1), {262: (3, [0])})
    yield "white-is-zero-1-bit", saved(photo("white").convert("1"), "TIFF", tiffinfo={262: 0})
    for depth in (2, 4):
        values = picture(f"grey-{depth}", channels=1) >> (8 - depth)
        tags = {258: (3, [depth])}
        yield f"grey-{depth}", tiff(values, tags, bytes_of=lambda plane, depth=depth: b"".join(packed(plane, depth)))
        colours = palette_of(f"tiff-{depth}", 2**depth).astype(np.uint16).T.reshape(-1) * 257
        tags = {**tags, 262: (3, [3]), 320: (3, [int(each) for each in colours])}
        yield f"palette-{depth}", tiff(values, tags, bytes_of=lambda plane, depth=depth: b"".join(packed(plane, depth)))
    yield "profile", saved(photo("profile"), "TIFF", icc_profile=swapped_profile())
    yield "two-pages", saved(photo("page-1"), "TIFF", save_all=True, append_images=[photo("page-2", width=20)])
    yield "one-pixel", tiff(picture("one", 1, 1), {})
    yield "float", tiff(picture("float", channels=1).astype(np.float32), {339: (3, [3])})
    yield "grey-32", tiff(picture("grey-32", channels=1).astype(np.uint32), {})
    yield "grey-signed-16", tiff(picture("signed", channels=1).astype(np.int16), {339: (3, [2])})
    yield "lab", tiff(picture("lab"), {262: (3, [8])})
    yield "six-samples", tiff(picture("six", channels=6), {338: (3, [0, 0, 0])})
    sound = saved(photo("cut"), "TIFF", compression="tiff_lzw")
    for share in (20, 60):
        yield f"cut-{share}", sound[: len(sound) * share // 100]
    raw = tiff(picture("cut"), {})
    yield "cut-directory", raw[:-60]
    pixels_last = saved(photo("cut"), "TIFF")
    yield "cut-pixels", pixels_last[:-300]


# ------------------------------------------------------------------------------------------------------------------ BMP


def bmp(values, bits, palette=b"", masks=b"", header=40, top_down=False, compression=None, data=None, gap=0):
    """values: [height, width] or [height, width, bytes a pixel], top to bottom."""
    height, width = values.shape[:2]
    rows = packed(values, bits) if bits <= 8 else [row.tobytes() for row in values]
    rows = [row + b"\0" * (-len(row) % 4) for row in rows]
    body = data if data is not None else b"".join(rows if top_down else rows[::-1])
    kind = compression if compression is not None else (3 if masks else 0)
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        colours = len(palette) // 4
        info = struct.pack("<IiiHHIIiiII", header, width, -height if top_down else height, 1, bits, kind, len(body), 0, 0, colours, 0)
        info += masks.ljust(header - 40, b"\0") if header > 40 else masks
    start = 14 + len(info) + len(palette) + gap
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + info + palette + b"\0" * gap + body


def bmps():
    def quads(name, count):
        return np.concatenate([palette_of(name, count), np.zeros((count, 1), np.uint8)], -1).tobytes()

    for mode in ("1", "L", "RGB", "RGBA"):
        yield f"{mode.lower()}-pillow", saved(photo("pillow", "RGBA").convert(mode), "BMP")
    yield "p-pillow", saved(photo("pillow").quantize(60), "BMP")
    for top_down in (False, True):
        mark = "-top-down" if top_down else ""
        for depth in (1, 4, 8):
            values = picture(f"bmp-{depth}", channels=1)[..., 0] >> (8 - depth)
            yield f"palette-{depth}{mark}", bmp(values, depth, quads(f"bmp-{depth}", 2**depth), top_down=top_down)
        yield f"24{mark}", bmp(picture("24"), 24, top_down=top_down)
        yield f"32{mark}", bmp(picture("32", channels=4), 32, top_down=top_down)
        yield f"16{mark}", bmp(wide("16", 1) & 0x7FFF, 16, top_down=top_down)
    for width in (30, 31, 32):
        yield f"24-width-{width}", bmp(picture("width", width), 24)
        yield f"palette-4-width-{width}", bmp(picture("width", width, channels=1)[..., 0] >> 4, 4, quads("width", 16))
    short = picture("short", channels=1)[..., 0] % 20
    yield "palette-8-short", bmp(short, 8, quads("short", 20))
    yield "palette-8-gap", bmp(short, 8, quads("short", 20), gap=38)
    yield "24-palette", bmp(picture("24"), 24, quads("unused", 8))
    yield "palette-8-core", bmp(picture("core", channels=1)[..., 0], 8, palette_of("core", 256).tobytes(), header=12)
    yield "24-core", bmp(picture("core"), 24, header=12)
    rgb565, rgb555 = struct.pack("<III", 0xF800, 0x7E0, 0x1F), struct.pack("<III", 0x7C00, 0x3E0, 0x1F)
    yield "16-565", bmp(wide("565", 1), 16, masks=rgb565)
    yield "16-555-masks", bmp(wide("555", 1) & 0x7FFF, 16, masks=rgb555)
    four = picture("masks", channels=4)
    for name, masks in {
        "bgrx": (0xFF0000, 0xFF00, 0xFF, 0),
        "bgra": (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
        "rgba": (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
        "xbgr": (0xFF000000, 0xFF0000, 0xFF00, 0),
        "abgr": (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
    }.items():
        for header in (56, 108, 124):
            yield f"32-{name}-{header}", bmp(four, 32, masks=struct.pack("<IIII", *masks), header=header)
    yield "32-bgrx-40", bmp(four, 32, masks=struct.pack("<III", 0xFF0000, 0xFF00, 0xFF))
    yield "one-pixel", bmp(picture("one", 1, 1), 24)
    runs = b"".join(bytes([short.shape[1], y % 20]) + b"\0\0" for y in range(len(short))) + b"\0\1"
    yield "rle-8", bmp(short, 8, quads("short", 20), compression=1, data=runs)
    sound = bmp(picture("cut"), 24)
    for share in (1, 50, 99):
        yield f"cut-{share}", sound[: len(sound) * share // 100]
    yield "garbage-after", sound + b"garbage" * 9


FORMATS = {"jpeg": jpegs, "png": pngs, "webp": webps, "gif": gifs, "tiff": tiffs, "bmp": bmps}


def pillow_pixels(contents):
    """[height, width, 3], or None where Pillow raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(Image.open(io.BytesIO(contents)).convert("RGB"))
    except (OSError, ValueError, SyntaxError, EOFError, struct.error):
        return None


def references():
    tensors = {}
    for format, make in FORMATS.items():
        for kind, contents in make():
            name = f"{format}/{kind}"
            assert name not in tensors, name
            tensors[name] = np.frombuffer(contents, np.uint8)
            pixels = pillow_pixels(contents)
            if pixels is not None:
                tensors[f"{name}:pixels"] = pixels
    return tensors


def serialised(tensors):
    versions = {name: features.version(name) or "" for name in ("libjpeg_turbo", "libtiff", "webp", "zlib_ng")}
    header = {"__metadata__": {"pillow": PIL.__version__, "numpy": np.__version__, **versions}}
    offset = 0
    for name, values in tensors.items():
        header[name] = {"dtype": "U8", "shape": list(values.shape), "data_offsets": [offset, offset + values.size]}
        offset += values.size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(values.tobytes() for values in tensors.values())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    tensors = references()
    contents = serialised(tensors)
    if arguments.check:
        sys.exit(0 if FILE.read_bytes() == contents else f"{FILE} differs")
    FILE.write_bytes(contents)
    files = [name for name in tensors if not name.endswith(":pixels")]
    refused = [name for name in files if f"{name}:pixels" not in tensors]
    print(f"{len(files)} files, {len(contents)} bytes; Pillow refuses {len(refused)}: {', '.join(refused)}")


if __name__ == "__main__":
    main()
