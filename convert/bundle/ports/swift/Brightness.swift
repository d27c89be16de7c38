/// The steps "shrink", "grey" and "paper under transparency" of contract.json.
enum Brightness {
    /// A part of a picture: four bytes for each pixel, row by row; alpha is not multiplied in.
    struct Part {
        let rgba: [UInt8]
        let width: Int

        var height: Int { rgba.count / 4 / width }
        var longest: Int { max(width, height) }

        func cut(_ box: Box) -> Part {
            var result = [UInt8]()
            for y in box.top..<box.bottom {
                result += rgba[(4 * (y * width + box.left))..<(4 * (y * width + box.right))]
            }
            return Part(rgba: result, width: box.right - box.left)
        }
    }

    /// How many pixels become one, across and down.
    static func factor(_ picture: Part, _ working: Int) -> Int {
        (picture.longest + working - 1) / working
    }

    /// Brightness in 0 to 1, at most `working` pixels on a side; nil: nothing is opaque.
    static func of(_ picture: Part, working: Int) -> Grid? {
        let factor = factor(picture, working)
        let small = factor > 1 ? reduced(picture, factor) : picture
        var grey = Grid(height: small.height, width: small.width)
        var alpha = grey
        for i in grey.at.indices {
            let (red, green) = (Int(small.rgba[4 * i]), Int(small.rgba[4 * i + 1]))
            let blue = Int(small.rgba[4 * i + 2])
            let luma = (19595 * red + 38470 * green + 7471 * blue + 32768) / 65536
            grey.at[i] = Double(luma) / 255
            alpha.at[i] = Double(small.rgba[4 * i + 3]) / 255
        }
        return alpha.at.allSatisfy { $0 == 1 } ? grey : composed(grey, alpha)
    }

    private static func reduced(_ picture: Part, _ factor: Int) -> Part {
        let columns = (picture.width + factor - 1) / factor
        let rows = (picture.height + factor - 1) / factor
        var result = [UInt8]()
        for row in 0..<rows {
            for column in 0..<columns {
                let box = Box(
                    left: column * factor, top: row * factor,
                    right: min((column + 1) * factor, picture.width),
                    bottom: min((row + 1) * factor, picture.height))
                result += mean(picture.cut(box).rgba)
            }
        }
        return Part(rgba: result, width: columns)
    }

    /// One pixel for a block of them.
    private static func mean(_ block: [UInt8]) -> [UInt8] {
        let count = block.count / 4
        var sums = [0, 0, 0, 0]
        for i in 0..<count {
            let alpha = Int(block[4 * i + 3])
            sums[3] += alpha
            for c in 0..<3 {
                let product = Int(block[4 * i + c]) * alpha + 128
                sums[c] += (product / 256 + product) / 256
            }
        }
        let means = sums.map { ($0 + count / 2) * (16_777_216 / count) / 16_777_216 }
        let alpha = means[3]
        if alpha == 0 || alpha == 255 {
            return means.map { UInt8($0) }
        }
        return means[0..<3].map { UInt8(min(255, 255 * $0 / alpha)) } + [UInt8(alpha)]
    }

    /// On its own paper, if it has one, else on what contrasts with it.
    private static func composed(_ grey: Grid, _ alpha: Grid) -> Grid? {
        let opaque = grey.values(in: alpha.above(0.5))
        if opaque.isEmpty {
            return nil
        }
        let middle = Grid.quantile(opaque, 0.5)
        let isCard = Grid.quantile(opaque, 0.95) - Grid.quantile(opaque, 0.05) > 0.3
        let paper = isCard ? middle : (middle < 0.5 ? 1 : 0)
        var result = grey
        for i in grey.at.indices {
            let own = grey.at[i] * alpha.at[i]
            let shining = paper * (1 - alpha.at[i])
            result.at[i] = own + shining
        }
        return result
    }
}
