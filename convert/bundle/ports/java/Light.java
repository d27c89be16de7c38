package thimble;

/** Ink and paper, whatever the light and whichever is darker. */
final class Light {
    /** Pictures with a side of this many pixels or more are scenes. */
    static final int SCENE = 64;

    private static final double MARKED = 0.6;
    private static final double MARKED_DETAIL = 0.2;
    private static final double DARKEST_PAPER = 0.001;

    /** The contrast of ink, 0 on paper and up to 1. */
    final Grid ink;

    /** One sigma of the paper's contrast. */
    final double noise;

    private Light(Grid ink, double noise) {
        this.ink = ink;
        this.noise = noise;
    }

    static boolean isScene(Grid grey) {
        return grey.longest() >= SCENE;
    }

    /** The step "flatten" of contract.json. */
    static Light flattened(Grid original, int radius) {
        Grid grey = original;
        Grid paper;
        if (isScene(original)) {
            grey = over(original, original.closedScene(radius));
            paper = grey.map(value -> 1);
        } else {
            paper = original.closed(radius);
        }
        boolean[] blank = new boolean[0];
        for (int turn = 0; turn < 2; turn++) {
            Grid contrast = over(grey, paper).map(value -> 1 - value);
            double low = Grid.quantile(contrast.at, 0.05);
            double quarter = Grid.quantile(contrast.at, 0.25);
            double limit = quarter + 3.7 * (quarter - low) / 0.97 + 0.02;
            blank = new boolean[contrast.at.length];
            for (int i = 0; i < blank.length; i++) {
                blank[i] = contrast.at[i] <= limit;
            }
            paper = grey.average(blank, Math.max(1, grey.longest() / 12));
        }
        Grid contrast = over(grey, paper).map(value -> 1 - value);
        double noise = 1.4826 * Grid.quantile(contrast.map(Math::abs).where(blank), 0.5);
        return new Light(contrast.map(value -> Math.min(Math.max(value, 0), 1)), noise);
    }

    private static Grid over(Grid grey, Grid paper) {
        Grid result = new Grid(grey.height, grey.width);
        for (int i = 0; i < result.at.length; i++) {
            result.at[i] = grey.at[i] / Math.max(paper.at[i], DARKEST_PAPER);
        }
        return result;
    }

    /** The step "light on dark": whether ink is lighter than paper. */
    static boolean isLightOnDark(Grid grey) {
        boolean[] everywhere = new boolean[grey.at.length];
        java.util.Arrays.fill(everywhere, true);
        Grid blurred = grey.average(everywhere, Math.max(2, grey.longest() / 8));
        double skew = lean(grey.minus(blurred));
        if (Math.abs(skew) > MARKED || Math.min(grey.height, grey.width) < 3) {
            return skew > 0;
        }
        if (isScene(grey)) {
            double narrow = lean(grey.minus(wide(grey)));
            if (Math.abs(narrow) > MARKED_DETAIL) {
                return narrow > 0;
            }
        }
        return isFrameDarker(grey);
    }

    /** What of a picture is not narrow. */
    private static Grid wide(Grid grey) {
        int radius = Math.max(2, grey.longest() / 14);
        Grid noDark = grey.closedScene(radius);
        Grid noLight = grey.map(value -> -value).closedScene(radius).map(value -> -value);
        Grid both = noLight.closedScene(radius);
        return both.minus(noDark.map(value -> -value).closedScene(radius)).map(value -> value / 2);
    }

    private static boolean isFrameDarker(Grid grey) {
        double frame = 0;
        double inside = 0;
        int count = 0;
        for (int x = 0; x < grey.width; x++) {
            frame += grey.at[x];
        }
        for (int x = 0; x < grey.width; x++) {
            frame += grey.at[(grey.height - 1) * grey.width + x];
        }
        for (int y = 1; y < grey.height - 1; y++) {
            frame += grey.at[y * grey.width];
        }
        for (int y = 1; y < grey.height - 1; y++) {
            frame += grey.at[(y + 1) * grey.width - 1];
            for (int x = 1; x < grey.width - 1; x++) {
                inside += grey.at[y * grey.width + x];
                count++;
            }
        }
        return frame / (grey.at.length - count) < inside / count;
    }

    private static double lean(Grid detail) {
        double median = Grid.quantile(detail.at, 0.5);
        Grid cubes = detail.map(value -> (value - median) * (value - median) * (value - median));
        return Grid.sum(cubes.at) / Math.max(Grid.sum(cubes.map(Math::abs).at), 1e-12);
    }
}
