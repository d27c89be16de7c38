/// The step "sheet" of contract.json: a sheet of paper on something darker, and where it lies.
struct Sheet {
    /// The part of the picture that shows the sheet; all of it where there is none.
    let grey: Grid
    let top: Int
    let left: Int

    private static let levels = 64
    private static let darker = 0.8

    static func cutOut(_ grey: Grid) -> Sheet {
        let whole = Sheet(grey: grey, top: 0, left: 0)
        guard Light.isScene(grey), let shape = shape(grey) else { return whole }
        let inside = shrunk(grey, shape, 50)
        let size = count(inside)
        if size == 0 {
            return whole
        }
        let limit = darker * Grid.quantile(grey.values(in: inside), 0.5)
        let deep = shrunk(grey, inside, 40)
        let dark = grey.at.indices.map { inside[$0] && grey.at[$0] < limit }
        let onRim = count(dark.indices.map { dark[$0] && !deep[$0] })
        if Double(count(dark)) < 0.002 * Double(size)
            || Double(onRim) > 0.2 * Double(size - count(deep))
        {
            return whole
        }
        let light = inside.indices.map { inside[$0] && !dark[$0] }
        var filled = grey.average(light, max(1, grey.longest / 12))
        for i in inside.indices where inside[i] {
            filled.at[i] = grey.at[i]
        }
        let box = Box(inside, width: grey.width)
        let part = filled.part(
            top: box.top, left: box.left,
            height: box.bottom - box.top, width: box.right - box.left)
        return Sheet(grey: part, top: box.top, left: box.left)
    }

    private static func count(_ mask: [Bool]) -> Int {
        mask.filter { $0 }.count
    }

    /// A mask without what is within a share of the longer side of what is outside it.
    private static func shrunk(_ like: Grid, _ mask: [Bool], _ divisor: Int) -> [Bool] {
        let outside = Grid(mask.map { $0 ? 0 : 1 }, height: like.height, width: like.width)
        return outside.square(max(2, like.longest / divisor)).at.map { $0 < 0.5 }
    }

    private static func level(_ value: Double) -> Int {
        min(Int(value * Double(levels)), levels - 1)
    }

    /// The largest bright thing, if it has the form of a sheet on darker ground.
    private static func shape(_ grey: Grid) -> [Bool]? {
        let calm = grey.closedScene(max(2, grey.longest / 24))
        guard let cut = threshold(calm) else { return nil }
        let bright = calm.at.map { level($0) > cut }
        let mask = largest(Pieces(bright, height: grey.height, width: grey.width))
        if Double(border(mask, grey)) > 0.3 * Double(2 * (grey.height + grey.width)) {
            return nil
        }
        let filled = filled(mask, grey.height, grey.width)
        let size = Double(count(filled))
        let solid = Double(count(filled.indices.map { filled[$0] && level(grey.at[$0]) > cut }))
        let isSheet = size >= 0.05 * Double(filled.count) && solid >= 0.85 * size
        return isSheet && isQuadrilateral(filled, grey.width) && hasEdge(calm, filled)
            ? filled : nil
    }

    private static func largest(_ pieces: Pieces) -> [Bool] {
        var areas = [Int](repeating: 0, count: pieces.count + 1)
        for name in pieces.names where name != 0 {
            areas[name] += 1
        }
        let best = areas.firstIndex(of: areas.max()!)!
        return pieces.names.map { $0 == best }
    }

    /// How many pixels of the picture's border a mask has; corners count twice.
    private static func border(_ mask: [Bool], _ like: Grid) -> Int {
        let rows = (0..<like.height).map { $0 * like.width }
        let across = Array(mask[0..<like.width]) + Array(mask[(mask.count - like.width)...])
        let down = rows.map { mask[$0] } + rows.map { mask[$0 + like.width - 1] }
        return count(across) + count(down)
    }

    /// Each row filled from its first pixel to its last, then each column.
    private static func filled(_ mask: [Bool], _ height: Int, _ width: Int) -> [Bool] {
        var result = mask
        for y in 0..<height {
            fill(&result, (0..<width).map { y * width + $0 })
        }
        for x in 0..<width {
            fill(&result, (0..<height).map { $0 * width + x })
        }
        return result
    }

    private static func fill(_ mask: inout [Bool], _ places: [Int]) {
        guard let first = places.firstIndex(where: { mask[$0] }),
            let last = places.lastIndex(where: { mask[$0] })
        else { return }
        for place in places[first...last] {
            mask[place] = true
        }
    }

    /// The highest level that is ground by Otsu's method; nil when it is hardly darker.
    private static func threshold(_ calm: Grid) -> Int? {
        var counts = [Double](repeating: 0, count: levels)
        for value in calm.at {
            counts[level(value)] += 1
        }
        var (below, light) = ([Double](), [Double]())
        for i in 0..<levels {
            below.append((below.last ?? 0) + counts[i])
            light.append((light.last ?? 0) + counts[i] * (Double(i) + 0.5))
        }
        var best = 0.0
        var cut: Int?
        for i in 0..<(levels - 1) {
            let over = below[levels - 1] - below[i]
            if below[i] == 0 || over == 0 {
                continue
            }
            let dark = light[i] / below[i]
            let bright = (light[levels - 1] - light[i]) / over
            let spread = below[i] * over * (bright - dark) * (bright - dark)
            if spread > best {
                best = spread
                cut = dark <= darker * bright ? i : nil
            }
        }
        return cut
    }

    /// Whether `calm` falls off where a mask ends, and does not fade.
    private static func hasEdge(_ calm: Grid, _ mask: [Bool]) -> Bool {
        let outside = mask.map { !$0 }
        let (deep, far) = (shrunk(calm, mask, 50), shrunk(calm, outside, 50))
        let inner = calm.values(in: mask.indices.map { mask[$0] && !deep[$0] })
        let outer = calm.values(in: mask.indices.map { outside[$0] && !far[$0] })
        return !outer.isEmpty
            && Grid.quantile(outer, 0.5) <= 0.9 * Grid.quantile(inner, 0.5)
    }

    /// The directions of the corners, clockwise.
    private static let far = [
        [(-1, -1), (1, -1), (1, 1), (-1, 1)], [(-1, 0), (0, -1), (1, 0), (0, 1)],
    ]

    private static func isQuadrilateral(_ mask: [Bool], _ width: Int) -> Bool {
        far.contains { directions in
            let corners = directions.map { outermost(mask, width, $0) }
            return likeness(mask, width, corners) >= 0.92
        }
    }

    /// Column and row of the first pixel that lies farthest in a direction.
    private static func outermost(_ mask: [Bool], _ width: Int, _ far: (Int, Int)) -> (Int, Int) {
        var best = Int.min
        var place = 0
        for i in mask.indices where mask[i] {
            let score = far.0 * (i % width) + far.1 * (i / width)
            if score > best {
                (best, place) = (score, i)
            }
        }
        return (place % width, place / width)
    }

    /// How much of a mask and the quadrilateral both cover, of what any does.
    private static func likeness(_ mask: [Bool], _ width: Int, _ corners: [(Int, Int)]) -> Double {
        var (both, either) = (0, 0)
        for i in mask.indices {
            let (x, y) = (i % width, i / width)
            let isInside = (0..<4).allSatisfy { n in
                let (a, b) = (corners[n], corners[(n + 1) % 4])
                return (b.0 - a.0) * (y - a.1) >= (b.1 - a.1) * (x - a.0)
            }
            both += isInside && mask[i] ? 1 : 0
            either += isInside || mask[i] ? 1 : 0
        }
        return Double(both) / Double(either)
    }
}
