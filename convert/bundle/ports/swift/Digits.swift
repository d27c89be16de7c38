/// From a picture of one digit, drawn or photographed, to the 28x28 pixels of contract.json.
///
/// Its steps are those of `preprocessing.steps` there, in their order, and its numbers those of
/// `preprocessing.parameters`.
public struct Digits {
    private static let smallest = 4
    private static let working = 256
    private static let side = 28
    private static let box = 20
    private static let fine = 4

    private let ink: Grid
    private let mask: [Bool]
    private let sheet: Sheet

    /// The pixels [28, 28] of an upright picture, 0 is paper and 255 is ink; nil: it is blank.
    ///
    /// `rgba` has four bytes for each pixel, row by row: red, green, blue, and an alpha that they
    /// are not multiplied by.
    public static func pixels(rgba: [UInt8], columns: Int, rows: Int) -> [UInt8]? {
        precondition(min(columns, rows) >= smallest && rgba.count == 4 * columns * rows)
        let picture = Brightness.Part(rgba: rgba, width: columns)
        guard let found = look(picture, working) else { return nil }
        return (found.closer(picture) ?? found).form()
    }

    private static func look(_ picture: Brightness.Part, _ working: Int) -> Digits? {
        guard let whole = Brightness.of(picture, working: working) else { return nil }
        let sheet = Sheet.cutOut(whole)
        let isLight = Light.isLightOnDark(sheet.grey)
        let grey = isLight ? sheet.grey.map { 1 - $0 } : sheet.grey
        let found = once(grey, max(2, grey.longest / 5), sheet)
        guard let first = found, Light.isScene(grey) else { return found }
        let radius = Int((2 * stroke(crop(first.ink, first.mask))).rounded(.up))
        return radius < grey.longest / 8 ? once(grey, max(2, radius), sheet) : first
    }

    private static func once(_ grey: Grid, _ radius: Int, _ sheet: Sheet) -> Digits? {
        let light = Light.flattened(grey, radius: radius)
        guard var limit = threshold(light.ink, light.noise) else { return nil }
        var ink = light.ink
        if Light.isScene(grey) {
            let pen = Grid.quantile(ink.values(in: ink.above(limit)), 0.7)
            let plain = Rules.erased(ink, noise: light.noise, pen: pen)
            if let remaining = threshold(plain, light.noise) {  // else it is no rule but a 1
                (ink, limit) = (plain, remaining)
            }
        }
        return Digits(ink: ink, mask: Pieces.traced(ink, threshold: limit), sheet: sheet)
    }

    /// The contrast from which on it is ink; nil: all is paper.
    private static func threshold(_ ink: Grid, _ noise: Double) -> Double? {
        let count = ink.at.count
        let share = max(0.999, 1 - 8 / Double(count))
        let peak = count > 5000 ? Grid.quantile(ink.at, share) : ink.at.max()!
        if peak < max(0.05, 5 * noise) {
            return nil
        }
        return max(0.02, 4 * noise, noise > 1e-6 ? 0.3 * peak : 0)
    }

    /// A small digit once more, enlarged; nil: nothing is gained by it.
    private func closer(_ picture: Brightness.Part) -> Digits? {
        let factor = Brightness.factor(picture, Digits.working)
        let own = Box(mask, width: ink.width)
        let left = factor * (sheet.left + own.left)
        let top = factor * (sheet.top + own.top)
        let right = min(left + factor * (own.right - own.left), picture.width)
        let bottom = min(top + factor * (own.bottom - own.top), picture.height)
        let longer = max(right - left, bottom - top)
        if factor == 1 || longer >= 64 * factor {
            return nil
        }
        let part = picture.cut(
            Box(
                left: max(left - longer, 0), top: max(top - longer, 0),
                right: min(right + longer, picture.width),
                bottom: min(bottom + longer, picture.height)))
        let clear = Int((48 * Double(part.longest) / Double(longer)).rounded(.up))
        let working = min(max(Digits.working, clear), 512)
        return Brightness.factor(part, working) < factor ? Digits.look(part, working) : nil
    }

    /// The steps from "crop" on.
    private func form() -> [UInt8] {
        let stroke = Digits.thickened(Digits.crop(ink, mask))
        let small = stroke.zoomed(Double(Digits.box) / Double(stroke.longest))
        let full = small.at.max()!
        let centred = Digits.centred(small.map { $0 / full })
        return centred.at.map { UInt8((255 * $0).rounded(.toNearestOrEven)) }
    }

    private static func crop(_ ink: Grid, _ mask: [Bool]) -> Grid {
        let level = Grid.quantile(ink.values(in: mask), 0.9)
        var shown = ink
        for i in mask.indices {
            shown.at[i] = mask[i] ? min(max(ink.at[i] / level, 0), 1) : 0
        }
        let box = Box(mask, width: ink.width)
        return shown.part(
            top: box.top, left: box.left,
            height: box.bottom - box.top, width: box.right - box.left)
    }

    /// How wide strokes are, in pixels.
    private static func stroke(_ ink: Grid) -> Double {
        let has = ink.padded(1).above(0.5)
        let width = ink.width + 2
        var sides = 0
        for i in has.indices {
            sides += (i + 1) % width != 0 && has[i] != has[i + 1] ? 1 : 0
            sides += i + width < has.count && has[i] != has[i + width] ? 1 : 0
        }
        return 2 * Grid.sum(ink.at) / max(Double(sides) * Double.pi / 4, 1)
    }

    private static func thickened(_ ink: Grid) -> Grid {
        let width = stroke(ink) * (Double(box) / Double(ink.longest))
        if width >= 1.4 {
            return ink
        }
        let radius = Int(((2.2 - width) * Double(fine) / 2).rounded(.toNearestOrEven))
        let zoom = Double(box * fine - 2 * radius) / Double(ink.longest)
        return spread(ink.zoomed(zoom).padded(radius), radius)
    }

    /// The largest in a disc around each.
    private static func spread(_ ink: Grid, _ radius: Int) -> Grid {
        var result = Grid(height: ink.height, width: ink.width)
        for dy in -radius...radius {
            for dx in -radius...radius where dy * dy + dx * dx <= radius * radius {
                for y in max(0, -dy)..<min(ink.height, ink.height - dy) {
                    for x in max(0, -dx)..<min(ink.width, ink.width - dx) {
                        let i = y * ink.width + x
                        let near = ink.at[(y + dy) * ink.width + x + dx]
                        result.at[i] = max(result.at[i], near)
                    }
                }
            }
        }
        return result
    }

    private static func centred(_ ink: Grid) -> Grid {
        let (top, left) = (start(ink), start(ink.turned()))
        var result = Grid(height: side, width: side)
        for y in 0..<ink.height {
            for x in 0..<ink.width {
                result.at[(top + y) * side + left + x] = ink.at[y * ink.width + x]
            }
        }
        return result
    }

    /// The first row of it in the result: its centre of mass lies in the middle one.
    private static func start(_ ink: Grid) -> Int {
        var moment = 0.0
        for y in 0..<ink.height {
            let row = ink.at[(y * ink.width)..<((y + 1) * ink.width)]
            let share = Grid.sum(Array(row)) * (Double(y) + 0.5)
            moment += share
        }
        let place = side / 2 - Int((moment / Grid.sum(ink.at)).rounded(.down))
        return min(max(place, 0), side - ink.height)
    }
}
