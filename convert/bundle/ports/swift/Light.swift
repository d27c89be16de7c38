/// Ink and paper, whatever the light and whichever is darker.
struct Light {
    /// The contrast of ink, 0 on paper and up to 1.
    let ink: Grid
    /// One sigma of the paper's contrast.
    let noise: Double

    private static let marked = 0.6
    private static let markedDetail = 0.2
    private static let darkestPaper = 0.001

    /// Pictures with a side of 64 pixels or more are scenes.
    static func isScene(_ grey: Grid) -> Bool {
        grey.longest >= 64
    }

    /// The step "flatten" of contract.json.
    static func flattened(_ original: Grid, radius: Int) -> Light {
        var grey = original
        var paper: Grid
        if isScene(original) {
            grey = over(original, original.closedScene(radius))
            paper = grey.map { _ in 1 }
        } else {
            paper = original.closed(radius)
        }
        var blank = [Bool]()
        for _ in 0..<2 {
            let contrast = over(grey, paper).map { 1 - $0 }
            let low = Grid.quantile(contrast.at, 0.05)
            let quarter = Grid.quantile(contrast.at, 0.25)
            let spread = 3.7 * (quarter - low) / 0.97
            let limit = quarter + spread + 0.02
            blank = contrast.at.map { $0 <= limit }
            paper = grey.average(blank, max(1, grey.longest / 12))
        }
        let contrast = over(grey, paper).map { 1 - $0 }
        let noise = 1.4826 * Grid.quantile(contrast.map { abs($0) }.values(in: blank), 0.5)
        return Light(ink: contrast.map { min(max($0, 0), 1) }, noise: noise)
    }

    private static func over(_ grey: Grid, _ paper: Grid) -> Grid {
        let values = zip(grey.at, paper.at).map { $0 / max($1, darkestPaper) }
        return Grid(values, height: grey.height, width: grey.width)
    }

    /// The step "light on dark": whether ink is lighter than paper.
    static func isLightOnDark(_ grey: Grid) -> Bool {
        let everywhere = [Bool](repeating: true, count: grey.at.count)
        let blurred = grey.average(everywhere, max(2, grey.longest / 8))
        let skew = lean(grey.minus(blurred))
        if abs(skew) > marked || min(grey.height, grey.width) < 3 {
            return skew > 0
        }
        if isScene(grey) {
            let narrow = lean(grey.minus(wide(grey)))
            if abs(narrow) > markedDetail {
                return narrow > 0
            }
        }
        return isFrameDarker(grey)
    }

    /// What of a picture is not narrow.
    private static func wide(_ grey: Grid) -> Grid {
        let radius = max(2, grey.longest / 14)
        let noDark = grey.closedScene(radius)
        let noLight = grey.map { -$0 }.closedScene(radius).map { -$0 }
        let both = noLight.closedScene(radius)
        return both.minus(noDark.map { -$0 }.closedScene(radius)).map { $0 / 2 }
    }

    private static func isFrameDarker(_ grey: Grid) -> Bool {
        let (height, width) = (grey.height, grey.width)
        var frame = 0.0
        var inside = 0.0
        var count = 0
        for x in 0..<width {
            frame += grey.at[x]
        }
        for x in 0..<width {
            frame += grey.at[(height - 1) * width + x]
        }
        for y in 1..<(height - 1) {
            frame += grey.at[y * width]
        }
        for y in 1..<(height - 1) {
            frame += grey.at[(y + 1) * width - 1]
            for x in 1..<(width - 1) {
                inside += grey.at[y * width + x]
                count += 1
            }
        }
        return frame / Double(grey.at.count - count) < inside / Double(count)
    }

    private static func lean(_ detail: Grid) -> Double {
        let median = Grid.quantile(detail.at, 0.5)
        let cubes = detail.at.map { (value: Double) -> Double in
            let off = value - median
            return off * off * off
        }
        return Grid.sum(cubes) / max(Grid.sum(cubes.map { abs($0) }), 1e-12)
    }
}
