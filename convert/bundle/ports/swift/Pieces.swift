/// The sides of a part of a picture, in pixels; the last two exclusive.
struct Box {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int

    var longer: Int { max(right - left, bottom - top) }

    /// The box of a mask.
    init(_ mask: [Bool], width: Int) {
        self.init(left: width, top: mask.count / width, right: 0, bottom: 0)
        for i in mask.indices where mask[i] {
            add(x: i % width, y: i / width)
        }
    }

    init(left: Int, top: Int, right: Int, bottom: Int) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    mutating func add(x: Int, y: Int) {
        left = min(left, x)
        top = min(top, y)
        right = max(right, x + 1)
        bottom = max(bottom, y + 1)
    }

    /// How far apart they are, across or down.
    func gap(_ other: Box) -> Int {
        max(left - other.right, other.left - right, top - other.bottom, other.top - bottom)
    }

    /// Whether it lies in another one, and is not small in it.
    func isWithin(_ outer: Box) -> Bool {
        left > outer.left && top > outer.top && right < outer.right && bottom < outer.bottom
            && Double(longer) >= 0.25 * Double(outer.longer)
    }
}

/// The 8-connected components of a mask, by number from 1; 0 is all else, and weighs nothing.
struct Pieces {
    /// Of each pixel.
    private(set) var names: [Int]
    private(set) var count = 0
    private let height: Int
    private let width: Int

    init(_ mask: [Bool], height: Int, width: Int) {
        self.height = height
        self.width = width
        names = [Int](repeating: 0, count: mask.count)
        for start in mask.indices where mask[start] && names[start] == 0 {
            count += 1
            names[start] = count
            var open = [start]
            while let place = open.popLast() {
                let (y, x) = (place / width, place % width)
                for v in max(y - 1, 0)...min(y + 1, height - 1) {
                    for u in max(x - 1, 0)...min(x + 1, width - 1) {
                        let near = v * width + u
                        if mask[near] && names[near] == 0 {
                            names[near] = count
                            open.append(near)
                        }
                    }
                }
            }
        }
    }

    private func boxes() -> [Box] {
        let none = Box(left: width, top: height, right: 0, bottom: 0)
        var result = [Box](repeating: none, count: count + 1)
        for i in names.indices where names[i] != 0 {
            result[names[i]].add(x: i % width, y: i / width)
        }
        return result
    }

    /// The step "trace" of contract.json: which pixels are ink of the one digit of a picture.
    static func traced(_ ink: Grid, threshold: Double) -> [Bool] {
        let pieces = Pieces(ink.above(threshold), height: ink.height, width: ink.width)
        let boxes = pieces.boxes()
        let mass = pieces.weighed(ink, boxes)
        let heaviest = mass.max()!
        let main = boxes[mass.firstIndex(of: heaviest)!]
        let kept = mass.indices.map { name -> Bool in
            if name == 0 || mass[name] < 0.1 * heaviest {
                return false
            }
            let isNear = Double(boxes[name].gap(main)) <= 0.4 * Double(main.longer)
            return isNear || !Light.isScene(ink)
        }
        return pieces.names.map { kept[$0] }
    }

    /// The ink of each piece, and 0 for those that are surroundings.
    private func weighed(_ ink: Grid, _ boxes: [Box]) -> [Double] {
        var mass = [Double](repeating: 0, count: count + 1)
        for i in names.indices where names[i] != 0 {
            mass[names[i]] += ink.at[i]
        }
        Pieces.leaveOut(&mass, framing(), unlessBelow: 0.02)
        if Light.isScene(ink) {
            Pieces.leaveOut(&mass, cut(boxes), unlessBelow: 0.25)
            for name in enclosing(boxes, mass) {
                mass[name] = 0
            }
        }
        return mass
    }

    /// Unless the heaviest of the others weighs less than that share of the heaviest of all.
    private static func leaveOut(_ mass: inout [Double], _ isOut: [Bool], unlessBelow share: Double) {
        let others = mass.indices.filter { !isOut[$0] }.map { mass[$0] }
        if others.max()! < share * mass.max()! {
            return
        }
        for name in mass.indices where isOut[name] {
            mass[name] = 0
        }
    }

    /// Those that hold a corner of the picture, or four fifths of a side.
    private func framing() -> [Bool] {
        var result = [Bool](repeating: false, count: count + 1)
        let rows = (0..<height).map { $0 * width }
        let sides = [
            Array(0..<width), Array((names.count - width)..<names.count),
            rows, rows.map { $0 + width - 1 },
        ]
        for side in sides {
            var held = [Int](repeating: 0, count: count + 1)
            for place in side {
                held[names[place]] += 1
            }
            for name in held.indices where Double(held[name]) / Double(side.count) > 0.8 {
                result[name] = true
            }
            result[names[side.first!]] = true
            result[names[side.last!]] = true
        }
        result[0] = false
        return result
    }

    /// Those that the border of the picture cuts.
    private func cut(_ boxes: [Box]) -> [Bool] {
        boxes.enumerated().map { name, box in
            name > 0
                && (box.left == 0 || box.top == 0 || box.right == width || box.bottom == height)
        }
    }

    /// Drawn frames: another one is within, and their middle is empty.
    private func enclosing(_ boxes: [Box], _ mass: [Double]) -> [Int] {
        let order = mass.indices.sorted { (-mass[$0], $0) < (-mass[$1], $1) }
        let least = 0.02 * mass.max()!
        let heavy = order.prefix(30).filter { $0 > 0 && mass[$0] >= least }
        return heavy.filter { outer in
            heavy.contains { boxes[$0].isWithin(boxes[outer]) } && isHollow(outer, boxes[outer])
        }
    }

    private func isHollow(_ name: Int, _ box: Box) -> Bool {
        let across = (box.right - box.left) / 4
        let down = (box.bottom - box.top) / 4
        for y in (box.top + down)..<(box.bottom - down) {
            for x in (box.left + across)..<(box.right - across) where names[y * width + x] == name {
                return false
            }
        }
        return true
    }
}
