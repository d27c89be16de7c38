package thimble;

import java.util.Arrays;

/**
 * From a decoded picture to the pixels that contract.json asks for, to the last bit.
 *
 * <p>Its steps are those of {@code preprocessing.steps} there, in their order.
 */
public final class Pictures {
    /** How a picture of other proportions fits: its middle, all of it with bars, out of shape. */
    public enum Fit {
        CROP,
        LETTERBOX,
        STRETCH
    }

    private static final int BAR = 0;
    private static final int PAPER = 255;

    private final int height;
    private final int width;
    private final int channels;
    private final Fit fit;

    /** For a network that takes [height, width, channels]; channels are 1, grey, or 3. */
    public Pictures(int height, int width, int channels, Fit fit) {
        if (height < 1 || width < 1 || (channels != 1 && channels != 3)) {
            throw new IllegalArgumentException(
                    "no network for pictures takes " + height + "x" + width + "x" + channels);
        }
        this.height = height;
        this.width = width;
        this.channels = channels;
        this.fit = fit;
    }

    /**
     * The pixels [height, width, channels] of a picture, each a byte of 0 to 255.
     *
     * @param argb the upright picture row by row, as Android's {@code Bitmap.getPixels} gives it
     * @param columns its width
     * @param rows its height
     */
    public byte[] pixels(int[] argb, int columns, int rows) {
        if (columns < 1 || rows < 1 || argb.length != columns * rows) {
            throw new IllegalArgumentException(
                    argb.length + " pixels are no picture of " + columns + "x" + rows);
        }
        int high = height;
        int wide = width;
        if (fit == Fit.CROP) {
            int kept = cropped(columns, rows, width, height);
            return scaled(middle(argb, columns, rows), kept, high, wide);
        }
        if (fit == Fit.LETTERBOX) {
            high = inner(height, columns, rows, width);
            wide = inner(width, rows, columns, height);
        }
        return scaled(argb, columns, high, wide);
    }

    /** How many of {@code side} pixels are kept, beside {@code other}, for the proportions. */
    private static int cropped(int side, int other, int goal, int otherGoal) {
        return (int) Math.min(side, Math.max(1, (long) other * goal / otherGoal));
    }

    /** How long a side of a letterbox's inner part is. */
    private static int inner(int goal, int other, int side, int otherGoal) {
        long nearest = (2L * side * otherGoal + other) / (2L * other);
        return (int) Math.min(goal, Math.max(1, nearest));
    }

    private int[] middle(int[] argb, int columns, int rows) {
        int high = cropped(rows, columns, height, width);
        int wide = cropped(columns, rows, width, height);
        int top = (rows - high) / 2;
        int left = (columns - wide) / 2;
        int[] result = new int[high * wide];
        for (int y = 0; y < high; y++) {
            System.arraycopy(argb, (top + y) * columns + left, result, y * wide, wide);
        }
        return result;
    }

    private byte[] scaled(int[] argb, int columns, int high, int wide) {
        byte[] result = new byte[height * width * channels];
        Arrays.fill(result, (byte) BAR);
        int top = (height - high) / 2;
        int left = (width - wide) / 2;
        for (int c = 0; c < channels; c++) {
            Plane plane = new Plane(channel(argb, c), columns).halved(high, wide);
            double[] values =
                    Resampling.resample(plane.values(), plane.rows(), plane.columns, high, wide);
            for (int i = 0; i < values.length; i++) {
                int place = (top + i / wide) * width + left + i % wide;
                result[place * channels + c] = (byte) (int) Math.rint(values[i]);
            }
        }
        return result;
    }

    /** One channel of the picture on white: red, green or blue, or grey where it is the only one. */
    private int[] channel(int[] argb, int number) {
        int[] result = new int[argb.length];
        for (int i = 0; i < argb.length; i++) {
            int red = opaque(argb[i], 16);
            int green = opaque(argb[i], 8);
            int blue = opaque(argb[i], 0);
            if (channels == 1) {
                result[i] = (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
            } else {
                result[i] = number == 0 ? red : number == 1 ? green : blue;
            }
        }
        return result;
    }

    private static int opaque(int argb, int shift) {
        int alpha = argb >>> 24;
        int value = (argb >> shift) & 255;
        return (value * alpha + PAPER * (255 - alpha) + 127) / 255;
    }

    /** One channel, row by row. */
    private static final class Plane {
        final int[] pixels;
        final int columns;

        Plane(int[] pixels, int columns) {
            this.pixels = pixels;
            this.columns = columns;
        }

        int rows() {
            return pixels.length / columns;
        }

        double[] values() {
            return Arrays.stream(pixels).asDoubleStream().toArray();
        }

        /** Means of 2x2 while both sides stay twice the goal or more. */
        Plane halved(int high, int wide) {
            Plane result = this;
            while (result.rows() >= 4L * high && result.columns >= 4L * wide) {
                result = result.half();
            }
            return result;
        }

        private Plane half() {
            int wide = columns / 2;
            int[] means = new int[rows() / 2 * wide];
            for (int i = 0; i < means.length; i++) {
                int at = i / wide * 2 * columns + i % wide * 2;
                int below = at + columns;
                int sum = pixels[at] + pixels[at + 1] + pixels[below] + pixels[below + 1];
                means[i] = (sum + 2) / 4;
            }
            return new Plane(means, wide);
        }
    }
}
