"""Writes tiny data sets in CIFAR's python form into the folder named after the running Python: python2, python3.

Run it with Python 2.7 and numpy 1.16, as the official archives were written (cPickle, protocol 2), and with Python 3 and numpy 2,
as a copy would be. The images are computed, no data set's.

    python2.7 make-pickles.py && python3 make-pickles.py
"""
import os
import sys

import numpy

try:
    import cPickle as pickle
except ImportError:
    import pickle

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "python%d" % sys.version_info[0])


def images(first, count):
    """Planes of the images `first`, ...: byte i of image n is (41 n + 31 i) mod 251."""
    places = numpy.arange(3072)
    return numpy.stack([(41 * n + 31 * places) % 251 for n in range(first, first + count)]).astype(numpy.uint8)


def write(folder, name, content):
    path = os.path.join(FOLDER, folder)
    if not os.path.isdir(path):
        os.makedirs(path)
    with open(os.path.join(path, name), "wb") as file:
        pickle.dump(content, file, 2)


def batch(first, labels_key, labels, label):
    content = {
        "batch_label": label,
        "data": images(first, len(labels)),
        "filenames": ["image_s_%06d.png" % (first + i) for i in range(len(labels))],
    }
    content[labels_key] = labels
    return content


ten = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
write("cifar-10-batches-py", "data_batch_1", batch(0, "labels", [6, 9, 9], "training batch 1 of 5"))
write("cifar-10-batches-py", "data_batch_2", batch(3, "labels", [4, 0], "training batch 2 of 5"))
write("cifar-10-batches-py", "test_batch", batch(5, "labels", [3, 8], "testing batch 1 of 1"))
write("cifar-10-batches-py", "batches.meta", {"num_cases_per_batch": 3, "label_names": ten, "num_vis": 3072})

train = batch(0, "fine_labels", [19, 99], "training batch 1 of 1")
train["coarse_labels"] = [11, 13]
# A column-major array, as numpy pickles one.
train["data"] = numpy.asfortranarray(train["data"])
test = batch(2, "fine_labels", [0, 33], "testing batch 1 of 1")
test["coarse_labels"] = [4, 17]
write("cifar-100-python", "train", train)
write("cifar-100-python", "test", test)
names = {"fine_label_names": ["fine %02d" % i for i in range(100)], "coarse_label_names": ["coarse %02d" % i for i in range(20)]}
write("cifar-100-python", "meta", names)
