package thimble;

/** From stored values to what a model takes, in 32-bit floats, each operation rounded by itself. */
public final class Values {
    private final float[] mean;
    private final float[] deviation;

    /** By {@code task.scaling} of contract.json: one number for all values, or one per channel. */
    public Values(float[] mean, float[] deviation) {
        if (mean.length == 0 || mean.length != deviation.length) {
            throw new IllegalArgumentException("as many means as deviations are needed");
        }
        this.mean = mean.clone();
        this.deviation = deviation.clone();
    }

    /** What the network was trained on. */
    public float[] reals(float[] values) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = (values[i] - mean[i % mean.length]) / deviation[i % deviation.length];
        }
        return result;
    }

    /**
     * The bytes that an input of 8 bits takes, in its {@code scale} and {@code zeroPoint}.
     *
     * @param low the type's least value: 0 of uint8, -128 of int8
     */
    public byte[] codes(float[] values, float scale, int zeroPoint, int low) {
        float[] reals = reals(values);
        byte[] result = new byte[reals.length];
        for (int i = 0; i < reals.length; i++) {
            double code = Math.rint(reals[i] / scale) + zeroPoint;
            result[i] = (byte) (int) Math.min(Math.max(code, low), low + 255);
        }
        return result;
    }

    /** Bytes of 0 to 255, as pictures have them, as values. */
    public static float[] of(byte[] pixels) {
        float[] result = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            result[i] = pixels[i] & 255;
        }
        return result;
    }
}
