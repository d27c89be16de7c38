package thimble;

/**
 * From a picture of one digit, drawn or photographed, to the 28x28 pixels of contract.json.
 *
 * <p>Its steps are those of {@code preprocessing.steps} there, in their order, and its numbers
 * those of {@code preprocessing.parameters}.
 */
public final class Digits {
    private static final int SMALLEST = 4;
    private static final int WORKING = 256;
    private static final int SIDE = 28;
    private static final int BOX = 20;
    private static final int FINE = 4;

    private final Grid ink;
    private final boolean[] mask;
    private final Sheet sheet;

    private Digits(Grid ink, boolean[] mask, Sheet sheet) {
        this.ink = ink;
        this.mask = mask;
        this.sheet = sheet;
    }

    /**
     * The pixels [28, 28] of a picture, each a byte of 0, paper, to 255, ink; null: it is blank.
     *
     * @param argb the upright picture row by row, as Android's {@code Bitmap.getPixels} gives it
     * @param columns its width
     * @param rows its height
     */
    public static byte[] pixels(int[] argb, int columns, int rows) {
        if (Math.min(columns, rows) < SMALLEST || argb.length != columns * rows) {
            throw new IllegalArgumentException(
                    argb.length + " pixels of " + columns + "x" + rows + " show no digit");
        }
        Brightness.Part picture = new Brightness.Part(argb, columns);
        Digits found = look(picture, WORKING);
        if (found == null) {
            return null;
        }
        Digits closer = found.closer(picture);
        return (closer == null ? found : closer).form();
    }

    private static Digits look(Brightness.Part picture, int working) {
        Grid whole = Brightness.of(picture, working);
        if (whole == null) {
            return null;
        }
        Sheet sheet = Sheet.cutOut(whole);
        boolean isLight = Light.isLightOnDark(sheet.grey);
        Grid grey = isLight ? sheet.grey.map(value -> 1 - value) : sheet.grey;
        Digits found = once(grey, Math.max(2, grey.longest() / 5), sheet);
        if (found == null || !Light.isScene(grey)) {
            return found;
        }
        int radius = (int) Math.ceil(2 * stroke(crop(found.ink, found.mask)));
        return radius < grey.longest() / 8 ? once(grey, Math.max(2, radius), sheet) : found;
    }

    private static Digits once(Grid grey, int radius, Sheet sheet) {
        Light light = Light.flattened(grey, radius);
        double threshold = threshold(light.ink, light.noise);
        if (threshold < 0) {
            return null;
        }
        Grid ink = light.ink;
        if (Light.isScene(grey)) {
            double pen = Grid.quantile(ink.where(ink.above(threshold)), 0.7);
            Grid plain = Rules.erased(ink, light.noise, pen);
            double remaining = threshold(plain, light.noise);
            if (remaining >= 0) { // else it is no rule but a 1
                ink = plain;
                threshold = remaining;
            }
        }
        return new Digits(ink, Pieces.traced(ink, threshold), sheet);
    }

    /** The contrast from which on it is ink; -1: all is paper. */
    private static double threshold(Grid ink, double noise) {
        int count = ink.at.length;
        double share = Math.max(0.999, 1 - 8.0 / count);
        double peak = count > 5000 ? Grid.quantile(ink.at, share) : Grid.largest(ink.at);
        if (peak < Math.max(0.05, 5 * noise)) {
            return -1;
        }
        return Math.max(Math.max(0.02, 4 * noise), noise > 1e-6 ? 0.3 * peak : 0);
    }

    /** A small digit once more, enlarged; null: nothing is gained by it. */
    private Digits closer(Brightness.Part picture) {
        int factor = Brightness.factor(picture, WORKING);
        int[] box = Sheet.box(mask, ink.width);
        int left = factor * (sheet.left + box[0]);
        int top = factor * (sheet.top + box[1]);
        int right = Math.min(left + factor * (box[2] - box[0]), picture.width);
        int bottom = Math.min(top + factor * (box[3] - box[1]), picture.height());
        int longer = Math.max(right - left, bottom - top);
        if (factor == 1 || longer >= 64 * factor) {
            return null;
        }
        Brightness.Part part =
                picture.cut(
                        Math.max(left - longer, 0),
                        Math.max(top - longer, 0),
                        Math.min(right + longer, picture.width),
                        Math.min(bottom + longer, picture.height()));
        int clear = (int) Math.ceil(48.0 * part.longest() / longer);
        int working = Math.min(Math.max(WORKING, clear), 512);
        return Brightness.factor(part, working) < factor ? look(part, working) : null;
    }

    /** The steps from "crop" on. */
    private byte[] form() {
        Grid stroke = thickened(crop(ink, mask));
        Grid small = stroke.zoomed((double) BOX / stroke.longest());
        double full = Grid.largest(small.at);
        Grid centred = centred(small.map(value -> value / full));
        byte[] result = new byte[SIDE * SIDE];
        for (int i = 0; i < result.length; i++) {
            result[i] = (byte) (int) Math.rint(255 * centred.at[i]);
        }
        return result;
    }

    private static Grid crop(Grid ink, boolean[] mask) {
        double level = Grid.quantile(ink.where(mask), 0.9);
        Grid shown = new Grid(ink.height, ink.width);
        for (int i = 0; i < mask.length; i++) {
            shown.at[i] = mask[i] ? Math.min(Math.max(ink.at[i] / level, 0), 1) : 0;
        }
        int[] box = Sheet.box(mask, ink.width);
        return shown.part(box[1], box[0], box[3] - box[1], box[2] - box[0]);
    }

    /** How wide strokes are, in pixels. */
    private static double stroke(Grid ink) {
        boolean[] has = ink.padded(1).above(0.5);
        int width = ink.width + 2;
        int sides = 0;
        for (int i = 0; i < has.length; i++) {
            sides += (i + 1) % width != 0 && has[i] != has[i + 1] ? 1 : 0;
            sides += i + width < has.length && has[i] != has[i + width] ? 1 : 0;
        }
        return 2 * Grid.sum(ink.at) / Math.max(sides * Math.PI / 4, 1);
    }

    private static Grid thickened(Grid ink) {
        double width = stroke(ink) * ((double) BOX / ink.longest());
        if (width >= 1.4) {
            return ink;
        }
        int radius = (int) Math.rint((2.2 - width) * FINE / 2);
        double zoom = (double) (BOX * FINE - 2 * radius) / ink.longest();
        return spread(ink.zoomed(zoom).padded(radius), radius);
    }

    /** The largest in a disc around each. */
    private static Grid spread(Grid ink, int radius) {
        Grid result = new Grid(ink.height, ink.width);
        for (int dy = -radius; dy <= radius; dy++) {
            for (int dx = -radius; dx <= radius; dx++) {
                if (dy * dy + dx * dx > radius * radius) {
                    continue;
                }
                for (int y = Math.max(0, -dy); y < Math.min(ink.height, ink.height - dy); y++) {
                    for (int x = Math.max(0, -dx); x < Math.min(ink.width, ink.width - dx); x++) {
                        int i = y * ink.width + x;
                        double near = ink.at[(y + dy) * ink.width + x + dx];
                        result.at[i] = Math.max(result.at[i], near);
                    }
                }
            }
        }
        return result;
    }

    private static Grid centred(Grid ink) {
        int top = start(ink);
        int left = start(ink.turned());
        Grid result = new Grid(SIDE, SIDE);
        for (int y = 0; y < ink.height; y++) {
            int to = (top + y) * SIDE + left;
            System.arraycopy(ink.at, y * ink.width, result.at, to, ink.width);
        }
        return result;
    }

    /** The first row of it in the result: its centre of mass lies in the middle one. */
    private static int start(Grid ink) {
        double moment = 0;
        double mass = Grid.sum(ink.at);
        for (int y = 0; y < ink.height; y++) {
            double along = 0;
            for (int x = 0; x < ink.width; x++) {
                along += ink.at[y * ink.width + x];
            }
            moment += along * (y + 0.5);
        }
        int place = SIDE / 2 - (int) Math.floor(moment / mass);
        return Math.min(Math.max(place, 0), SIDE - ink.height);
    }
}
