"""
Times imagecorruptions 1.1.2 on photos in memory: `corruptions_original.py PIXELS SIDE SEVERITY`, then a line
{"name", "count"} on stdin for a line of milliseconds on stdout.

    pip install imagecorruptions==1.1.2 numpy==1.26.4 scipy==1.11.4 scikit-image==0.20.0 opencv-python-headless==4.9.0.80 setuptools
"""

import json
import sys
import time
import warnings

warnings.filterwarnings('ignore')

import cv2
import imagecorruptions
import imagecorruptions.corruptions as functions
import numpy as np
import scipy
import skimage

# scikit-image dropped the argument `multichannel`, which the package still gives; the filter is the same.
gaussian = functions.gaussian
functions.gaussian = lambda *args, multichannel=None, **rest: gaussian(
    *args, channel_axis=-1 if multichannel else None, **rest
)

file, side, severity = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
photos = np.fromfile(file, np.uint8).reshape(-1, side, side, 3)
versions = {'numpy': np, 'scipy': scipy, 'scikit-image': skimage, 'opencv': cv2}
print(json.dumps('imagecorruptions 1.1.2, ' + ', '.join(f'{k} {v.__version__}' for k, v in versions.items())), flush=True)
for line in sys.stdin:
    order = json.loads(line)
    times = []
    for photo in photos[: order['count']]:
        start = time.perf_counter()
        imagecorruptions.corrupt(photo, severity=severity, corruption_name=order['name'])
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps(times), flush=True)
