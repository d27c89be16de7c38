package thimble;

/** The steps "shrink", "grey" and "paper under transparency" of contract.json. */
final class Brightness {
    private Brightness() {}

    /** A part of a picture's pixels, and its width. */
    static final class Part {
        final int[] argb;
        final int width;

        Part(int[] argb, int width) {
            this.argb = argb;
            this.width = width;
        }

        int height() {
            return argb.length / width;
        }

        int longest() {
            return Math.max(width, height());
        }

        Part cut(int left, int top, int right, int bottom) {
            int[] result = new int[(bottom - top) * (right - left)];
            for (int y = top; y < bottom; y++) {
                System.arraycopy(
                        argb, y * width + left, result, (y - top) * (right - left), right - left);
            }
            return new Part(result, right - left);
        }
    }

    /** How many pixels become one, across and down. */
    static int factor(Part picture, int working) {
        return (picture.longest() + working - 1) / working;
    }

    /** Brightness in 0 to 1, at most {@code working} pixels on a side; null: nothing is opaque. */
    static Grid of(Part picture, int working) {
        int factor = factor(picture, working);
        Part small = factor > 1 ? reduced(picture, factor) : picture;
        Grid grey = new Grid(small.height(), small.width);
        Grid alpha = new Grid(small.height(), small.width);
        boolean isOpaque = true;
        for (int i = 0; i < grey.at.length; i++) {
            int argb = small.argb[i];
            int red = (argb >> 16) & 255;
            int green = (argb >> 8) & 255;
            int luma = (19595 * red + 38470 * green + 7471 * (argb & 255) + 32768) >> 16;
            grey.at[i] = luma / 255.0;
            alpha.at[i] = (argb >>> 24) / 255.0;
            isOpaque &= argb >>> 24 == 255;
        }
        return isOpaque ? grey : composed(grey, alpha);
    }

    private static Part reduced(Part picture, int factor) {
        int columns = (picture.width + factor - 1) / factor;
        int rows = (picture.height() + factor - 1) / factor;
        int[] result = new int[columns * rows];
        for (int i = 0; i < result.length; i++) {
            int left = i % columns * factor;
            int top = i / columns * factor;
            int right = Math.min(left + factor, picture.width);
            int bottom = Math.min(top + factor, picture.height());
            result[i] = mean(picture.cut(left, top, right, bottom).argb);
        }
        return new Part(result, columns);
    }

    /** One pixel for a block of them. */
    private static int mean(int[] block) {
        long[] sums = new long[4];
        for (int argb : block) {
            int alpha = argb >>> 24;
            sums[3] += alpha;
            for (int c = 0; c < 3; c++) {
                int product = ((argb >> (8 * c)) & 255) * alpha + 128;
                sums[c] += ((product >> 8) + product) >> 8;
            }
        }
        int[] means = new int[4];
        for (int c = 0; c < 4; c++) {
            means[c] = (int) ((sums[c] + block.length / 2) * (16777216 / block.length) >> 24);
        }
        int result = means[3] << 24;
        for (int c = 0; c < 3; c++) {
            boolean isWhole = means[3] == 0 || means[3] == 255;
            int value = isWhole ? means[c] : Math.min(255, 255 * means[c] / means[3]);
            result |= value << (8 * c);
        }
        return result;
    }

    /** On its own paper, if it has one, else on what contrasts with it. */
    private static Grid composed(Grid grey, Grid alpha) {
        double[] opaque = grey.where(alpha.above(0.5));
        if (opaque.length == 0) {
            return null;
        }
        double middle = Grid.quantile(opaque, 0.5);
        boolean isCard = Grid.quantile(opaque, 0.95) - Grid.quantile(opaque, 0.05) > 0.3;
        double contrasting = middle < 0.5 ? 1 : 0;
        double paper = isCard ? middle : contrasting;
        Grid result = new Grid(grey.height, grey.width);
        for (int i = 0; i < result.at.length; i++) {
            result.at[i] = grey.at[i] * alpha.at[i] + paper * (1 - alpha.at[i]);
        }
        return result;
    }
}
