"""A photo of real handwritten digits, rendered: paper, print, pen, light, lens, sensor, JPEG.

Nothing here knows how pictures are read. A scene is laid out on a plane, in units of the digit's
side; every pixel of the photo looks up where on the plane it falls, so that perspective and
resolution are those of a camera. Colours multiply, as print, ink and light do.
"""

import io
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Reals = npt.NDArray[np.float32]
Colour = tuple[float, float, float]
Range = tuple[float, float]

FINE = 16
"""A digit of 28x28 is drawn this many times larger."""

FOCAL = 0.9
"""A phone's camera is this many times as far away as the longer side of what it sees is long."""


@dataclass(frozen=True)
class Settings:
    """The ranges that scenes are drawn from; what is uniform between two numbers is a Range."""

    sizes: tuple[tuple[int, int], ...]  # width, height in pixels
    papers: tuple[Colour, ...]
    pens: tuple[Colour, ...]
    prints: tuple[Colour, ...]  # of ruled and squared paper: what share of the light it lets by
    tables: tuple[Colour, ...]
    size: Range  # of the digit's height, as a share of the photo's shorter side
    pitch: Range  # between rules, in heights of the digit
    rule: Range  # a rule's width, in heights of the digit
    shadow: Range  # what share of the light a shadow takes
    hard: Range  # a hard shadow's penumbra, as a share of the photo's longer side
    soft: Range
    turn: Range  # degrees
    tilt: Range  # how much nearer one side is than the other, as a share
    blur: Range  # pixels at 640x480
    noise: Range  # of 255
    quality: tuple[int, int]  # of the JPEG


TUNE = Settings(
    sizes=((640, 480), (480, 640), (1024, 768), (1200, 1600)),
    papers=((0.95, 0.95, 0.93), (0.9, 0.92, 0.95), (0.93, 0.89, 0.8)),
    pens=((0.1, 0.1, 0.12), (0.12, 0.18, 0.5), (0.35, 0.35, 0.36), (0.6, 0.12, 0.15)),
    prints=((0.65, 0.78, 0.92), (0.7, 0.7, 0.7), (0.55, 0.72, 0.8), (0.4, 0.45, 0.55)),
    tables=((0.45, 0.3, 0.2), (0.15, 0.13, 0.12), (0.3, 0.33, 0.36), (0.55, 0.42, 0.3)),
    size=(0.35, 0.75),
    pitch=(0.25, 1.2),
    rule=(0.012, 0.03),
    shadow=(0.3, 0.65),
    hard=(0.001, 0.004),
    soft=(0.02, 0.12),
    turn=(-8, 8),
    tilt=(-0.15, 0.15),
    blur=(0.4, 1.2),
    noise=(1, 5),
    quality=(60, 92),
)

HELD_OUT = Settings(
    sizes=((640, 480), (720, 1280), (1600, 1200), (3000, 4000)),
    papers=((0.98, 0.97, 0.95), (0.8, 0.84, 0.9), (0.95, 0.9, 0.72), (0.84, 0.92, 0.84)),
    pens=((0.06, 0.06, 0.06), (0.18, 0.2, 0.6), (0.4, 0.4, 0.42), (0.12, 0.36, 0.2)),
    prints=((0.75, 0.82, 0.95), (0.6, 0.6, 0.62), (0.9, 0.6, 0.6), (0.45, 0.6, 0.5), (0.4,) * 3),
    tables=((0.36, 0.2, 0.12), (0.1, 0.08, 0.1), (0.18, 0.26, 0.3), (0.5, 0.42, 0.38)),
    size=(0.3, 0.8),
    pitch=(0.2, 1.5),
    rule=(0.01, 0.035),
    shadow=(0.25, 0.7),
    hard=(0.0008, 0.006),
    soft=(0.015, 0.2),
    turn=(-10, 10),
    tilt=(-0.2, 0.2),
    blur=(0.3, 1.5),
    noise=(0.5, 6),
    quality=(50, 95),
)


@dataclass
class Plane:
    """What lies on the plane where the photo's pixels look: x and y in heights of the digit.

    The digit's middle is (0, 0), its 28x28 square has a side of 1.4: 20 of 28 are its height.
    """

    x: Reals
    y: Reals
    settings: Settings
    rng: np.random.Generator
    scale: float  # pixels for one height of the digit
    colour: Reals = field(init=False)  # [height, width, 3]

    def __post_init__(self) -> None:
        paper = np.array(pick(self.rng, self.settings.papers), np.float32)
        texture = (
            1
            + 0.012 * cloudy(self.rng, self.x.shape, 3)
            + 0.01 * cloudy(self.rng, self.x.shape, 40)
        )
        self.colour = texture[..., None] * paper

    def multiply(self, cover: Reals, colour: Colour) -> None:
        """Lay something of ``colour`` over it where ``cover`` [height, width] in 0..1 is."""
        self.colour *= 1 - cover[..., None] * (1 - np.array(colour, np.float32))

    def write(self, digit: npt.NDArray[np.uint8], pen: Colour, at: tuple[float, float]) -> None:
        """Write ``digit`` [28, 28] with its middle at ``at``."""
        large = Image.fromarray(digit).resize((28 * FINE,) * 2, Image.Resampling.BICUBIC)
        strokes = np.asarray(large, np.float32) / 255
        edge = self.rng.uniform(0.4, 0.6)
        strokes = 1 / (1 + np.exp(-(strokes - edge) / 0.06))
        u = (self.x - at[0]) / 1.4 + 0.5
        v = (self.y - at[1]) / 1.4 + 0.5
        self.multiply(looked_up(strokes.astype(np.float32), u, v), pen)

    def rules(self, across: Reals, pitch: float, colour: Colour) -> None:
        """Lines where ``across`` is a multiple of ``pitch``, from a random one on."""
        width = self.rng.uniform(*self.settings.rule)
        away = np.abs((across / pitch + self.rng.uniform(0, 1)) % 1 - 0.5) * pitch
        pixel = 1 / self.scale
        self.multiply(
            np.clip((width / 2 - away) / pixel + 0.5, 0, 1) * min(1, width / pixel), colour
        )


def pick(rng: np.random.Generator, among: tuple[Colour, ...]) -> Colour:
    """One of ``among``, a little changed."""
    colour = among[rng.integers(len(among))]
    red, green, blue = (float(np.clip(c + rng.normal(0, 0.02), 0, 1)) for c in colour)
    return red, green, blue


def cloudy(
    rng: np.random.Generator, shape: tuple[int, ...], grains: int, stretch: int = 1
) -> Reals:
    """Smooth noise [height, width] of about one sigma: ``grains`` along the longer side."""
    height, width = shape
    longest = max(shape)
    rows = max(2, round(grains * height / longest))
    columns = max(2, round(grains * width / longest / stretch))
    small = Image.fromarray(rng.normal(0, 1, (rows, columns)).astype(np.float32))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def looked_up(texture: Reals, u: Reals, v: Reals) -> Reals:
    """``texture`` at ``u`` and ``v`` in 0..1, linear between its pixels; 0 outside."""
    side = texture.shape[0]
    result = np.zeros(u.shape, np.float32)
    inside = (u > 0) & (u < 1) & (v > 0) & (v < 1)
    x = np.clip(u[inside] * side - 0.5, 0, side - 1.001)
    y = np.clip(v[inside] * side - 0.5, 0, side - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    fx, fy = x - left, y - top
    upper = texture[top, left] * (1 - fx) + texture[top, left + 1] * fx
    lower = texture[top + 1, left] * (1 - fx) + texture[top + 1, left + 1] * fx
    result[inside] = upper * (1 - fy) + lower * fy
    return result


def plane(
    settings: Settings, rng: np.random.Generator, share: float, slant: Range | None = None
) -> Plane:
    """An empty sheet, seen by a camera; the digit's height is ``share`` of the shorter side.

    ``slant``, in degrees: not from above but from the reader's side, by an angle in that range.
    """
    width, height = settings.sizes[rng.choice(len(settings.sizes), p=weights(settings))]
    scale = share * min(width, height)
    room = [max(0.0, (side - 1.15 * scale) / 2) for side in (width, height)]
    middle = [
        side / 2 + rng.uniform(-0.6, 0.6) * space
        for side, space in zip((width, height), room, strict=True)
    ]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x - middle[0]) / scale, (y - middle[1]) / scale
    longest = max(width, height) / scale
    tilts = [rng.uniform(*settings.tilt) / longest for _ in range(2)]
    depth = 1 + tilts[0] * x + tilts[1] * y
    x, y = x / depth, y / depth
    if slant:
        angle = float(np.radians(rng.uniform(*slant)))
        x, y = slanted(x, y, angle, FOCAL * float(longest))
    angle = np.radians(rng.uniform(*settings.turn))
    x, y = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    return Plane(x.astype(np.float32), y.astype(np.float32), settings, rng, scale)


def slanted(x: Reals, y: Reals, angle: float, away: float) -> tuple[Reals, Reals]:
    """Where a camera ``away`` from the middle, leant back by ``angle`` in radians, sees the plane.

    ``x`` and ``y`` are where it would see it from above, in the same unit as ``away``.
    """
    down = y * away / (away * np.cos(angle) + y * np.sin(angle))
    return x * (away - down * np.sin(angle)) / away, down


def weights(settings: Settings) -> list[float]:
    """Small photos are the more frequent, since large ones take seconds each."""
    areas = [1 / (width * height) for width, height in settings.sizes]
    return [area / sum(areas) for area in areas]


def shadow(scene: Plane, *, hard: bool) -> None:
    """A straight edge across the photo, or the round shadow of a head, takes light away."""
    settings, rng = scene.settings, scene.rng
    height, width = scene.x.shape
    longest = max(height, width)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32) / longest
    edge = rng.uniform(*(settings.hard if hard else settings.soft))
    middle = (
        width / longest / 2 + rng.uniform(-0.25, 0.25),
        height / longest / 2 + rng.uniform(-0.25, 0.25),
    )
    if rng.random() < 0.75:
        angle = rng.uniform(0, 2 * np.pi)
        beyond = (columns - middle[0]) * np.cos(angle) + (rows - middle[1]) * np.sin(angle)
    else:
        radius = rng.uniform(0.3, 0.6)
        angle = rng.uniform(0, 2 * np.pi)
        centre = middle[0] + radius * np.cos(angle), middle[1] + radius * np.sin(angle)
        beyond = radius - np.hypot(columns - centre[0], rows - centre[1])
    dark = 1 / (1 + np.exp(-np.clip(beyond / edge * 4, -30, 30)))
    scene.colour *= (1 - rng.uniform(*settings.shadow) * dark)[..., None]


def table(scene: Plane, sheet: Reals) -> None:
    """Wood or a cloth where ``sheet`` [height, width] in 0..1 is not."""
    settings, rng = scene.settings, scene.rng
    colour = np.array(pick(rng, settings.tables), np.float32)
    shape = scene.x.shape
    grain = 0.08 * cloudy(rng, shape, 120, 12) + 0.06 * cloudy(rng, shape, 30, 8)
    fine = 0.05 * cloudy(rng, shape, 200)
    texture = 1 + (grain if rng.random() < 0.6 else 0) + fine
    wood = np.clip(texture, 0.2, 2)[..., None] * colour
    cover = sheet[..., None]
    scene.colour = scene.colour * cover + wood * (1 - cover)


def photo(scene: Plane) -> bytes:
    """What the camera makes of it: uneven light, blur, noise, JPEG."""
    settings, rng = scene.settings, scene.rng
    height, width = scene.x.shape
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    slope = [rng.uniform(-0.12, 0.12) for _ in range(2)]
    light = 1 + slope[0] * rows + slope[1] * columns - rng.uniform(0, 0.12) * (rows**2 + columns**2)
    seen = scene.colour * (light * rng.uniform(0.6, 0.98))[..., None]
    picture = Image.fromarray(np.uint8(np.clip(seen, 0, 1) * 255))
    blur = rng.uniform(*settings.blur) * max(height, width) / 640
    picture = picture.filter(ImageFilter.GaussianBlur(blur))
    grains = rng.normal(0, rng.uniform(*settings.noise), (height, width, 1)).astype(np.float32)
    tints = rng.normal(0, rng.uniform(*settings.noise) / 2, (height, width, 3)).astype(np.float32)
    values = np.asarray(picture, np.float32) + grains + tints
    sink = io.BytesIO()
    finished = Image.fromarray(np.uint8(np.clip(values, 0, 255)))
    finished.save(sink, "JPEG", quality=int(rng.integers(*settings.quality)))
    return sink.getvalue()
