/// From stored values to what a model takes, in 32-bit floats, each operation rounded by itself.
public struct Values {
    private let mean: [Float]
    private let deviation: [Float]

    /// By `task.scaling` of contract.json: one number for all values, or one per channel.
    public init(mean: [Float], deviation: [Float]) {
        precondition(!mean.isEmpty && mean.count == deviation.count)
        self.mean = mean
        self.deviation = deviation
    }

    /// What the network was trained on.
    public func reals(_ values: [Float]) -> [Float] {
        values.enumerated().map { place, value in
            (value - mean[place % mean.count]) / deviation[place % deviation.count]
        }
    }

    /// The bytes that an input of type uint8 takes, in its `scale` and `zeroPoint`.
    public func codes(_ values: [Float], scale: Float, zeroPoint: Float) -> [UInt8] {
        reals(values).map { real in
            let code = (real / scale).rounded(.toNearestOrEven) + zeroPoint
            return UInt8(min(max(code, 0), 255))
        }
    }
}
