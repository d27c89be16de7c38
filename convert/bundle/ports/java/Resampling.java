package thimble;

/** Scaling of rows of numbers; every target value is a weighted mean of what it covers. */
final class Resampling {
    private Resampling() {}

    /**
     * {@code values} [rows, columns], row by row, as [height, width].
     *
     * <p>The weights are triangles that reach one target pixel, or one source pixel where that is
     * larger, to each side. All is computed in double, each operation rounded by itself, and sums
     * begin with their first term.
     */
    static double[] resample(double[] values, int rows, int columns, int height, int width) {
        double[] down = lines(values, rows, columns, height);
        return turned(lines(turned(down, height, columns), columns, height, width), width, height);
    }

    /** {@code values} [count, width] as [target, width]. */
    private static double[] lines(double[] values, int count, int width, int target) {
        double scale = (double) count / target;
        double reach = Math.max(scale, 1.0);
        double[] result = new double[target * width];
        for (int i = 0; i < target; i++) {
            double centre = (i + 0.5) * scale;
            int first = Math.max(0, (int) Math.floor(centre - reach));
            int last = Math.min(count - 1, (int) Math.floor(centre + reach));
            double sum = 0;
            for (int j = first; j <= last; j++) {
                sum += triangle(j, centre, reach);
            }
            for (int j = first; j <= last; j++) {
                double share = triangle(j, centre, reach) / sum;
                for (int x = 0; x < width; x++) {
                    result[i * width + x] += share * values[j * width + x];
                }
            }
        }
        return result;
    }

    private static double triangle(int place, double centre, double reach) {
        return Math.max(0.0, 1 - Math.abs(place + 0.5 - centre) / reach);
    }

    /** Rows as columns. */
    static double[] turned(double[] values, int rows, int columns) {
        double[] result = new double[values.length];
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < columns; x++) {
                result[x * rows + y] = values[y * columns + x];
            }
        }
        return result;
    }
}
