/// From a decoded picture to the pixels that contract.json asks for, to the last bit.
///
/// Its steps are those of `preprocessing.steps` there, in their order.
public struct Pictures {
    /// How a picture of other proportions fits: its middle, all of it with bars, out of shape.
    public enum Fit {
        case crop, letterbox, stretch
    }

    private static let bar: UInt8 = 0
    private static let paper = 255

    private let height: Int
    private let width: Int
    private let channels: Int
    private let fit: Fit

    /// For a network that takes [height, width, channels]; channels are 1, grey, or 3.
    public init(height: Int, width: Int, channels: Int, fit: Fit) {
        precondition(height > 0 && width > 0 && (channels == 1 || channels == 3))
        self.height = height
        self.width = width
        self.channels = channels
        self.fit = fit
    }

    /// The pixels [height, width, channels] of an upright picture that is given row by row, four
    /// bytes for each pixel: red, green, blue, and an alpha that they are not multiplied by.
    public func pixels(rgba: [UInt8], columns: Int, rows: Int) -> [UInt8] {
        precondition(columns > 0 && rows > 0 && rgba.count == 4 * columns * rows)
        switch fit {
        case .crop:
            let high = Pictures.cropped(rows, columns, height, width)
            let wide = Pictures.cropped(columns, rows, width, height)
            let top = (rows - high) / 2
            let left = (columns - wide) / 2
            var kept = [UInt8]()
            kept.reserveCapacity(4 * high * wide)
            for y in top..<(top + high) {
                kept += rgba[(4 * (y * columns + left))..<(4 * (y * columns + left + wide))]
            }
            return scaled(kept, wide, height, width)
        case .letterbox:
            let high = Pictures.inner(height, columns, rows, width)
            let wide = Pictures.inner(width, rows, columns, height)
            return scaled(rgba, columns, high, wide)
        case .stretch:
            return scaled(rgba, columns, height, width)
        }
    }

    /// How many of `side` pixels are kept, beside `other`, for the proportions.
    private static func cropped(_ side: Int, _ other: Int, _ goal: Int, _ otherGoal: Int) -> Int {
        min(side, max(1, other * goal / otherGoal))
    }

    /// How long a side of a letterbox's inner part is.
    private static func inner(_ goal: Int, _ other: Int, _ side: Int, _ otherGoal: Int) -> Int {
        min(goal, max(1, (2 * side * otherGoal + other) / (2 * other)))
    }

    private func scaled(_ rgba: [UInt8], _ columns: Int, _ high: Int, _ wide: Int) -> [UInt8] {
        var result = [UInt8](repeating: Pictures.bar, count: height * width * channels)
        let top = (height - high) / 2
        let left = (width - wide) / 2
        for c in 0..<channels {
            let whole = Plane(pixels: channel(rgba, c), columns: columns)
            let plane = whole.halved(high, wide)
            let values = Resampling.resample(
                plane.pixels.map(Double.init), rows: plane.rows, columns: plane.columns,
                height: high, width: wide)
            for (i, value) in values.enumerated() {
                let place = (top + i / wide) * width + left + i % wide
                result[place * channels + c] = UInt8(value.rounded(.toNearestOrEven))
            }
        }
        return result
    }

    /// One channel of the picture on white: red, green or blue, or grey where it is the only one.
    private func channel(_ rgba: [UInt8], _ number: Int) -> [Int] {
        (0..<(rgba.count / 4)).map { i in
            if channels == 3 {
                return Pictures.opaque(rgba, i, number)
            }
            let red = Pictures.opaque(rgba, i, 0)
            let green = Pictures.opaque(rgba, i, 1)
            let blue = Pictures.opaque(rgba, i, 2)
            return (19595 * red + 38470 * green + 7471 * blue + 32768) / 65536
        }
    }

    private static func opaque(_ rgba: [UInt8], _ pixel: Int, _ number: Int) -> Int {
        let alpha = Int(rgba[4 * pixel + 3])
        return (Int(rgba[4 * pixel + number]) * alpha + paper * (255 - alpha) + 127) / 255
    }

    /// One channel, row by row.
    private struct Plane {
        let pixels: [Int]
        let columns: Int

        var rows: Int { pixels.count / columns }

        /// Means of 2x2 while both sides stay twice the goal or more.
        func halved(_ high: Int, _ wide: Int) -> Plane {
            var result = self
            while result.rows >= 4 * high && result.columns >= 4 * wide {
                result = result.half()
            }
            return result
        }

        private func half() -> Plane {
            let wide = columns / 2
            let means = (0..<(rows / 2 * wide)).map { (i: Int) -> Int in
                let at = i / wide * 2 * columns + i % wide * 2
                let below = at + columns
                return (pixels[at] + pixels[at + 1] + pixels[below] + pixels[below + 1] + 2) / 4
            }
            return Plane(pixels: means, columns: wide)
        }
    }
}
