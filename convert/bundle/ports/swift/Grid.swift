/// Numbers in rows and columns, and what the steps of contract.json call by name.
///
/// Everything is computed in Double, each operation rounded by itself; sums add one value after
/// the other, row by row.
struct Grid {
    var at: [Double]
    let height: Int
    let width: Int

    init(_ at: [Double], height: Int, width: Int) {
        self.at = at
        self.height = height
        self.width = width
    }

    init(height: Int, width: Int) {
        self.init([Double](repeating: 0, count: height * width), height: height, width: width)
    }

    var longest: Int { max(height, width) }

    /// Every value changed.
    func map(_ change: (Double) -> Double) -> Grid {
        Grid(at.map(change), height: height, width: width)
    }

    func minus(_ other: Grid) -> Grid {
        Grid(zip(at, other.at).map { $0 - $1 }, height: height, width: width)
    }

    /// Rows as columns.
    func turned() -> Grid {
        let values = Resampling.turned(at, rows: height, columns: width)
        return Grid(values, height: width, width: height)
    }

    /// The rows from `top` and the columns from `left` on; outside, its border.
    func part(top: Int, left: Int, height high: Int, width wide: Int) -> Grid {
        var result = Grid(height: high, width: wide)
        for y in 0..<high {
            let row = Grid.within(top + y, height) * width
            for x in 0..<wide {
                result.at[y * wide + x] = at[row + Grid.within(left + x, width)]
            }
        }
        return result
    }

    /// `place` held within 0 and `count` - 1.
    static func within(_ place: Int, _ count: Int) -> Int {
        min(max(place, 0), count - 1)
    }

    /// With `radius` zeros around it.
    func padded(_ radius: Int) -> Grid {
        var result = Grid(height: height + 2 * radius, width: width + 2 * radius)
        for y in 0..<height {
            for x in 0..<width {
                result.at[(y + radius) * result.width + radius + x] = at[y * width + x]
            }
        }
        return result
    }

    /// Scaled by `zoom`, each side to the nearest whole number, halves to the even one.
    func zoomed(_ zoom: Double) -> Grid {
        let high = max(1, Int((Double(height) * zoom).rounded(.toNearestOrEven)))
        let wide = max(1, Int((Double(width) * zoom).rounded(.toNearestOrEven)))
        let values = Resampling.resample(
            at, rows: height, columns: width, height: high, width: wide)
        return Grid(values, height: high, width: wide)
    }

    /// The largest in a square of 2 * `radius` + 1 around each; outside there is nothing.
    func square(_ radius: Int) -> Grid {
        largestBelow(radius).turned().largestBelow(radius).turned()
    }

    private func largestBelow(_ radius: Int) -> Grid {
        let none = [Double](repeating: -Double.infinity, count: radius * width)
        var wide = none + at + none
        var rows = height + 2 * radius
        let window = 2 * radius + 1
        var span = 1  // a row is the largest of so many
        while span < window {
            let step = min(span, window - span)
            rows -= step
            for i in 0..<(rows * width) {
                wide[i] = max(wide[i], wide[i + step * width])
            }
            span += step
        }
        return Grid(Array(wide[0..<at.count]), height: height, width: width)
    }

    /// Dark things narrower than the square become what is around them.
    func closed(_ radius: Int) -> Grid {
        square(radius).map { -$0 }.square(radius).map { -$0 }
    }

    /// `closed` of a picture that goes on beyond its border as it ends there.
    func closedScene(_ radius: Int) -> Grid {
        let wide = part(
            top: -radius, left: -radius, height: height + 2 * radius, width: width + 2 * radius)
        return wide.closed(radius).part(top: radius, left: radius, height: height, width: width)
    }

    /// Two box blurs of what `among` shows, around each place.
    func average(_ among: [Bool], _ radius: Int) -> Grid {
        var weight = Grid(height: height, width: width)
        var light = Grid(height: height, width: width)
        for i in at.indices {
            weight.at[i] = among[i] ? 1 : 0
            light.at[i] = at[i] * weight.at[i]
        }
        let fallback = Grid.sum(light.at) / max(Grid.sum(weight.at), 1)
        let below = weight.blurred(radius)
        var result = light.blurred(radius)
        for i in at.indices {
            let above = result.at[i] + 1e-6 * fallback
            result.at[i] = above / (below.at[i] + 1e-6)
        }
        return result
    }

    private func blurred(_ radius: Int) -> Grid {
        let once = meanBelow(radius).turned().meanBelow(radius).turned()
        return once.meanBelow(radius).turned().meanBelow(radius).turned()
    }

    /// Of the 2 * `radius` + 1 rows around each, by differences of running sums.
    private func meanBelow(_ radius: Int) -> Grid {
        var sums = [Double](repeating: 0, count: (height + 1) * width)
        for i in at.indices {
            sums[i + width] = sums[i] + at[i]
        }
        var result = Grid(height: height, width: width)
        for y in 0..<height {
            let from = max(y - radius, 0) * width
            let to = min(y + radius + 1, height) * width
            for x in 0..<width {
                result.at[y * width + x] = (sums[to + x] - sums[from + x]) / Double(2 * radius + 1)
            }
        }
        return result
    }

    /// Its values where `mask` is.
    func values(in mask: [Bool]) -> [Double] {
        at.indices.filter { mask[$0] }.map { at[$0] }
    }

    /// Where it is above `limit`.
    func above(_ limit: Double) -> [Bool] {
        at.map { $0 > limit }
    }

    /// The value below which `share` of `values` lie, linear between neighbours.
    static func quantile(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        let place = share * Double(sorted.count - 1)
        let below = Int(place.rounded(.down))
        let low = sorted[below]
        let high = sorted[min(below + 1, sorted.count - 1)]
        let more = (high - low) * (place - Double(below))
        return low + more
    }

    static func sum(_ values: [Double]) -> Double {
        values.reduce(0, +)
    }
}
