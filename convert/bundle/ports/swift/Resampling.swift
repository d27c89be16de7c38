/// Scaling of rows of numbers; every target value is a weighted mean of what it covers.
///
/// The weights are triangles that reach one target pixel, or one source pixel where that is
/// larger, to each side. All is computed in Double, each operation rounded by itself.
enum Resampling {
    /// `values` [rows, columns], row by row, as [height, width].
    static func resample(
        _ values: [Double], rows: Int, columns: Int, height: Int, width: Int
    ) -> [Double] {
        let down = lines(values, count: rows, width: columns, target: height)
        let across = turned(down, rows: height, columns: columns)
        let both = lines(across, count: columns, width: height, target: width)
        return turned(both, rows: width, columns: height)
    }

    /// `values` [count, width] as [target, width].
    private static func lines(_ values: [Double], count: Int, width: Int, target: Int) -> [Double] {
        let scale = Double(count) / Double(target)
        let reach = max(scale, 1)
        var result = [Double](repeating: 0, count: target * width)
        for i in 0..<target {
            let centre = (Double(i) + 0.5) * scale
            let first = max(0, Int((centre - reach).rounded(.down)))
            let last = min(count - 1, Int((centre + reach).rounded(.down)))
            var sum = 0.0
            for j in first...last {
                sum += triangle(j, centre, reach)
            }
            for j in first...last {
                let share = triangle(j, centre, reach) / sum
                for x in 0..<width {
                    let product = share * values[j * width + x]
                    result[i * width + x] += product
                }
            }
        }
        return result
    }

    private static func triangle(_ place: Int, _ centre: Double, _ reach: Double) -> Double {
        max(0, 1 - abs(Double(place) + 0.5 - centre) / reach)
    }

    /// Rows as columns.
    static func turned(_ values: [Double], rows: Int, columns: Int) -> [Double] {
        var result = [Double](repeating: 0, count: values.count)
        for y in 0..<rows {
            for x in 0..<columns {
                result[x * rows + y] = values[y * columns + x]
            }
        }
        return result
    }
}
