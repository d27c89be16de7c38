"""Random changes to training images: what a hand, a phone and a camera do to a digit.

Every random number is drawn statelessly from a seed that is passed in, so that step N of a training
sees the same images whether or not the run was interrupted before it.
"""

from dataclasses import dataclass

from train.tf import tf

_BRIGHTNESS, _CONTRAST, _SATURATION = 0.1, 0.25, 0.3  # of photographs, half-widths
_GAIN, _NOISE = 0.1, 0.05  # of arrays
_CAMERA_SHARE = 0.3  # share of the images that get a new contrast, and share that get noise


@dataclass(frozen=True)
class Level:
    """Half-widths of the uniform distributions from which changes are drawn."""

    shift: float = 0.0  # pixels, along each axis
    rotation: float = 0.0  # degrees
    scale: float = 0.0  # relative: 0.1 draws 0.9 to 1.1
    shear: float = 0.0  # pixels of x per pixel of y
    gentle: float = 0.0  # share of the images that get half of all that
    camera: bool = False  # also contrast and noise
    colour: bool = False  # these are photographs: mirror them, change their colours
    jitter: bool = False  # these are no images: change gain and noise, nothing else


LEVELS = {
    "none": Level(),
    "light": Level(shift=2, rotation=10, scale=0.10, shear=0.10, camera=True),
    "mid": Level(shift=3, rotation=15, scale=0.15, shear=0.15, gentle=0.4, camera=True),
    "photo": Level(shift=3, rotation=8, scale=0.10, colour=True),
    "jitter": Level(jitter=True),
    "heavy": Level(shift=4, rotation=20, scale=0.20, shear=0.20, gentle=0.4, camera=True),
}


def affine(
    images: tf.Tensor, seed: tf.Tensor, level: Level, outside: str = "CONSTANT"
) -> tf.Tensor:
    """Shift, rotate, scale and shear each image by amounts drawn from ``level``.

    ``images``: float32 [batch, height, width, channels]; ``seed``: int32 [2]. Pixels from outside
    are 0, or with "REFLECT" what lies as far inside. Each output pixel is interpolated between the
    four that its place maps to.
    """
    batch, height, width = tf.shape(images)[0], images.shape[1], images.shape[2]
    gentle = tf.random.stateless_uniform([batch], seed + 1) < level.gentle
    draws = tf.random.stateless_uniform([5, batch], seed, -1.0, 1.0)
    draws *= tf.where(gentle, 0.5, 1.0)
    angle = draws[0] * (level.rotation * 3.14159265 / 180)
    scale = 1 / (1 + draws[1] * level.scale)
    shear = draws[2] * level.shear
    # The inverse map, output to input: [a b; c d] = scale * rotation * shear, about the centre.
    a, b = scale * tf.cos(angle), scale * (shear * tf.cos(angle) - tf.sin(angle))
    c, d = scale * tf.sin(angle), scale * (shear * tf.sin(angle) + tf.cos(angle))
    across, down = (width - 1) / 2, (height - 1) / 2
    x = across + draws[3] * level.shift
    y = down + draws[4] * level.shift
    zero = tf.zeros_like(a)
    rows = [a, b, across - a * x - b * y, c, d, down - c * x - d * y, zero, zero]
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack(rows, axis=1),
        output_shape=[height, width],
        interpolation="BILINEAR",
        fill_mode=outside,
        fill_value=0.0,
    )


def camera(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Give a share of the images a grey background or weak ink, and a share of them noise."""
    batch = tf.shape(images)[0]
    draws = tf.random.stateless_uniform([5, batch, 1, 1, 1], seed)
    low = 0.5 * draws[0]
    high = 1.0 - 0.5 * draws[1] * (1.0 - low)
    images = tf.where(draws[2] < _CAMERA_SHARE, low + (high - low) * images, images)
    noise = tf.random.stateless_normal(tf.shape(images), seed + 1, stddev=0.2 * draws[3])
    return tf.clip_by_value(tf.where(draws[4] < _CAMERA_SHARE, images + noise, images), 0.0, 1.0)


def colours(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Mirror half of the photographs, and change brightness, contrast and colour of each."""
    batch = tf.shape(images)[0]
    draws = tf.random.stateless_uniform([4, batch, 1, 1, 1], seed, -1.0, 1.0)
    images = tf.where(draws[0] < 0, tf.reverse(images, axis=[2]), images)
    middle = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    images = middle + (images - middle) * (1 + _CONTRAST * draws[1])
    grey = tf.reduce_mean(images, axis=3, keepdims=True)
    images = grey + (images - grey) * (1 + _SATURATION * draws[2])
    return tf.clip_by_value(images + _BRIGHTNESS * draws[3], 0.0, 1.0)


def jitter(values: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Scale each array [batch, ...] of numbers of deviation 1 a little, and add a little noise."""
    gains = tf.random.stateless_uniform([tf.shape(values)[0]], seed, 1 - _GAIN, 1 + _GAIN)
    gains = tf.reshape(gains, [-1, *[1] * (values.shape.rank - 1)])
    return values * gains + tf.random.stateless_normal(tf.shape(values), seed + 1, stddev=_NOISE)


def augment(images: tf.Tensor, seed: tf.Tensor, level: Level) -> tf.Tensor:
    """Apply ``level`` to ``images``, float32 [batch, 28, 28, 1] in 0..1; ``seed`` is int32 [2].

    With ``colour`` they are photographs of any size, and with ``jitter`` arrays of any shape.
    """
    if level.jitter:
        return jitter(images, seed)
    if level.colour:
        return colours(affine(images, seed, level, "REFLECT"), seed + 2)
    if level == LEVELS["none"]:
        return images
    images = affine(images, seed, level)
    return camera(images, seed + 2) if level.camera else images
