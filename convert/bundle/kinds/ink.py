"""How a picture becomes 28x28 pixels, in words and numbers, for those who write it once more.

The runtime's own code is in ``runtime.image`` and ``runtime.ink``. What is named there is taken
from there; the other numbers are repeated, and a port that is written from this text alone and must
give the runtime's pixels keeps them true (``tests/bundle/port.mjs``).
"""

from runtime import image, ink, paper, pieces, rules, sheet

PARAMETERS: dict[str, float] = {
    "smallest_side": image.SMALLEST,
    "working_side": image.WORKING,
    "scene_side": paper.SCENE,
    "side": ink.SIDE,
    "box": ink.BOX,
    "opaque": 0.5,
    "card_contrast": 0.3,
    "calm_divisor": 24,
    "levels": sheet.LEVELS,
    "darker": sheet.DARKER,
    "sheet_border": sheet.OPEN,
    "sheet_least": sheet.LEAST,
    "sheet_solid": sheet.SOLID,
    "sheet_form": sheet.FORM,
    "sheet_edge": sheet.EDGE,
    "sheet_written": sheet.WRITTEN,
    "sheet_edge_divisor": 50,
    "sheet_rim": sheet.RIM,
    "sheet_rim_divisor": 40,
    "detail_divisor": 8,
    "marked": paper.MARKED,
    "narrow_divisor": 14,
    "marked_detail": paper.MARKED_DETAIL,
    "closing_divisor": 5,
    "average_divisor": 12,
    "darkest_paper": 0.001,
    "blank_spread": 3.7,
    "blank_sigmas": 0.97,
    "blank_margin": 0.02,
    "sigma_per_median": 1.4826,
    "faintest": ink.FAINTEST,
    "clean": ink.CLEAN,
    "few": ink.FEW,
    "pen_quantile": 0.7,
    "rule_steepest": rules.STEEPEST,
    "rule_reach_divisor": 80,
    "ridge_divisor": 50,
    "ridge_least": 0.015,
    "ridge_noises": 2,
    "rule_votes": rules.HELD,
    "rule_darker": rules.DARKER,
    "rule_pen": rules.PEN,
    "closed_strokes": ink.CLOSED,
    "second_divisor": 8,
    "peak_noises": 5,
    "ink_noises": 4,
    "ink_margin": 0.02,
    "ink_of_peak": 0.3,
    "side_share": 0.8,
    "inner_mass": pieces.INNER,
    "cut_mass": pieces.CUT,
    "held_side": pieces.HELD,
    "frames_looked_at": pieces.LOOKED_AT,
    "speck_mass": pieces.SPECK,
    "near": pieces.NEAR,
    "full_ink": 0.9,
    "thin": ink.THIN,
    "width": ink.WIDTH,
    "fine": 4,
    "small": image.SMALL,
    "margin": image.MARGIN,
    "clear": image.CLEAR,
    "closest_side": image.CLOSEST,
}

TERMS = {
    "longest": "the longer side of the picture as it is at that step, in pixels",
    "scene": "a picture with longest >= scene_side, as it is at that step; what a rule says of "
    "scenes is left out for others",
    "div": "division of whole numbers, rounded down",
    "round": "to the nearest whole number, halves to the even one",
    "quantile(x, q)": "the values sorted, at position q * (count - 1), linear between neighbours",
    "median(x)": "quantile(x, 0.5)",
    "box(x, r)": "along the columns, then along the rows, then both once more: the sum of the "
    "2 * r + 1 values around each, where those outside the picture count 0, over 2 * r + 1",
    "average(x, among, r)": "w = among as 0 and 1; f = sum(x * w) / max(sum(w), 1); "
    "(box(x * w, r) + 0.000001 * f) / (box(w, r) + 0.000001)",
    "square(x, r)": "the largest x in the square of 2 * r + 1 around each pixel; outside the "
    "picture is nothing",
    "close(x, r)": "-square(-square(x, r), r)",
    "close_scene(x, r)": "close of x with its border repeated r times around it, without these "
    "again",
    "lean(x)": "c = (x - median(x))^3; sum(c) / max(sum(|c|), 0.000000000001)",
    "stroke(x)": "2 * sum(x) / max(sides * pi / 4, 1), where sides is how many neighbours, "
    "across and down, differ in x > 0.5; the outside does not have it",
    "crop(x, mask)": "level = quantile(x in the mask, full_ink); x / level, clipped to 0..1, and 0 "
    "outside the mask; of that the mask's bounding box",
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
        "sheet",
        "Only in a scene, and only where a sheet of paper lies on something darker. calm = "
        "close_scene(grey, max(2, longest div calm_divisor)); level(x) = min(x * levels rounded "
        "down, levels - 1). For every level k but the last: below and above are the pixels of "
        "calm with level <= k and > k, n their counts, m the means of level + 0.5; with none in "
        "one of them it is passed over. Take the first k for which n(below) * n(above) * "
        "(m(above) - m(below))^2 is the largest: there is no sheet unless m(below) <= darker * "
        "m(above). Of the 8-connected components of what is above, take the largest, in doubt the "
        "first row by row; no sheet if it holds more than sheet_border of the border (rows and "
        "columns at the four sides, corners counted twice). Fill each row of it from its first to "
        "its last pixel, then each column so: the shape. No sheet if it covers less than "
        "sheet_least of the picture, or if less than sheet_solid of it has level(grey) > k. Its "
        "four corners are its pixels with the largest -x-y, x-y, x+y, y-x, or -x, -y, x, y, each "
        "time the first row by row. No sheet unless for one of both the pixels in shape and "
        "quadrilateral (edges included) are sheet_form of those in either, or more. No sheet "
        "unless median(calm just outside) <= sheet_edge * median(calm just inside): pixels "
        "outside, or inside, the shape in a square of radius max(2, longest div "
        "sheet_edge_divisor) around one on its other side. inside = the "
        "shape without what a square of radius max(2, longest div sheet_edge_divisor) around a "
        "pixel outside it covers; no sheet if that is nothing. dark = grey < darker * median(grey "
        "inside); no sheet if less than sheet_written of inside is dark, nor if more than "
        "sheet_rim of its rim is: what a square of radius max(2, longest div sheet_rim_divisor) "
        "around a pixel outside it covers. Else grey = grey inside, and average(grey, inside and "
        "not dark, max(1, longest div average_divisor)) elsewhere; cropped to the bounding box of "
        "inside.",
    ),
    (
        "light on dark",
        "s = lean(grey - average(grey, all, max(2, longest div detail_divisor))). If |s| > marked, "
        "ink is light if s > 0. Else, in a scene: r = max(2, longest div narrow_divisor); "
        "a = close_scene(grey, r); b = -close_scene(-grey, r); s = lean(grey - "
        "(close_scene(b, r) - close_scene(-a, r)) / 2); if |s| > marked_detail, ink is light if "
        "s > 0. Else ink is light if the mean of grey on the outermost pixels is below its mean on "
        "all others; where there are no others, if s > 0. If it is light, grey = 1 - grey.",
    ),
    (
        "flatten",
        "With a radius r, at first max(2, longest div closing_divisor). In a scene: grey = grey / "
        "max(close_scene(grey, r), darkest_paper) and paper = 1 everywhere; else paper = "
        "close(grey, r). Twice: contrast = 1 - grey / max(paper, darkest_paper); "
        "low, quarter = quantiles 0.05, 0.25 of contrast; blank = contrast <= quarter + "
        "blank_spread * (quarter - low) / blank_sigmas + blank_margin; "
        "paper = average(grey, blank, max(1, longest div average_divisor)). Then contrast once "
        "more; noise = sigma_per_median * median(|contrast| where blank, the second one); "
        "ink = contrast, clipped to 0..1.",
    ),
    (
        "threshold",
        "peak = the largest ink, or in pictures of more than 5000 pixels its quantile "
        "max(0.999, 1 - few / pixels). The picture is blank if peak < max(faintest, peak_noises * "
        "noise). Else threshold = max(ink_margin, ink_noises * noise, ink_of_peak * peak if "
        "noise > clean).",
    ),
    (
        "rules",
        "Only in a scene. pen = quantile(ink > threshold, pen_quantile). Take rules out of ink, "
        "first those across; then, with the picture turned so that columns are rows, those down. "
        "reach = max(1, longest div rule_reach_divisor); away = max(2, longest div "
        "ridge_divisor). thin = ink minus ink away rows above, and minus ink away rows below "
        "(the border row where these are outside), are both > max(ridge_least, ridge_noises * "
        "noise). A line of slope s from row y0 goes in column x through row y0 + (2 * s * x + "
        "width) div (2 * width), div rounding down; s is from -(width div rule_steepest) to "
        "+that. Lines with at least rule_votes * width pixels of thin are looked at, the fullest "
        "first, in doubt that of the lower s, then of the lower y0. One is passed over if |2 * "
        "y0 + s - (2 * y0 + s of a rule found before)| <= 2 * reach + 2, or if less than half of "
        "its columns are in the picture. A column hits if thin has the line's pixel there, or "
        "the one above or below (the border row for those outside). It is a rule if at least "
        "half of the columns hit in each of: the first max(1, n div 6) of its n columns, the "
        "last as many, the first n div 2, and the first n div 2 left out. Then in each of its "
        "columns: beside = the larger ink reach + 1 rows above and below the line; every pixel "
        "up to reach rows above and below whose ink before any rule was taken out is v becomes "
        "min(what it is now, v if v > max(rule_darker * median(v on the line), rule_pen * pen), "
        "else min(v, beside)); rows outside are the border row. Of the result do threshold "
        "again, with the same noise; if it is blank, leave ink and threshold as they were.",
    ),
    (
        "trace",
        "The 8-connected components of ink > threshold, numbered by their first pixels row by "
        "row, weigh the sum of their ink. One that holds a corner of the picture, or more than "
        "side_share of one of its sides, is a frame: if the heaviest other weighs inner_mass of "
        "the heaviest of all or more, frames weigh 0. In a scene, in the same way with cut_mass: "
        "those that touch the border. Then also, of the frames_looked_at heaviest that weigh "
        "inner_mass of the heaviest or more: those weigh 0 in whose box the box of another one "
        "lies, touching no side of it and with a longer side of held_side of its longer side or "
        "more, and that have no pixel in the middle of their box: rows and columns from side div "
        "4 on, as many left out at the end. Keep in the mask what weighs speck_mass of the "
        "heaviest, or more; in a scene only if the gap between its box and that of the heaviest, "
        "across and down, is at most near * the longer side of the heaviest's.",
    ),
    (
        "second look",
        "Only in a scene. r = closed_strokes * stroke(crop(ink, mask)), rounded up. If "
        "r < longest div second_divisor: flatten, threshold (the picture may be blank now), rules "
        "and trace again, from the same grey, with the radius max(2, r).",
    ),
    (
        "closer look",
        "Only if f of the step shrink is > 1. The mask's box in pixels of the picture: f times its "
        "sides, from f times its place in the grey picture (with a sheet's own place added), cut "
        "off at the picture's sides. m = its longer side; only if m < small * f. Cut out of the "
        "picture this box with a margin of margin * m, rounded up, on each side, as far as there "
        "is picture; w = clear * (the longer side of that) / m, rounded up, held within "
        "working_side and closest_side. If its f, with w for working_side, is smaller than the "
        "whole picture's, do all steps from shrink on with it, and no second closer look; if it is "
        "blank, go on with what there was.",
    ),
    ("crop", "ink = crop(ink, mask)."),
    (
        "thicken",
        "w = stroke(ink) * box / longest. Only if w < thin: "
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
