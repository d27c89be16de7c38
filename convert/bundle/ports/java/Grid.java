package thimble;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Numbers in rows and columns, and what the steps of contract.json call by name.
 *
 * <p>Everything is computed in double, each operation rounded by itself; sums add one value after
 * the other, row by row.
 */
final class Grid {
    final double[] at;
    final int height;
    final int width;

    Grid(int height, int width) {
        this(new double[height * width], height, width);
    }

    Grid(double[] at, int height, int width) {
        this.at = at;
        this.height = height;
        this.width = width;
    }

    int longest() {
        return Math.max(height, width);
    }

    /** Every value changed. */
    Grid map(DoubleUnaryOperator change) {
        return new Grid(Arrays.stream(at).map(change).toArray(), height, width);
    }

    Grid minus(Grid other) {
        Grid result = new Grid(height, width);
        for (int i = 0; i < at.length; i++) {
            result.at[i] = at[i] - other.at[i];
        }
        return result;
    }

    /** Rows as columns. */
    Grid turned() {
        return new Grid(Resampling.turned(at, height, width), width, height);
    }

    /** The rows from {@code top} and the columns from {@code left} on; outside, its border. */
    Grid part(int top, int left, int high, int wide) {
        Grid result = new Grid(high, wide);
        for (int i = 0; i < result.at.length; i++) {
            int y = within(top + i / wide, height);
            result.at[i] = at[y * width + within(left + i % wide, width)];
        }
        return result;
    }

    /** {@code place} held within 0 and {@code count} - 1. */
    static int within(int place, int count) {
        return Math.min(Math.max(place, 0), count - 1);
    }

    /** With {@code radius} zeros around it. */
    Grid padded(int radius) {
        Grid result = new Grid(height + 2 * radius, width + 2 * radius);
        for (int y = 0; y < height; y++) {
            System.arraycopy(
                    at, y * width, result.at, (y + radius) * result.width + radius, width);
        }
        return result;
    }

    Grid resampled(int high, int wide) {
        return new Grid(Resampling.resample(at, height, width, high, wide), high, wide);
    }

    /** Scaled by {@code zoom}, each side to the nearest whole number, halves to the even one. */
    Grid zoomed(double zoom) {
        int high = (int) Math.max(1, Math.rint(height * zoom));
        return resampled(high, (int) Math.max(1, Math.rint(width * zoom)));
    }

    /** The largest in a square of 2 * {@code radius} + 1 around each; outside there is nothing. */
    Grid square(int radius) {
        return largestBelow(radius).turned().largestBelow(radius).turned();
    }

    private Grid largestBelow(int radius) {
        int rows = height + 2 * radius;
        double[] wide = new double[rows * width];
        Arrays.fill(wide, Double.NEGATIVE_INFINITY);
        System.arraycopy(at, 0, wide, radius * width, at.length);
        int window = 2 * radius + 1;
        for (int span = 1, step; span < window; span += step) { // a row is the largest of so many
            step = Math.min(span, window - span);
            rows -= step;
            for (int i = 0; i < rows * width; i++) {
                wide[i] = Math.max(wide[i], wide[i + step * width]);
            }
        }
        return new Grid(Arrays.copyOf(wide, at.length), height, width);
    }

    /** Dark things narrower than the square become what is around them. */
    Grid closed(int radius) {
        return square(radius).map(value -> -value).square(radius).map(value -> -value);
    }

    /** {@code closed} of a picture that goes on beyond its border as it ends there. */
    Grid closedScene(int radius) {
        Grid wide = part(-radius, -radius, height + 2 * radius, width + 2 * radius);
        return wide.closed(radius).part(radius, radius, height, width);
    }

    /** Two box blurs of what {@code among} shows, around each place. */
    Grid average(boolean[] among, int radius) {
        Grid weight = new Grid(height, width);
        Grid light = new Grid(height, width);
        for (int i = 0; i < at.length; i++) {
            weight.at[i] = among[i] ? 1 : 0;
            light.at[i] = at[i] * weight.at[i];
        }
        double fallback = sum(light.at) / Math.max(sum(weight.at), 1);
        Grid below = weight.blurred(radius);
        Grid result = light.blurred(radius);
        for (int i = 0; i < at.length; i++) {
            result.at[i] = (result.at[i] + 1e-6 * fallback) / (below.at[i] + 1e-6);
        }
        return result;
    }

    private Grid blurred(int radius) {
        Grid once = meanBelow(radius).turned().meanBelow(radius).turned();
        return once.meanBelow(radius).turned().meanBelow(radius).turned();
    }

    /** Of the 2 * {@code radius} + 1 rows around each, by differences of running sums. */
    private Grid meanBelow(int radius) {
        double[] sums = new double[(height + 1) * width];
        for (int i = 0; i < at.length; i++) {
            sums[i + width] = sums[i] + at[i];
        }
        Grid result = new Grid(height, width);
        for (int y = 0; y < height; y++) {
            int from = Math.max(y - radius, 0) * width;
            int to = Math.min(y + radius + 1, height) * width;
            for (int x = 0; x < width; x++) {
                result.at[y * width + x] = (sums[to + x] - sums[from + x]) / (2 * radius + 1);
            }
        }
        return result;
    }

    /** Its values where {@code mask} is. */
    double[] where(boolean[] mask) {
        double[] result = new double[at.length];
        int count = 0;
        for (int i = 0; i < at.length; i++) {
            if (mask[i]) {
                result[count++] = at[i];
            }
        }
        return Arrays.copyOf(result, count);
    }

    /** Where it is above {@code limit}. */
    boolean[] above(double limit) {
        boolean[] result = new boolean[at.length];
        for (int i = 0; i < at.length; i++) {
            result[i] = at[i] > limit;
        }
        return result;
    }

    /** The value below which {@code share} of {@code values} lie, linear between neighbours. */
    static double quantile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double place = share * (sorted.length - 1);
        int below = (int) Math.floor(place);
        double low = sorted[below];
        double high = sorted[Math.min(below + 1, sorted.length - 1)];
        return low + (high - low) * (place - below);
    }

    static double sum(double[] values) {
        double result = 0;
        for (double value : values) {
            result += value;
        }
        return result;
    }

    static double largest(double[] values) {
        double result = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            result = Math.max(result, value);
        }
        return result;
    }
}
