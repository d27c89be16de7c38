package thimble;

/** The step "sheet" of contract.json: a sheet of paper on something darker, and where it lies. */
final class Sheet {
    private static final int LEVELS = 64;
    private static final double DARKER = 0.8;

    /** The part of the picture that shows the sheet; all of it where there is none. */
    final Grid grey;

    final int top;
    final int left;

    private Sheet(Grid grey, int top, int left) {
        this.grey = grey;
        this.top = top;
        this.left = left;
    }

    static Sheet cutOut(Grid grey) {
        Sheet whole = new Sheet(grey, 0, 0);
        boolean[] shape = Light.isScene(grey) ? shape(grey) : null;
        if (shape == null) {
            return whole;
        }
        boolean[] inside = shrunk(grey, shape, 50);
        if (count(inside) == 0) {
            return whole;
        }
        double limit = DARKER * Grid.quantile(grey.where(inside), 0.5);
        boolean[] deep = shrunk(grey, inside, 40);
        boolean[] light = new boolean[inside.length];
        int[] dark = new int[2]; // in it, and on its rim
        for (int i = 0; i < inside.length; i++) {
            light[i] = inside[i] && grey.at[i] >= limit;
            dark[0] += inside[i] && !light[i] ? 1 : 0;
            dark[1] += inside[i] && !light[i] && !deep[i] ? 1 : 0;
        }
        int size = count(inside);
        if (dark[0] < 0.002 * size || dark[1] > 0.2 * (size - count(deep))) {
            return whole;
        }
        Grid around = grey.average(light, Math.max(1, grey.longest() / 12));
        for (int i = 0; i < inside.length; i++) {
            around.at[i] = inside[i] ? grey.at[i] : around.at[i];
        }
        int[] box = box(inside, grey.width);
        Grid part = around.part(box[1], box[0], box[3] - box[1], box[2] - box[0]);
        return new Sheet(part, box[1], box[0]);
    }

    /** left, top, right and bottom of a mask; the last two exclusive. */
    static int[] box(boolean[] mask, int width) {
        int[] box = {width, mask.length / width, 0, 0};
        for (int i = 0; i < mask.length; i++) {
            if (mask[i]) {
                box[0] = Math.min(box[0], i % width);
                box[1] = Math.min(box[1], i / width);
                box[2] = Math.max(box[2], i % width + 1);
                box[3] = i / width + 1;
            }
        }
        return box;
    }

    private static int count(boolean[] mask) {
        int result = 0;
        for (boolean is : mask) {
            result += is ? 1 : 0;
        }
        return result;
    }

    /** A mask without what is within a share of the longer side of what is outside it. */
    private static boolean[] shrunk(Grid like, boolean[] mask, int divisor) {
        Grid outside = new Grid(like.height, like.width);
        for (int i = 0; i < mask.length; i++) {
            outside.at[i] = mask[i] ? 0 : 1;
        }
        boolean[] covered =
                outside.square(Math.max(2, like.longest() / divisor)).above(0.5);
        return inverted(covered);
    }

    private static boolean[] inverted(boolean[] mask) {
        boolean[] result = new boolean[mask.length];
        for (int i = 0; i < mask.length; i++) {
            result[i] = !mask[i];
        }
        return result;
    }

    private static int level(double value) {
        return Math.min((int) (value * LEVELS), LEVELS - 1);
    }

    /** The largest bright thing, if it has the form of a sheet on darker ground; else null. */
    private static boolean[] shape(Grid grey) {
        Grid calm = grey.closedScene(Math.max(2, grey.longest() / 24));
        int cut = threshold(calm);
        if (cut < 0) {
            return null;
        }
        boolean[] bright = new boolean[calm.at.length];
        for (int i = 0; i < bright.length; i++) {
            bright[i] = level(calm.at[i]) > cut;
        }
        boolean[] mask = largest(new Pieces(bright, grey.height, grey.width));
        if (border(mask, grey) > 0.3 * 2 * (grey.height + grey.width)) {
            return null;
        }
        boolean[] filled = filled(mask, grey.height, grey.width);
        int size = count(filled);
        int written = 0;
        for (int i = 0; i < filled.length; i++) {
            written += filled[i] && level(grey.at[i]) > cut ? 1 : 0;
        }
        boolean isSheet = size >= 0.05 * filled.length && written >= 0.85 * size;
        return isSheet && isQuadrilateral(filled, grey.width) && hasEdge(calm, filled)
                ? filled
                : null;
    }

    private static boolean[] largest(Pieces pieces) {
        int[] areas = new int[pieces.count + 1];
        for (int name : pieces.names) {
            areas[name] += name == 0 ? 0 : 1;
        }
        int best = 0;
        for (int name = 1; name < areas.length; name++) {
            best = areas[name] > areas[best] ? name : best;
        }
        boolean[] result = new boolean[pieces.names.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = pieces.names[i] == best;
        }
        return result;
    }

    /** How many pixels of the picture's border a mask has; corners count twice. */
    private static int border(boolean[] mask, Grid like) {
        int result = 0;
        for (int x = 0; x < like.width; x++) {
            result += mask[x] ? 1 : 0;
            result += mask[mask.length - like.width + x] ? 1 : 0;
        }
        for (int y = 0; y < like.height; y++) {
            result += mask[y * like.width] ? 1 : 0;
            result += mask[(y + 1) * like.width - 1] ? 1 : 0;
        }
        return result;
    }

    /** Each row filled from its first pixel to its last, then each column. */
    private static boolean[] filled(boolean[] mask, int height, int width) {
        boolean[] rows = mask.clone();
        for (int y = 0; y < height; y++) {
            fill(rows, y * width, 1, width);
        }
        for (int x = 0; x < width; x++) {
            fill(rows, x, width, height);
        }
        return rows;
    }

    private static void fill(boolean[] mask, int from, int step, int count) {
        int first = 0;
        int last = count - 1;
        while (first < count && !mask[from + first * step]) {
            first++;
        }
        while (last > first && !mask[from + last * step]) {
            last--;
        }
        for (int i = first; i <= last; i++) {
            mask[from + i * step] = true;
        }
    }

    /** The highest level that is ground by Otsu's method; -1 when it is hardly darker. */
    private static int threshold(Grid calm) {
        double[] counts = new double[LEVELS];
        for (double value : calm.at) {
            counts[level(value)]++;
        }
        double[] below = new double[LEVELS];
        double[] light = new double[LEVELS];
        for (int i = 0; i < LEVELS; i++) {
            below[i] = (i == 0 ? 0 : below[i - 1]) + counts[i];
            light[i] = (i == 0 ? 0 : light[i - 1]) + counts[i] * (i + 0.5);
        }
        double best = 0;
        int cut = -1;
        for (int i = 0; i < LEVELS - 1; i++) {
            double over = below[LEVELS - 1] - below[i];
            if (below[i] == 0 || over == 0) {
                continue;
            }
            double dark = light[i] / below[i];
            double bright = (light[LEVELS - 1] - light[i]) / over;
            double spread = below[i] * over * (bright - dark) * (bright - dark);
            if (spread > best) {
                best = spread;
                cut = dark <= DARKER * bright ? i : -1;
            }
        }
        return cut;
    }

    /** Whether {@code calm} falls off where a mask ends, and does not fade. */
    private static boolean hasEdge(Grid calm, boolean[] mask) {
        boolean[] inner = shrunk(calm, mask, 50);
        boolean[] outer = shrunk(calm, inverted(mask), 50);
        for (int i = 0; i < mask.length; i++) {
            inner[i] = mask[i] && !inner[i];
            outer[i] = !mask[i] && !outer[i];
        }
        return count(outer) > 0
                && Grid.quantile(calm.where(outer), 0.5)
                        <= 0.9 * Grid.quantile(calm.where(inner), 0.5);
    }

    private static final int[][][] FAR = {
        {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}, {{-1, 0}, {0, -1}, {1, 0}, {0, 1}}
    }; // the directions of the corners, clockwise

    private static boolean isQuadrilateral(boolean[] mask, int width) {
        double best = 0;
        for (int[][] far : FAR) {
            int[][] corners = new int[4][];
            for (int n = 0; n < 4; n++) {
                corners[n] = outermost(mask, width, far[n]);
            }
            best = Math.max(best, likeness(mask, width, corners));
        }
        return best >= 0.92;
    }

    /** Column and row of the first pixel that lies farthest in a direction. */
    private static int[] outermost(boolean[] mask, int width, int[] far) {
        int best = Integer.MIN_VALUE;
        int place = 0;
        for (int i = 0; i < mask.length; i++) {
            int score = far[0] * (i % width) + far[1] * (i / width);
            if (mask[i] && score > best) {
                best = score;
                place = i;
            }
        }
        return new int[] {place % width, place / width};
    }

    /** How much of a mask and the quadrilateral both cover, of what any does. */
    private static double likeness(boolean[] mask, int width, int[][] corners) {
        int both = 0;
        int either = 0;
        for (int i = 0; i < mask.length; i++) {
            boolean inside = true;
            for (int n = 0; n < 4; n++) {
                int[] a = corners[n];
                int[] b = corners[(n + 1) % 4];
                int turn = (b[0] - a[0]) * (i / width - a[1]) - (b[1] - a[1]) * (i % width - a[0]);
                inside &= turn >= 0;
            }
            both += inside && mask[i] ? 1 : 0;
            either += inside || mask[i] ? 1 : 0;
        }
        return (double) both / either;
    }
}
