"""How a picture becomes 28x28 pixels, in words and numbers, for those who write it once more.

The runtime's own code is in ``runtime.image`` and ``runtime.ink``. What is named there is taken
from there; the other numbers are repeated, and a port that is written from this text alone and must
give the runtime's pixels keeps them true (``tests/bundle/port.mjs``).
"""

from runtime import image, ink

PARAMETERS: dict[str, float] = {
    "smallest_side": image.SMALLEST,
    "working_side": image.WORKING,
    "side": ink.SIDE,
    "box": ink.BOX,
    "opaque": 0.5,
    "card_contrast": 0.3,
    "detail_divisor": 8,
    "marked": ink.MARKED,
    "closing_divisor": 5,
    "average_divisor": 12,
    "darkest_paper": 0.001,
    "blank_spread": 3.7,
    "blank_sigmas": 0.97,
    "blank_margin": 0.02,
    "sigma_per_median": 1.4826,
    "faintest": ink.FAINTEST,
    "clean": ink.CLEAN,
    "peak_noises": 5,
    "ink_noises": 4,
    "ink_margin": 0.02,
    "ink_of_peak": 0.3,
    "side_share": 0.8,
    "inner_mass": 0.02,
    "speck_mass": 0.1,
    "full_ink": 0.9,
    "thin": ink.THIN,
    "width": ink.WIDTH,
    "fine": 4,
}

TERMS = {
    "longest": "the longer side of the picture as it is at that step, in pixels",
    "div": "division of whole numbers, rounded down",
    "round": "to the nearest whole number, halves to the even one",
    "quantile(x, q)": "the values sorted, at position q * (count - 1), linear between neighbours",
    "median(x)": "quantile(x, 0.5)",
    "box(x, r)": "along the columns, then along the rows, then both once more: the sum of the "
    "2 * r + 1 values around each, where those outside the picture count 0, over 2 * r + 1",
    "average(x, among, r)": "w = among as 0 and 1; f = sum(x * w) / max(sum(w), 1); "
    "(box(x * w, r) + 0.000001 * f) / (box(w, r) + 0.000001)",
    "resample(x, height, width)": "along each axis, from n to m values: s = n / m, "
    "k = max(s, 1); output i is the mean of all inputs j, weighted by "
    "max(0, 1 - |j + 0.5 - (i + 0.5) * s| / k)",
}
"""What the steps below take for granted."""

STEPS: tuple[tuple[str, str], ...] = (
    (
        "decode",
        "Decode to 8 bits per channel, turn upright as the EXIF orientation says, ignore colour "
        "profiles. Refuse pictures with a side below smallest_side, and animations.",
    ),
    (
        "shrink",
        "f = longest / working_side, rounded up. If f > 1, every block of f x f pixels (fewer at "
        "the right and lower edge) becomes one: with n pixels, each channel is "
        "((sum + n div 2) * (16777216 div n)) div 16777216. With an alpha channel, multiply each "
        "colour c by it before: t = c * alpha + 128, c = (t div 256 + t) div 256; and divide after "
        "where alpha is neither 0 nor 255: c = min(255, 255 * c div alpha).",
    ),
    (
        "grey",
        "Of colours: l = (19595 * red + 38470 * green + 7471 * blue + 32768) div 65536. Then "
        "grey = l / 255, and a = alpha / 255 where there is an alpha channel.",
    ),
    (
        "paper under transparency",
        "Only with an alpha channel. Of grey where a > opaque: dark, middle, light = the quantiles "
        "0.05, 0.5, 0.95; if there is none, the picture is blank. paper = middle if "
        "light - dark > card_contrast, else 1 if middle < 0.5, else 0. "
        "grey = grey * a + paper * (1 - a).",
    ),
    (
        "light on dark",
        "detail = grey - average(grey, all, max(2, longest div detail_divisor)); "
        "c = (detail - median(detail))^3; skew = sum(c) / max(sum(|c|), 0.000000000001). Ink is "
        "light if skew > marked; it is dark if skew < -marked; between, it is light if the mean of "
        "grey on the outermost pixels is below its mean on all others, or, where there are no "
        "others, if skew > 0. If it is light, grey = 1 - grey.",
    ),
    (
        "flatten",
        "r = max(2, longest div closing_divisor); paper = the largest grey in the square of "
        "2 * r + 1 around each pixel, then of that the smallest in the same square; outside the "
        "picture is nothing. Twice: contrast = 1 - grey / max(paper, darkest_paper); "
        "low, quarter = quantiles 0.05, 0.25 of contrast; blank = contrast <= quarter + "
        "blank_spread * (quarter - low) / blank_sigmas + blank_margin; "
        "paper = average(grey, blank, max(1, longest div average_divisor)). Then contrast once "
        "more; noise = sigma_per_median * median(|contrast| where blank, the second one); "
        "ink = contrast, clipped to 0..1.",
    ),
    (
        "trace",
        "peak = the largest ink, or its quantile 0.999 in pictures of more than 5000 pixels. The "
        "picture is blank if peak < max(faintest, peak_noises * noise). mask = ink > "
        "max(ink_margin, ink_noises * noise, ink_of_peak * peak if noise > clean). Its 8-connected "
        "components weigh the sum of their ink. One that holds a corner of the picture, or more "
        "than side_share of one of its sides, is a frame: if the heaviest other weighs inner_mass "
        "of the heaviest of all or more, frames weigh 0. Keep in the mask what weighs speck_mass "
        "of the heaviest, or more.",
    ),
    (
        "crop",
        "level = quantile(ink in the mask, full_ink). ink = ink / level, clipped to 0..1, and 0 "
        "outside the mask; cropped to the mask's bounding box.",
    ),
    (
        "thicken",
        "sides = how many neighbours, across and down, differ in ink > 0.5, where the outside does "
        "not have it; w = 2 * sum(ink) / max(sides * pi / 4, 1) * box / longest. Only if w < thin: "
        "r = round((width - w) * fine / 2); z = (box * fine - 2 * r) / longest; "
        "resample(ink, max(1, round(height * z)), max(1, round(width * z))), put r pixels of 0 "
        "around it, and take the largest of the pixels around each whose distance squared is at "
        "most r * r.",
    ),
    (
        "scale",
        "z = box / longest; resample(ink, max(1, round(height * z)), max(1, round(width * z))); "
        "divide by the largest value.",
    ),
    (
        "centre",
        "In side x side zeros. Along each axis: m = sum(ink * (position + 0.5)) / sum(ink), with "
        "positions from 0; it starts at side / 2 - m rounded down, held within 0 and "
        "side - its length.",
    ),
    ("pixels", "round(255 * value): side x side, row by row, 0 is paper and 255 is ink."),
)
"""Name and rule of each step, in order."""
