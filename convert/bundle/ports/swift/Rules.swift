/// The step "rules" of contract.json: the lines of ruled and squared paper, taken out of ink.
struct Rules {
    private let ink: Grid
    private let noise: Double
    private let pen: Double
    private let reach: Int
    private var thin: [Bool] = []

    private init(_ ink: Grid, _ noise: Double, _ pen: Double) {
        self.ink = ink
        self.noise = noise
        self.pen = pen
        reach = max(1, ink.longest / 80)
        thin = ridges()
    }

    /// `ink` without rules, first those across, then those down.
    static func erased(_ ink: Grid, noise: Double, pen: Double) -> Grid {
        let across = Rules(ink, noise, pen).without()
        return Rules(across.turned(), noise, pen).without().turned()
    }

    private func inkAt(_ y: Int, _ x: Int) -> Double {
        ink.at[Grid.within(y, ink.height) * ink.width + x]
    }

    private func ridges() -> [Bool] {
        let away = max(2, ink.longest / 50)
        let least = max(0.015, 2 * noise)
        return ink.at.indices.map { i in
            let (y, x) = (i / ink.width, i % ink.width)
            let above = ink.at[i] - inkAt(y - away, x)
            return min(above, ink.at[i] - inkAt(y + away, x)) > least
        }
    }

    /// A line that rises by `slope` pixels over the width, and begins in row `start`.
    private struct Line {
        let slope: Int
        let start: Int
        let votes: Int

        var middle: Int { 2 * start + slope }
    }

    private func rise(_ slope: Int, _ x: Int) -> Int {
        let above = 2 * slope * x + ink.width
        let below = 2 * ink.width
        return above >= 0 ? above / below : -((below - 1 - above) / below)
    }

    /// The fullest first, in doubt that of the lower slope, then of the lower start.
    private func candidates() -> [Line] {
        let steepest = ink.width / 5
        var result = [Line]()
        for slope in -steepest...steepest {
            var votes = [Int](repeating: 0, count: ink.height + 2 * steepest + 1)
            for i in thin.indices where thin[i] {
                votes[i / ink.width - rise(slope, i % ink.width) + steepest] += 1
            }
            for (place, count) in votes.enumerated() where Double(count) >= 0.4 * Double(ink.width) {
                result.append(Line(slope: slope, start: place - steepest, votes: count))
            }
        }
        return result.sorted {
            ($1.votes, $0.slope, $0.start) < ($0.votes, $1.slope, $1.start)
        }
    }

    private func without() -> Grid {
        var result = ink
        var found = [Line]()
        for line in candidates() {
            if found.contains(where: { abs($0.middle - line.middle) <= 2 * reach + 2 }) {
                continue
            }
            let places = pixels(line)
            if goesThrough(places) {
                found.append(line)
                wipe(&result, places)
            }
        }
        return result
    }

    /// Row and column of the line's pixels within the picture.
    private func pixels(_ line: Line) -> [(y: Int, x: Int)] {
        (0..<ink.width)
            .map { (y: line.start + rise(line.slope, $0), x: $0) }
            .filter { $0.y >= 0 && $0.y < ink.height }
    }

    private func goesThrough(_ places: [(y: Int, x: Int)]) -> Bool {
        let count = places.count
        if 2 * count < ink.width {
            return false
        }
        let hits = places.map { isHit($0.y, $0.x) }
        let end = max(1, count / 6)
        let half = count / 2
        let parts = [0..<end, (count - end)..<count, 0..<half, half..<count]
        return parts.allSatisfy { part in 2 * hits[part].filter { $0 }.count >= part.count }
    }

    private func isHit(_ y: Int, _ x: Int) -> Bool {
        (-1...1).contains { thin[Grid.within(y + $0, ink.height) * ink.width + x] }
    }

    private func wipe(_ result: inout Grid, _ places: [(y: Int, x: Int)]) {
        let median = Grid.quantile(places.map { inkAt($0.y, $0.x) }, 0.5)
        let level = max(1.5 * median, 0.6 * pen)
        for (y, x) in places {
            let beside = max(inkAt(y - reach - 1, x), inkAt(y + reach + 1, x))
            for step in -reach...reach {
                let value = inkAt(y + step, x)
                let kept = value > level ? value : min(value, beside)
                let i = Grid.within(y + step, ink.height) * ink.width + x
                result.at[i] = min(result.at[i], kept)
            }
        }
    }
}
